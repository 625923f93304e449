"""The calls of the reference documents, as they are written there: one test a row."""

from __future__ import annotations

import hashlib
import hmac
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from tests.api.conftest import PASSWORD, ROW, Person
from tests.api.portal import fold, made
from tests.api.walls.conftest import Ids


@pytest.fixture
def app_id(alice: Person) -> str:
    """An application of Alice's."""
    return str(made(alice, "/api/dev/apps", name="Shop")["id"])


def test_a_key_made_at_the_portal_is_shown_once_and_works(alice: Person, exported: dict[str, Any]) -> None:
    """POST /api/dev/api-keys {name}: ready for use, and masked from then on."""
    key = made(alice, "/api/dev/api-keys", name="Backend Prod")
    assert key["api_key"].startswith("mp_live_")
    listed = alice.get("/api/dev/api-keys")
    assert key["api_key"] not in listed.get_data(as_text=True)
    (shown,) = [row for row in listed.get_json() if row["id"] == key["id"]]
    assert shown["key_masked"] == f"mp_live_...{key['api_key'][-4:]}"
    headers = {"Authorization": f"Bearer {key['api_key']}"}
    answer = alice.client.post(f"/api/predict/{exported['api_id']}", json=ROW, headers=headers)
    assert answer.status_code == 200, answer.get_json()


def test_a_revoked_key_is_refused_and_stays_listed(alice: Person, exported: dict[str, Any]) -> None:
    """POST /api/dev/api-keys/{id}/revoke."""
    key = made(alice, "/api/dev/api-keys", name="Backend Prod")
    assert alice.post(f"/api/dev/api-keys/{key['id']}/revoke").status_code == 200
    headers = {"X-API-Key": key["api_key"]}
    assert alice.client.post(f"/api/predict/{exported['api_id']}", json=ROW, headers=headers).status_code == 403
    (shown,) = [row for row in alice.get("/api/dev/api-keys").get_json() if row["id"] == key["id"]]
    assert shown["status"] == "revoked"


@pytest.mark.usefixtures("hers")
@pytest.mark.parametrize("what", ["usage", "logs", "credits", "overview", "playground/endpoints", "api-keys"])
def test_the_portal_s_reads_answer(alice: Person, what: str) -> None:
    """GET /api/dev/..., signed in; without a session 401."""
    assert alice.get(f"/api/dev/{what}").status_code == 200
    assert alice.client.get(f"/api/dev/{what}").status_code == 401


def test_the_statistics_of_one_key_answer(alice: Person, bob: Person, hers: Ids) -> None:
    """GET /api/dev/api-keys/{id}/stats."""
    assert alice.get(f"/api/dev/api-keys/{hers.key_id}/stats").status_code == 200
    assert bob.get(f"/api/dev/api-keys/{hers.key_id}/stats").status_code == 404


def test_the_credits_view_names_what_the_document_names(alice: Person) -> None:
    """GET /api/dev/credits: what is left, the month's consumption, the plan and how far along it is."""
    view = alice.get("/api/dev/credits").get_json()
    assert view["current_credits"] == 10_000
    assert view["month"]["consumed"] == 0
    assert view["plan"]["title"] == "Free"
    assert view["progress"] == 0
    assert view["alert"] is False


def test_the_playground_runs_without_a_key(alice: Person, exported: dict[str, Any]) -> None:
    """POST /api/dev/playground/execute."""
    name = f"ml.predict:{exported['api_id']}"
    answer = alice.post("/api/dev/playground/execute", json={"endpoint": name, "body": ROW}).get_json()
    assert answer["status"] == 200, answer
    assert answer["body"]["prediction"] == "setosa"
    assert alice.get(f"/api/dev/playground/docs/{name}").status_code == 200


@pytest.mark.parametrize("guide", ["module-6-api.md", "module-8-billing.md"])
def test_the_guides_are_pages_beside_swagger(alice: Person, guide: str) -> None:
    """GET /docs/module-6-api.md and /docs/module-8-billing.md, and Swagger at /docs."""
    page = alice.client.get(f"/docs/{guide}", headers={"Accept": "text/html"})
    assert page.status_code == 200
    assert page.mimetype == "text/html"
    assert alice.client.get("/docs").status_code == 200


def test_a_key_of_an_app_signs_as_the_document_writes_it(alice: Person, app_id: str, exported: dict[str, Any]) -> None:
    """POST /api/dev/apps/:appId/keys, then X-API-Key: key_id:HMAC over the raw body."""
    body = {"key_type": "api_key", "environment": "test", "name": "My Test Key"}
    key = made(alice, f"/api/dev/apps/{app_id}/keys", **body)
    assert key["key_id"].startswith("ak_test_")
    assert {"secret", "expires_at"} <= key.keys()
    raw = b'{"sepal_length": 5.1, "sepal_width": 3.5, "petal_length": 1.4, "petal_width": 0.2}'
    signature = hmac.new(key["secret"].encode(), raw, hashlib.sha256).hexdigest()
    answer = alice.client.post(
        f"/api/predict/{exported['api_id']}",
        data=raw,
        headers={"X-API-Key": f"{key['key_id']}:{signature}", "Content-Type": "application/json"},
    )
    assert answer.status_code == 200, answer.get_json()


