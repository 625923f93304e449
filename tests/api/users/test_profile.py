"""Guarantees of the signed-in account's own profile."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.api.conftest import Person

ME = "/api/v1/users/me"


def test_the_profile_has_the_documented_shape(alice: Person) -> None:
    """A page can show who is signed in."""
    answer = alice.get(ME)

    body = answer.get_json()
    assert answer.status_code == 200
    assert set(body) == {"id", "email", "name", "role", "plan", "avatar_url", "created_at"}
    assert (body["id"], body["email"], body["role"], body["plan"]) == (alice.id, alice.email, "user", "free")
    assert body["created_at"].endswith("Z")


def test_a_profile_needs_a_session(client: FlaskClient) -> None:
    """Nobody reads or changes a profile anonymously."""
    assert client.get(ME).status_code == 401
    assert client.patch(ME, json={"name": "x"}).status_code == 401


def test_name_and_picture_can_be_changed(alice: Person) -> None:
    """What was changed is answered and stays; what was left out stays too."""
    changed = alice.patch(ME, json={"name": "  New Name ", "avatar_url": "https://example.com/me.png"}).get_json()

    assert (changed["name"], changed["avatar_url"]) == ("New Name", "https://example.com/me.png")
    assert alice.patch(ME, json={}).get_json() == changed
    assert alice.patch(ME, json={"avatar_url": None}).get_json() == {**changed, "avatar_url": None}


@pytest.mark.parametrize("field", ["role", "plan", "email", "id", "password_hash", "status"])
def test_no_other_field_of_an_account_can_be_set(alice: Person, field: str) -> None:
    """Nobody makes themselves an administrator."""
    before = alice.get(ME).get_json()

    answer = alice.patch(ME, json={field: "admin"})

    assert answer.status_code == 422
    assert answer.get_json()["error"]["details"]["constraint"] == "unknown"
    assert alice.get(ME).get_json() == before


@pytest.mark.parametrize(
    "body",
    [
        {"avatar_url": "javascript:alert(1)"},
        {"avatar_url": "http://example.com/x.png"},
        {"avatar_url": 'https://example.com/"onerror='},
        {"avatar_url": "https://"},
        {"avatar_url": "https://example.com/\x00"},
        {"name": ""},
        {"name": "x" * 201},
        {"name": "nul\x00"},
        {"name": ["x"]},
    ],
)
def test_a_value_that_does_not_fit_is_refused(alice: Person, body: dict[str, Any]) -> None:
    """Pictures are https addresses, names one line."""
    assert alice.patch(ME, json=body).status_code == 422
