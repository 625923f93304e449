"""Guarantee of the trail: no entry of any action holds a key, whatever people write where."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from flask import Flask
from sqlalchemy import select

from backend.engine.keys import is_well_formed
from backend.models import AuditEntry, db
from tests.api.conftest import Person

COLUMNS = [column.key for column in AuditEntry.__table__.columns]


def keys_in(value: object) -> Iterator[str]:
    """Give every key in an answer, at any depth."""
    for word in re.findall(r"\w+", json.dumps(value)):
        if is_well_formed(word):
            yield word


def keep(answer: Any, shown: set[str]) -> dict[str, Any]:
    """Note the keys that an answer shows; give it."""
    assert answer.status_code in {200, 201}, answer.get_json()
    shown.update(keys_in(answer.get_json()))
    body: dict[str, Any] = answer.get_json()
    return body


def test_no_entry_of_any_action_holds_a_key(app: Flask, admin: Person, alice: Person, exported: dict[str, Any]) -> None:
    """Keys are made, shown, rotated, written into names and reasons by mistake: none stays in the trail."""
    shown = set(keys_in(exported))
    project = alice.post("/api/v1/projects", json={"name": "P"}).get_json()
    made = keep(alice.post("/api/dev/api-keys", json={"name": "one", "signing": True}), shown)
    secret, key_id = made["api_key"], made["key_id"]
    dev_app = alice.post("/api/dev/apps", json={"name": secret, "project_id": project["id"]}).get_json()
    body = {"key_type": "api_key", "environment": "test", "name": secret}
    keep(alice.post(f"/api/dev/apps/{dev_app['id']}/keys", json=body), shown)
    keep(alice.post("/api/v1/keys", json={"name": f"was {secret}", "permissions": ["read"]}), shown)
    alice.patch(f"/api/dev/api-keys/{key_id}", json={"name": f"not {secret}"})
    alice.put(f"/api/dev/keys/{key_id}/limits", json={"sustained_limit": 5})
    rotated = keep(alice.post(f"/api/dev/keys/{key_id}/rotate"), shown)
    keep(alice.post(f"/api/exports/{exported['api_id']}/regenerate-key"), shown)
    alice.post(f"/api/dev/keys/{rotated['key_id']}/revoke", json={"reason": f"leaked: {secret}"})
    alice.patch(f"/api/v1/projects/{project['id']}", json={"name": secret, "description": secret})
    alice.patch("/api/v1/users/me", json={"name": secret})
    alice.put("/api/dev/settings", json={"redacted_fields": ["token"]})
    alice.patch(f"/api/dev/apps/{dev_app['id']}", json={"description": secret})
    alice.delete(f"/api/dev/apps/{dev_app['id']}")
    admin.patch(f"/api/admin/accounts/{alice.id}", json={"plan": "pro"})
    admin.post(f"/api/admin/accounts/{alice.id}/credits", json={"amount": 5, "reason": secret})
    alice.put(f"/api/exports/{exported['api_id']}/status", json={"status": "inactive"})
    alice.delete(f"/api/exports/{exported['api_id']}")
    alice.delete(f"/api/v1/projects/{project['id']}")
    alice.client.get(f"/api/dev/audit?x={secret}", headers={"User-Agent": secret, "X-API-Key": secret})
    alice.client.post("/api/v1/auth/login", json={"email": alice.email, "password": secret})

    with app.app_context():
        rows = db.session.scalars(select(AuditEntry)).all()
        entries = [{name: str(getattr(row, name)) for name in COLUMNS} for row in rows]
    actions = {entry["action"] for entry in entries}
    assert len(shown) == 6
    assert actions >= MADE, MADE - actions
    assert set(keys_in(entries)) == set()
    assert not [entry for entry in entries if shown & set(re.findall(r"\w+", str(entry)))]


MADE = {
    "account.registered",
    "session.started",
    "session.failed",
    "account.plan_changed",
    "profile.changed",
    "key.created",
    "key.rotated",
    "key.revoked",
    "key.changed",
    "key.regenerated",
    "limits.changed",
    "api.exported",
    "api.status_changed",
    "api.deleted",
    "app.created",
    "app.changed",
    "app.deleted",
    "credits.adjusted",
    "credits.granted",
    "project.created",
    "project.changed",
    "project.deleted",
    "settings.changed",
}
"""What this test must bring about, so that it cannot pass by doing nothing."""
