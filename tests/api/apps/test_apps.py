"""Guarantees of apps and of the keys made for them: /api/dev/apps."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from backend.engine.keys import is_well_formed
from tests.api.conftest import Person, without_request_id
from tests.api.portal import KEYS, key_holder, made, new_key, shared_project, speaking_as, trail

APPS = "/api/dev/apps"
OF_ONE_APP = [
    ("get", "/api/dev/apps/{id}", None),
    ("patch", "/api/dev/apps/{id}", {"name": "theirs"}),
    ("delete", "/api/dev/apps/{id}", None),
    ("get", "/api/dev/apps/{id}/keys", None),
    ("post", "/api/dev/apps/{id}/keys", {"name": "x", "environment": "test"}),
    ("get", "/api/dev/api-keys?app_id={id}", None),
    ("post", "/api/dev/api-keys", {"name": "x", "app_id": "{id}"}),
]
ABSENT = "00000000-0000-4000-8000-000000000000"


def test_an_app_is_made_listed_changed_and_deleted(alice: Person, clock: Any) -> None:
    """The whole life of one."""
    first = made(alice, APPS, name="Shop", description="The shop's backend")
    clock.advance(1)
    second = made(alice, APPS, name="Blog")

    assert set(first) == {
        "id", "name", "description", "project_id", "project_name", "role", "key_count", "created_at",
    }  # fmt: skip
    assert (first["role"], first["key_count"], first["project_id"]) == ("owner", 0, None)
    assert [app["id"] for app in alice.get(APPS).get_json()] == [second["id"], first["id"]]
    changed = alice.patch(f"{APPS}/{first['id']}", json={"description": ""}).get_json()
    assert changed == {**first, "description": ""} == alice.get(f"{APPS}/{first['id']}").get_json()
    assert alice.delete(f"{APPS}/{first['id']}").status_code == 204
    assert alice.get(f"{APPS}/{first['id']}").status_code == 404
    assert [app["id"] for app in alice.get(APPS).get_json()] == [second["id"]]


def test_an_apps_key_is_ready_to_sign(alice: Person) -> None:
    """The body and the answer of the reference; the secret is the whole key."""
    app_id = made(alice, APPS, name="Shop")["id"]
    body = {"key_type": "api_key", "environment": "test", "name": "My Test Key"}
    key = made(alice, f"{APPS}/{app_id}/keys", **body)

    assert is_well_formed(key["secret"])
    assert (key["key_id"][:8], key["expires_at"], key["warnings"]) == ("ak_test_", None, [])
    assert (key["app_id"], key["app_name"], key["signature_schemes"]) == (app_id, "Shop", ["v1", "v0"])
    assert "api_key" not in key
    (listed,) = alice.get(f"{APPS}/{app_id}/keys").get_json()
    assert listed == {name: value for name, value in key.items() if name not in {"secret", "warnings"}}
    assert alice.get(f"{APPS}/{app_id}").get_json()["key_count"] == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "x"}, "environment"),
        ({"environment": "test"}, "name"),
        ({"name": "x", "environment": "test", "key_type": "password"}, "key_type"),
        ({"name": "x", "environment": "test", "app_id": ABSENT}, "app_id"),
        ({"name": "x", "environment": "test", "signing": False, "signature_required": True}, "signature_required"),
    ],
)
def test_what_does_not_fit_is_refused_by_field(alice: Person, body: dict[str, Any], field: str) -> None:
    """And nothing was made."""
    app_id = made(alice, APPS, name="Shop")["id"]

    answer = alice.post(f"{APPS}/{app_id}/keys", json=body)

    assert (answer.status_code, answer.get_json()["error"]["details"]["field"]) == (422, field)
    assert alice.get(f"{APPS}/{app_id}/keys").get_json() == []


def test_a_deleted_apps_keys_are_revoked_and_stay_listed(app: Flask, alice: Person) -> None:
    """Nothing of it works on, and its history can still be read."""
    app_id = made(alice, APPS, name="Shop")["id"]
    key = new_key(alice, app_id=app_id, scopes=["read"])
    other = new_key(alice, scopes=["read"])

    alice.delete(f"{APPS}/{app_id}")

    assert speaking_as(alice, key["api_key"]).get("/api/models").status_code == 401
    assert speaking_as(alice, other["api_key"]).get("/api/models").status_code == 200
    shown = alice.get(f"{KEYS}/{key['id']}").get_json()
    assert (shown["status"], shown["revoked_reason"], shown["app_name"]) == ("revoked", "its app was deleted", None)
    assert trail(app, alice, "app.deleted")[0].details == {"name": "Shop", "revoked_key_ids": [key["id"]]}
    assert trail(app, alice, "key.revoked")[0].target == {"key_id": key["id"]}


def test_another_accounts_app_answers_as_one_that_does_not_exist(alice: Person, bob: Person, admin: Person) -> None:
    """Byte for byte, on every route and in every body that names an app."""
    app_id = made(alice, APPS, name="Shop")["id"]
    for person in (bob, admin):
        for method, path, body in OF_ONE_APP:
            answers = []
            for one in (app_id, ABSENT):
                sent = {name: text.format(id=one) for name, text in body.items()} if body else None
                answers.append(getattr(person, method)(path.format(id=one), json=sent))
            assert answers[0].status_code == 404, path
            assert without_request_id(answers[0]) == without_request_id(answers[1]), path
    assert alice.get(f"{APPS}/{app_id}").get_json()["name"] == "Shop"


@pytest.mark.parametrize("app_id", ["x", "%00", "1", "é", "0" * 300])
def test_ids_that_cannot_be_are_not_found(alice: Person, app_id: str) -> None:
    """Whatever stands in the path."""
    assert alice.get(f"{APPS}/{app_id}").status_code == 404


class TestProjects:
    """Apps that the members of a project share."""

    def test_members_see_it_with_their_role(self, alice: Person, bob: Person, sign_up: Any) -> None:
        """And nobody else does."""
        carol = sign_up()
        project_id = shared_project(alice, developer=bob)
        shop = made(alice, APPS, name="Shop", project_id=project_id)
        made(alice, APPS, name="Private")

        (seen,) = bob.get(APPS).get_json()

        assert (shop["project_name"], shop["role"]) == ("Shared", "owner")
        assert seen == {**shop, "role": "developer"}
        assert carol.get(APPS).get_json() == []

    @pytest.mark.parametrize(
        ("role", "make", "change", "delete"),
        [("viewer", 403, 403, 403), ("developer", 201, 200, 403), ("admin", 201, 200, 204)],
    )
    def test_each_role_does_what_it_says(
        self, alice: Person, bob: Person, *, role: str, make: int, change: int, delete: int
    ) -> None:
        """Deleting revokes live keys, so it takes a role that may."""
        project_id = shared_project(alice, **{role: bob})
        app_id = made(alice, APPS, name="Shop", project_id=project_id)["id"]

        assert bob.post(APPS, json={"name": "Mine", "project_id": project_id}).status_code == make
        assert bob.patch(f"{APPS}/{app_id}", json={"name": "Renamed"}).status_code == change
        assert bob.delete(f"{APPS}/{app_id}").status_code == delete

    def test_only_its_account_shares_and_withdraws_an_app(self, alice: Person, bob: Person) -> None:
        """A member cannot take it away, nor show it to another project."""
        shared, bobs = shared_project(alice, admin=bob), shared_project(bob)
        app_id = made(alice, APPS, name="Shop")["id"]
        path = f"{APPS}/{app_id}"

        assert alice.patch(path, json={"project_id": bobs}).status_code == 404
        assert alice.patch(path, json={"project_id": shared}).get_json()["project_name"] == "Shared"
        assert bob.patch(path, json={"project_id": bobs}).status_code == 403
        assert bob.patch(path, json={"project_id": None}).status_code == 403
        assert alice.patch(path, json={"project_id": None}).get_json()["project_id"] is None
        assert bob.get(path).status_code == 404

    def test_a_project_of_others_answers_as_none(self, alice: Person, bob: Person) -> None:
        """Apps are no way to look for projects."""
        project_id = shared_project(alice)
        answers = [bob.post(APPS, json={"name": "x", "project_id": one}) for one in (project_id, ABSENT)]

        assert [answer.status_code for answer in answers] == [404, 404]
        assert without_request_id(answers[0]) == without_request_id(answers[1])


def test_a_key_counts_its_own_environment(alice: Person) -> None:
    """A test key learns nothing of the live ones."""
    app_id = made(alice, APPS, name="Shop")["id"]
    new_key(alice, app_id=app_id)
    program = key_holder(alice, "portal:*", environment="test")

    assert program.get(f"{APPS}/{app_id}").get_json()["key_count"] == 0
    assert program.get(f"{APPS}/{app_id}/keys").get_json() == []
    assert alice.get(f"{APPS}/{app_id}").get_json()["key_count"] == 1


@pytest.mark.parametrize("environment", ["live", "test"])
def test_a_key_deletes_no_app(alice: Person, environment: str) -> None:
    """A test key would end live keys by it, or the other way round."""
    made = alice.post("/api/dev/apps", json={"name": "Shop"}).get_json()
    body = {"name": "k", "environment": environment, "scopes": ["portal:*"]}
    key = alice.post("/api/dev/api-keys", json=body).get_json()["api_key"]
    path, headers = f"/api/dev/apps/{made['id']}", {"X-API-Key": key}
    assert alice.client.delete(path, headers=headers).status_code == 403
    assert alice.get(path).status_code == 200
