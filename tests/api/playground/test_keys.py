"""The playground with a key in place of a session, and what a suspended account may still do: nothing."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from backend.models import Account, db
from tests.api.conftest import ROW, Person
from tests.api.predict.conftest import MakeKey

EXECUTE = "/api/dev/playground/execute"


@pytest.fixture
def stranger(app: Flask) -> FlaskClient:
    return app.test_client(use_cookies=False)


def test_a_key_plays_in_its_own_environment(
    stranger: FlaskClient,
    exported: dict[str, Any],
    make_key: MakeKey,
) -> None:
    """A live key calls live, unless it asks for what it may not see."""
    body = {"endpoint": f"ml.predict:{exported['api_id']}", "body": ROW}
    live, test = make_key("live", scopes=["portal:*"]), make_key("test", scopes=["portal:write"])
    assert stranger.post(EXECUTE, json=body, headers=live.headers).get_json()["environment"] == "live"
    assert stranger.post(EXECUTE, json=body, headers=test.headers).get_json()["environment"] == "test"
    crossed = stranger.post(EXECUTE, json={**body, "environment": "live"}, headers=test.headers)
    assert (crossed.status_code, crossed.get_json()["error"]["details"]) == (403, {"reason": "environment"})


@pytest.mark.parametrize("scopes", [["predict:*"], ["read", "write"], ["portal:read"]])
def test_a_key_without_the_scope_does_not_play(
    stranger: FlaskClient,
    exported: dict[str, Any],
    make_key: MakeKey,
    scopes: list[str],
) -> None:
    """Reading is not calling, and calling an API is not the playground."""
    body = {"endpoint": f"ml.predict:{exported['api_id']}", "body": ROW}
    assert stranger.post(EXECUTE, json=body, headers=make_key(scopes=scopes).headers).status_code == 403


def test_a_suspended_account_is_refused_everywhere(
    app: Flask, stranger: FlaskClient, alice: Person, exported: dict[str, Any]
) -> None:
    """Its keys and its sessions end with the next call."""
    path, key = f"/api/predict/{exported['api_id']}", {"X-API-Key": exported["api_key"]}
    assert stranger.post(path, json=ROW, headers=key).status_code == 200
    with app.app_context():
        db.session.get_one(Account, alice.id).status = "suspended"
        db.session.commit()
        app.extensions["modelport.process"].changes.announce()
    assert stranger.post(path, json=ROW, headers=key).status_code == 403
    assert stranger.get(path, headers=key).status_code == 403
    assert alice.post(EXECUTE, json={"endpoint": f"ml.predict:{exported['api_id']}", "body": ROW}).status_code == 401


def test_the_description_is_guarded_like_the_call(
    stranger: FlaskClient,
    bob: Person,
    exported: dict[str, Any],
    make_key: MakeKey,
) -> None:
    """What an API takes is told to whoever may call it, from where they may."""
    path = f"/api/predict/{exported['api_id']}"
    cases: list[tuple[dict[str, Any], int]] = [
        ({}, 200),
        ({"scopes": ["read"]}, 404),
        ({"account_id": bob.id}, 404),
        ({"allowed_addresses": ["203.0.113.1"]}, 403),
        ({"signature_schemes": ["v1"], "is_signature_required": True}, 403),
    ]
    assert [stranger.get(path, headers=make_key(**columns).headers).status_code for columns, _ in cases] == [
        status for _, status in cases
    ]
    assert stranger.get("/api/predict/99999999999999999999", headers=make_key().headers).status_code == 404
