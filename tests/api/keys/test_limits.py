"""Guarantees of a key's limits: shown with what they come to, bounded by the plan, in force at once."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from backend.bootstrap import Process
from backend.models import db
from tests.api.conftest import Person
from tests.api.portal import KEYS, made, new_key, set_account, trail

ROW = {"sepal_length": 5.1, "sepal_width": 3.5, "petal_length": 1.4, "petal_width": 0.2}


def limits_path(key: dict[str, Any]) -> str:
    """Give where a key's limits are."""
    return f"/api/dev/keys/{key['key_id']}/limits"


def calls(person: Person, api_id: int, secret: str, times: int) -> list[int]:
    """Predict some times; give the statuses."""
    path, headers = f"/api/predict/{api_id}", {"X-API-Key": secret}
    return [person.client.post(path, json=ROW, headers=headers).status_code for _ in range(times)]


def test_limits_are_shown_with_what_they_come_to(alice: Person) -> None:
    """The page can say which policy ends first, without knowing how policies work."""
    assert alice.get(limits_path(new_key(alice))).get_json() == {
        "burst_limit": 600,
        "sustained_limit": 100,
        "window_seconds": 60,
        "daily_quota": 1_000_000,
        "overage_action": "block",
        "plan": "free",
        "plan_limit": 100,
        "plan_applies": True,
        "binding": "plan",
        "effective_per_minute": 100,
        "effective_daily_ceiling": 144_000,
    }


def test_an_owner_sets_limits_within_the_plan_and_what_is_left_out_stays(alice: Person) -> None:
    """One field at a time, as a form sends them."""
    key = new_key(alice)

    first = alice.put(limits_path(key), json={"sustained_limit": 10}).get_json()
    second = alice.put(limits_path(key), json={"burst_limit": None, "overage_action": "warn"}).get_json()

    assert (first["sustained_limit"], first["burst_limit"], first["effective_daily_ceiling"]) == (10, 600, 15_000)
    assert (second["sustained_limit"], second["burst_limit"], second["overage_action"]) == (10, None, "warn")
    assert alice.get(limits_path(key)).get_json() == second


@pytest.mark.parametrize(
    ("changes", "field", "ceiling"),
    [
        ({"sustained_limit": 101}, "sustained_limit", 100),
        ({"burst_limit": 601}, "burst_limit", 600),
        ({"daily_quota": 1_000_001}, "daily_quota", 1_000_000),
    ],
)
def test_beyond_the_plan_an_owner_is_told_the_ceiling(
    alice: Person, changes: dict[str, int], field: str, ceiling: int
) -> None:
    """A refusal that can be acted on; nothing was changed."""
    key = new_key(alice)

    refused = alice.put(limits_path(key), json={"overage_action": "warn", **changes})

    assert (refused.status_code, refused.get_json()["error"]["code"]) == (403, "FORBIDDEN")
    details = refused.get_json()["error"]["details"]
    assert (details["field"], details["ceiling"], details["plan"]) == (field, ceiling, "free")
    assert alice.get(limits_path(key)).get_json() == key["limits"]


@pytest.mark.parametrize("changes", [{"daily_quota": None}, {"daily_quota": 10_001}, {"overage_action": "charge"}])
def test_a_test_key_stays_small(alice: Person, changes: dict[str, Any]) -> None:
    """Its calls cost nothing, on whatever plan."""
    assert alice.put(limits_path(new_key(alice, environment="test")), json=changes).status_code == 403


def test_an_administrator_sets_anybodys_limits_beyond_the_plan(app: Flask, admin: Person, alice: Person) -> None:
    """And the owner's trail says who did it; the owner may then change the rest without losing it."""
    key = new_key(alice)

    lifted = admin.put(limits_path(key), json={"sustained_limit": 5_000}).get_json()
    kept = alice.put(limits_path(key), json={"burst_limit": 500}).get_json()

    assert (lifted["sustained_limit"], lifted["plan_applies"], lifted["binding"]) == (5_000, False, "daily-quota")
    assert (kept["sustained_limit"], kept["burst_limit"]) == (5_000, 500)
    assert alice.put(limits_path(key), json={"sustained_limit": 4_999}).status_code == 403
    entry = trail(app, alice, "limits.changed")[0]
    assert entry.actor["type"] == "admin"
    assert (entry.target, entry.details["before"]["sustained_limit"]) == ({"key_id": key["id"]}, 100)
    assert entry.details["after"]["sustained_limit"] == 5_000


def test_administrators_list_an_accounts_keys_and_nobody_else_does(admin: Person, alice: Person, bob: Person) -> None:
    """What the dialog for lifting a limit needs."""
    key = new_key(alice)
    path = f"/api/admin/accounts/{alice.id}/keys"

    assert [row["id"] for row in admin.get(path).get_json()] == [key["id"]]
    assert bob.get(path).status_code == 403
    assert admin.get("/api/admin/accounts/nobody/keys").status_code == 404


def test_a_smaller_plan_holds_the_keys_of_the_larger_one(app: Flask, admin: Person, alice: Person) -> None:
    """Otherwise a limit of the plan before would count as lifted beyond the plan, and nothing would hold it."""
    set_account(app, alice, plan="business")
    wide, lifted = new_key(alice, limits={"sustained_limit": 1_000}), new_key(alice)
    admin.put(limits_path(lifted), json={"sustained_limit": 20_000})

    assert admin.patch(f"/api/admin/accounts/{alice.id}", json={"plan": "free"}).status_code == 200

    held = alice.get(limits_path(wide)).get_json()
    assert (held["sustained_limit"], held["plan_applies"]) == (100, True)
    assert alice.get(limits_path(lifted)).get_json()["sustained_limit"] == 20_000