def test_a_rotated_key_works_on_for_seven_days(alice: Person, app_id: str) -> None:
    """POST /api/dev/keys/:keyId/rotate."""
    key = made(alice, f"/api/dev/apps/{app_id}/keys", key_type="api_key", environment="live", name="a")
    answer = alice.post(f"/api/dev/keys/{key['key_id']}/rotate")
    assert answer.status_code == 200, answer.get_json()
    rotated = answer.get_json()
    ends = datetime.fromisoformat(rotated["previous_key_expires_at"])
    assert 6.9 < (ends - datetime.now(UTC)).total_seconds() / 86_400 < 7.1
    assert rotated["api_key"] != key["secret"]


def test_a_compromised_key_is_revoked_with_its_reason(
    app: Flask, alice: Person, app_id: str, exported: dict[str, Any]
) -> None:
    """POST /api/dev/keys/:keyId/revoke {reason}, and what incident response asks of the database afterwards."""
    key = made(alice, f"/api/dev/apps/{app_id}/keys", key_type="api_key", environment="live", name="a")
    headers = {"X-API-Key": key["secret"]}
    assert alice.client.post(f"/api/predict/{exported['api_id']}", json=ROW, headers=headers).status_code == 200
    answer = alice.post(f"/api/dev/keys/{key['key_id']}/revoke", json={"reason": "Key compromised"})
    assert answer.get_json()["revoked_reason"] == "Key compromised"
    fold(app)
    audit = rows(
        app, "SELECT action FROM dev_portal_audit WHERE target->>'key_id' = ? ORDER BY created_at DESC", key["key_id"]
    )
    assert "key.revoked" in [action for (action,) in audit]
    week = "SELECT * FROM api_usage_events WHERE key_id = ? AND occurred_at > datetime('now', '-7 days')"
    used = rows(app, week, key["key_id"])
    assert len(used) == 1


def test_usage_of_an_app_is_a_bare_array_of_days(alice: Person, app_id: str) -> None:
    """GET /api/dev/apps/:appId/usage?days=30."""
    days = alice.get(f"/api/dev/apps/{app_id}/usage?days=30").get_json()
    assert len(days) == 30
    assert {"day", "calls", "errors", "avg_latency_ms"} <= days[0].keys()


def test_signing_in_answers_as_written(alice: Person) -> None:
    """POST /api/v1/auth/login."""
    answer = alice.client.post("/api/v1/auth/login", json={"email": alice.email, "password": PASSWORD}).get_json()
    assert answer["token_type"] == "bearer"
    assert answer["expires_in"] == 3600
    assert {"id", "email", "name", "role"} <= answer["user"].keys()
    refreshed = alice.client.post("/api/v1/auth/refresh", json={"refresh_token": answer["refresh_token"]})
    assert refreshed.status_code == 200


def test_a_key_with_permissions_is_made_listed_and_revoked(alice: Person) -> None:
    """POST, GET and DELETE /api/v1/keys."""
    body = {
        "name": "Production API Key",
        "permissions": ["read", "write"],
        "rate_limit": 1000,
        "expires_at": "2099-12-31T23:59:59Z",
    }
    key = made(alice, "/api/v1/keys", **body)
    assert {"key_id", "api_key", "name", "created_at", "expires_at"} <= key.keys()
    headers = {"Authorization": f"Bearer {key['api_key']}"}
    assert alice.client.get("/api/v1/users/me", headers=headers).get_json()["email"] == alice.email
    assert key["key_id"] in [row["key_id"] for row in alice.get("/api/v1/keys").get_json()]
    assert alice.delete(f"/api/v1/keys/{key['key_id']}").status_code == 204
    assert alice.client.get("/api/v1/users/me", headers=headers).status_code == 401


def test_projects_are_made_and_listed(alice: Person) -> None:
    """POST /api/v1/projects and GET /api/v1/projects?page=1&limit=10."""
    made(alice, "/api/v1/projects", name="Mon Projet IA", description="Description du projet", type="rag")
    listed = alice.get("/api/v1/projects?page=1&limit=10").get_json()
    assert [project["type"] for project in listed] == ["rag"]


def test_a_profile_is_changed_and_no_role_with_it(alice: Person) -> None:
    """PATCH /api/v1/users/me takes name and avatar_url, and nothing else."""
    assert alice.patch("/api/v1/users/me", json={"name": "New Name"}).get_json()["name"] == "New Name"
    for field, wish in (("role", "admin"), ("plan", "business"), ("credits", 10**6), ("status", "active")):
        assert alice.patch("/api/v1/users/me", json={field: wish}).status_code == 422


def test_the_router_of_document_one_can_be_imported() -> None:
    """From apps.api_portal.backend import dev_portal_router."""
    from apps.api_portal.backend import dev_portal_router

    assert dev_portal_router.url_prefix == "/api/dev"


def rows(app: Flask, statement: str, *values: object) -> list[Any]:
    """Ask the database as an operator does."""
    with app.app_context():
        path = Path(str(app.config["SQLALCHEMY_DATABASE_URI"]).removeprefix("sqlite:///"))
    database = sqlite3.connect(path)
    try:
        return database.execute(statement, values).fetchall()
    finally:
        database.close()
