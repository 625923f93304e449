"""Guarantees of what is never shown twice: no list, log line or table holds a key; every change is on the trail."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from backend.core.logging import configure_logging
from backend.models import db
from tests.api.conftest import Person
from tests.api.portal import KEYS, made, new_key, speaking_as, trail


def test_no_list_log_line_or_table_holds_a_key(
    app: Flask, alice: Person, exported: dict[str, Any], capfd: pytest.CaptureFixture[str]
) -> None:
    """Everything that makes a key, and then everything that could have kept it."""
    configure_logging("DEBUG")
    app_id = made(alice, "/api/dev/apps", name="Shop")["id"]
    headers = {**alice.headers, "Idempotency-Key": "one"}
    replayed = alice.client.post(KEYS, json={"name": "idempotent"}, headers=headers).get_json()
    first = new_key(alice, signing=True, scopes=["portal:*"])
    secrets = [
        exported["api_key"],
        replayed["api_key"],
        first["api_key"],
        made(alice, f"/api/dev/apps/{app_id}/keys", name="x", environment="test")["secret"],
        made(alice, "/api/v1/keys", name="x")["api_key"],
        alice.post(f"/api/dev/keys/{first['id']}/rotate").get_json()["secret"],
        alice.post(f"/api/exports/{exported['id']}/regenerate-key").get_json()["api_key"],
    ]
    for secret in secrets:
        speaking_as(alice, secret).get("/api/models")
        speaking_as(alice, secret[:-1]).get("/api/models")
    shown = "".join(
        alice.get(path).get_data(as_text=True)
        for path in (KEYS, "/api/v1/keys", f"/api/dev/apps/{app_id}/keys", "/api/exports", "/api/dev/audit")
    )
    with app.app_context():
        tables = db.session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'table'")).all()
        stored = "".join(repr(db.session.execute(text(f'SELECT * FROM "{table}"')).all()) for table in tables)  # noqa: S608 - names of our own tables
    written = "".join(capfd.readouterr())
    configure_logging("CRITICAL")

    assert "refused" in written, "the log was looked at"
    for secret in secrets:
        middle = secret[8:-4]
        assert middle not in shown
        assert middle not in stored
        assert middle not in written


def test_every_change_of_a_key_stands_in_the_trail(app: Flask, alice: Person) -> None:
    """What an incident is worked up from: SELECT ... WHERE target->>'key_id' = ..."""
    key = new_key(alice, name="Backend")
    alice.patch(f"{KEYS}/{key['id']}", json={"name": "Renamed"})
    alice.put(f"/api/dev/keys/{key['id']}/limits", json={"sustained_limit": 7})
    new = alice.post(f"/api/dev/keys/{key['id']}/rotate").get_json()
    alice.post(f"/api/dev/keys/{key['id']}/revoke", json={"reason": "Key compromised"})
    alice.post(f"/api/dev/keys/{key['id']}/revoke", json={"reason": "again"})

    with app.app_context():
        query = "SELECT action FROM dev_portal_audit WHERE target->>'key_id' = :key_id ORDER BY seq"
        actions = db.session.scalars(text(query), {"key_id": key["id"]}).all()
    assert actions == ["key.created", "key.changed", "limits.changed", "key.rotated", "key.revoked"]
    created = [entry for entry in trail(app, alice, "key.created") if entry.target["key_id"] == new["id"]]
    assert created[0].details["replaces_key_id"] == key["id"]
    assert trail(app, alice, "key.changed")[0].details == {"name": {"before": "Backend", "after": "Renamed"}}
    assert trail(app, alice, "key.revoked")[0].details == {"reason": "Key compromised"}


def test_the_trail_names_the_key_that_acted(app: Flask, alice: Person) -> None:
    """Which program did it, not only whose."""
    program = new_key(alice, scopes=["portal:*"])
    new_key(speaking_as(alice, program["api_key"]), scopes=["portal:read"])

    entry = trail(app, alice, "key.created")[-1]
    assert entry.actor == {"type": "key", "account_id": alice.id, "key_id": program["id"]}


def test_every_change_of_an_api_stands_in_the_trail(app: Flask, alice: Person, exported: dict[str, Any]) -> None:
    """Exports are changed by people and programs; the owner sees by which."""
    path = f"/api/exports/{exported['id']}"
    alice.put(f"{path}/status", json={"status": "inactive"})
    alice.put(f"{path}/status", json={"status": "inactive"})
    alice.patch(path, json={"name": "Flowers"})
    alice.post(f"{path}/regenerate-key")
    alice.delete(path)

    for action in ("api.exported", "api.status_changed", "api.changed", "key.regenerated", "api.deleted"):
        assert len(trail(app, alice, action)) == 1, action


def test_a_refused_change_leaves_no_entry(app: Flask, alice: Person, bob: Person) -> None:
    """The trail tells what happened, not what was tried."""
    key = new_key(alice)
    before = {name: len(trail(app, alice, name)) for name in ("key.revoked", "limits.changed", "key.created")}

    bob.post(f"{KEYS}/{key['id']}/revoke")
    alice.put(f"/api/dev/keys/{key['id']}/limits", json={"sustained_limit": 10**6})
    alice.post(KEYS, json={"name": "x", "scopes": ["predict:424242"]})

    assert {name: len(trail(app, alice, name)) for name in before} == before