class TestInForce:
    """What the gateway does with it."""

    def test_a_changed_limit_holds_at_the_next_call(self, alice: Person, exported: dict[str, Any]) -> None:
        """No restart, no waiting."""
        key = new_key(alice, limits={"burst_limit": None, "sustained_limit": 3})
        assert calls(alice, exported["id"], key["api_key"], 4) == [200, 200, 200, 429]

        alice.put(limits_path(key), json={"sustained_limit": 5})

        assert calls(alice, exported["id"], key["api_key"], 3) == [200, 200, 429]

    def test_an_update_in_sql_holds_within_a_second(self, app: Flask, alice: Person, exported: dict[str, Any]) -> None:
        """As the reference writes it: UPDATE api_key_quotas SET ... WHERE key_id = ..."""
        key = new_key(alice, limits={"burst_limit": None, "sustained_limit": 100})
        assert calls(alice, exported["id"], key["api_key"], 2) == [200, 200]
        with app.app_context():
            statement = "UPDATE api_key_quotas SET burst_limit = NULL, sustained_limit = 2 WHERE key_id = :key_id"
            db.session.execute(text(statement), {"key_id": key["id"]})
            db.session.commit()
        # What the watching thread does every 0.4 s.
        process: Process = app.extensions["modelport.process"]
        process.changes.look()

        assert calls(alice, exported["id"], key["api_key"], 1) == [429]
        assert alice.get(limits_path(key)).get_json()["sustained_limit"] == 2

    def test_a_rotated_key_keeps_its_limits_in_the_gateway_too(self, alice: Person, exported: dict[str, Any]) -> None:
        """A rotation is no way to a larger limit, nor to a fresh quota: old and new count together."""
        key = new_key(alice, limits={"burst_limit": None, "sustained_limit": 3})
        assert calls(alice, exported["id"], key["api_key"], 1) == [200]
        new = alice.post(f"/api/dev/keys/{key['id']}/rotate").get_json()
        newest = alice.post(f"/api/dev/keys/{new['key_id']}/rotate").get_json()

        assert calls(alice, exported["id"], key["api_key"], 1) == [200]
        assert calls(alice, exported["id"], newest["api_key"], 2) == [200, 429]


class TestExports:
    """The limit that an export asks for."""

    def test_an_owner_gets_as_much_as_the_plan_and_is_told(self, app: Flask, alice: Person, model: Any) -> None:
        """10,000 a minute on the plan Free would be a promise that the plan's limit breaks."""
        path = f"/api/export/{model['id']}"
        held = made(alice, path, rate_limit_per_minute=10_000)
        set_account(app, alice, plan="pro")
        within = made(alice, path, rate_limit_per_minute=500)

        assert held["rate_limit_per_minute"] == 100
        assert held["warnings"] == ["rate_limit_per_minute: 10000 is beyond the plan Free; 100 was granted"]
        assert (within["rate_limit_per_minute"], within["warnings"]) == (500, [])

    def test_an_administrator_gets_what_is_asked_for(self, admin: Person, upload: Any) -> None:
        """Somebody must be able to."""
        path = f"/api/export/{upload(admin).get_json()['id']}"

        assert made(admin, path, rate_limit_per_minute=10_000)["rate_limit_per_minute"] == 10_000


def test_v1_keys_speak_of_permissions_and_rate_limits(alice: Person) -> None:
    """The body and the answer of that reference; the plan's bound is said."""
    body = {"name": "Production API Key", "permissions": ["read", "write"], "rate_limit": 1_000}
    key = made(alice, "/api/v1/keys", **body, expires_at="2099-12-31T23:59:59Z")

    assert set(key) == {
        "key_id", "api_key", "name", "created_at", "expires_at", "permissions", "rate_limit", "warnings",
    }  # fmt: skip
    assert (key["permissions"], key["rate_limit"], key["expires_at"]) == (
        ["read", "write"],
        100,
        "2099-12-31T23:59:59.000Z",
    )
    assert key["warnings"] == ["rate_limit: 1000 is beyond the plan Free; 100 was granted"]
    (listed,) = alice.get("/api/v1/keys").get_json()
    assert (listed["permissions"], listed["rate_limit"], listed["scopes"]) == (
        ["read", "write"],
        100,
        ["read", "write"],
    )
    assert (listed["limits"]["burst_limit"], listed["limits"]["daily_quota"]) == (None, None)
    assert key["api_key"] not in str(listed)


def test_v1_keys_read_by_default_and_are_deleted_by_revoking(alice: Person) -> None:
    """The least right, unless more is asked for; twice deleted is deleted."""
    key = made(alice, "/api/v1/keys", name="reader")

    assert key["permissions"] == ["read"]
    assert [alice.delete(f"/api/v1/keys/{key['key_id']}").status_code for _ in range(2)] == [204, 204]
    assert alice.get(f"{KEYS}/{key['key_id']}").get_json()["status"] == "revoked"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "x", "permissions": ["delete"]}, "permissions.0"),
        ({"name": "x", "rate_limit": "1000"}, "rate_limit"),
        ({"name": "x", "expires_at": "2020-01-01T00:00:00Z"}, "expires_at"),
        ({"permissions": ["read"]}, "name"),
    ],
)
def test_v1_refuses_what_does_not_fit_with_422(alice: Person, body: dict[str, Any], field: str) -> None:
    """VALIDATION_ERROR, as that reference says."""
    answer = alice.post("/api/v1/keys", json=body)

    assert (answer.status_code, answer.get_json()["error"]["code"]) == (422, "VALIDATION_ERROR")
    assert answer.get_json()["error"]["details"]["field"] == field
