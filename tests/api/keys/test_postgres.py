"""Keys, apps and kept answers on PostgreSQL: what SQLite takes and PostgreSQL refuses, and who wins a race there."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask_migrate import upgrade

from backend.app import create_app
from tests.api.conftest import Person, close, settings_of
from tests.api.portal import KEYS, made, new_key, speaking_as

pytestmark = pytest.mark.slow


@pytest.fixture
def app(tmp_path: Path, postgres_uri: str) -> Iterator[Flask]:
    """An application on PostgreSQL."""
    made_app = create_app(replace(settings_of(tmp_path), database_url=postgres_uri))
    with made_app.app_context():
        upgrade()
    yield made_app
    close(made_app)


def test_a_key_lives_and_dies_on_postgresql_too(alice: Person) -> None:
    """Made for an app, found by every filter, page after page, rotated, limited, and revoked with its app."""
    app_id = made(alice, "/api/dev/apps", name="Shop")["id"]
    ids = [made(alice, f"/api/dev/apps/{app_id}/keys", name="x", environment="test")["id"] for _ in range(3)]
    assert alice.put(f"/api/dev/keys/{ids[0]}/limits", json={"sustained_limit": 7}).status_code == 200
    new = alice.post(f"/api/dev/keys/{ids[0]}/rotate").get_json()
    path, seen = f"{KEYS}?limit=3", []
    while path:
        part = alice.get(path)
        seen += [row["id"] for row in part.get_json()]
        path = part.headers.get("Link", "").partition(">")[0].lstrip("<")
    states = [len(alice.get(f"{KEYS}?status={one}").get_json()) for one in ("active", "expiring", "expired", "revoked")]
    assert alice.get("/api/dev/apps").get_json()[0]["key_count"] == 4
    assert alice.delete(f"/api/dev/apps/{app_id}").status_code == 204

    assert seen[0] == new["id"]
    assert sorted(seen) == sorted([*ids, new["id"]])
    assert states == [3, 1, 0, 0]
    assert len(alice.get(f"{KEYS}?status=revoked").get_json()) == 4
    assert [alice.get(f"{KEYS}/{one}").status_code for one in ("%00", "ak_live_%00", "x" * 999)] == [404] * 3


def test_of_two_rotations_at_once_one_wins_on_postgresql_too(app: Flask, alice: Person) -> None:
    """The database decides, not the order of statements in one process."""
    key = new_key(alice, scopes=["read"])

    def rotate(_number: int) -> int:
        client = app.test_client(use_cookies=False)
        return client.post(f"/api/dev/keys/{key['id']}/rotate", headers=alice.headers).status_code

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(rotate, range(4))) == [200, 409, 409, 409]


def test_a_rotation_never_outruns_a_revocation(app: Flask, alice: Person) -> None:
    """Whichever comes first: after a revocation nothing that took over from the key goes unseen, and it is dead."""
    for _ in range(5):
        key = new_key(alice, scopes=["read"])

        def send(path: str, key_id: str = key["id"]) -> int:
            client = app.test_client(use_cookies=False)
            return client.post(path.format(key_id), headers=alice.headers).status_code

        with ThreadPoolExecutor(2) as pool:
            statuses = list(pool.map(send, ["/api/dev/keys/{}/rotate", "/api/dev/keys/{}/revoke"]))

        assert statuses[0] in {200, 409}
        assert statuses[1] == 200
        shown = alice.get(f"{KEYS}/{key['id']}").get_json()
        assert (shown["status"], shown["replaced_by_key_id"] is not None) == ("revoked", statuses[0] == 200)
        assert speaking_as(alice, key["api_key"]).get("/api/models").status_code == 401


def test_a_repeated_request_is_answered_once_on_postgresql_too(app: Flask, alice: Person) -> None:
    """Whatever the order, one key is made."""
    headers = {**alice.headers, "Idempotency-Key": "one"}

    def send(_number: int) -> tuple[int, bytes]:
        answer = app.test_client(use_cookies=False).post(KEYS, json={"name": "x"}, headers=headers)
        return answer.status_code, answer.data

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(send, range(4)))
    answers.append(send(5))

    assert {status for status, _body in answers} <= {201, 409}
    assert len({body for status, body in answers if status == 201}) == 1
    assert len(alice.get(KEYS).get_json()) == 1
