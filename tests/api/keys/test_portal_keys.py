"""Guarantees of keys made at the portal: /api/dev/api-keys."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from backend.engine.keys import is_well_formed
from backend.models import AppKey, db
from backend.services.runtime import current_runtime
from tests.api.conftest import Person, without_request_id
from tests.api.portal import KEYS, made, new_key, speaking_as

SHAPE = {
    "id", "key_id", "name", "app_id", "app_name", "api_id", "environment", "key_masked", "scopes", "status",
    "created_at", "expires_at", "last_used_at", "revoked_at", "revoked_reason", "replaces_key_id", "replaced_by_key_id",
    "allowed_origins", "allowed_addresses", "signature_schemes", "signature_required", "limits",
}  # fmt: skip
OF_ONE_KEY = [
    ("get", "/api/dev/api-keys/{id}", None),
    ("patch", "/api/dev/api-keys/{id}", {"name": "theirs"}),
    ("post", "/api/dev/api-keys/{id}/revoke", None),
    ("post", "/api/dev/keys/{id}/revoke", {"reason": "mine now"}),
    ("post", "/api/dev/keys/{id}/rotate", None),
    ("get", "/api/dev/keys/{id}/limits", None),
    ("put", "/api/dev/keys/{id}/limits", {"sustained_limit": 1}),
    ("delete", "/api/v1/keys/{id}", None),
]


class TestMaking:
    """A new key."""

    def test_a_name_is_enough(self, alice: Person) -> None:
        """One field, and the key with the documented defaults is ready for use."""
        key = new_key(alice, name="Backend Prod")

        assert set(key) == SHAPE | {"api_key", "warnings"}
        assert is_well_formed(key["api_key"])
        assert key["key_masked"] == f"mp_live_...{key['api_key'][-4:]}"
        assert (key["id"], key["environment"], key["scopes"]) == (key["key_id"], "live", ["predict:*"])
        assert (key["status"], key["expires_at"], key["warnings"]) == ("active", None, [])
        assert key["signature_schemes"] == []
        limits = key["limits"]
        assert (limits["burst_limit"], limits["sustained_limit"], limits["daily_quota"]) == (600, 100, 1_000_000)
        assert (limits["overage_action"], limits["plan"], limits["plan_applies"]) == ("block", "free", True)

    def test_everything_can_be_said(self, alice: Person, exported: dict[str, Any]) -> None:
        """What is asked for is what the key has."""
        app_id = made(alice, "/api/dev/apps", name="Shop")["id"]
        asked = {
            "name": "Checkout",
            "environment": "test",
            "app_id": app_id,
            "scopes": [f"predict:{exported['id']}", "read"],
            "expires_at": "2099-12-31T23:59:59+01:00",
            "allowed_origins": ["https://shop.example.com"],
            "allowed_addresses": ["203.0.113.0/24", "2001:db8::1"],
        }
        key = new_key(alice, **asked, signing=True, signature_required=True)

        assert {name: key[name] for name in asked} == {**asked, "expires_at": "2099-12-31T22:59:59.000Z"}
        assert (key["app_name"], key["signature_schemes"], key["signature_required"]) == ("Shop", ["v1", "v0"], True)
        assert key["key_id"].startswith("ak_test_")
        assert key["limits"]["daily_quota"] == 10_000

    def test_live_keys_sign_without_replayable_signatures(self, alice: Person) -> None:
        """v0 carries no time; it is for trying out."""
        assert new_key(alice, signing=True)["signature_schemes"] == ["v1"]

    def test_limits_beyond_the_plan_are_granted_up_to_it_and_said(self, alice: Person) -> None:
        """Nobody finds out by a 429 that less was given than asked for."""
        wish = {"burst_limit": None, "sustained_limit": 1_000, "daily_quota": 10_000_000}
        key = new_key(alice, limits=wish)

        assert (key["limits"]["burst_limit"], key["limits"]["sustained_limit"]) == (None, 100)
        assert key["limits"]["daily_quota"] == 1_000_000
        assert key["warnings"] == [
            "sustained_limit: 1000 is beyond the plan Free; 100 was granted",
            "daily_quota: 10000000 is beyond the plan Free; 1000000 was granted",
        ]

    def test_test_keys_cannot_be_worded_around_their_quota(self, alice: Person) -> None:
        """Their calls cost nothing, so no quota and no overage lets more through."""
        limits = {"daily_quota": None, "overage_action": "charge"}
        key = new_key(alice, environment="test", limits=limits)

        assert (key["limits"]["daily_quota"], key["limits"]["overage_action"]) == (10_000, "block")
        assert len(key["warnings"]) == 2

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({}, "name"),
            ({"name": " "}, "name"),
            ({"name": "x", "environment": "prod"}, "environment"),
            ({"name": "x", "scopes": []}, "scopes"),
            ({"name": "x", "scopes": ["admin"]}, "scopes.0"),
            ({"name": "x", "scopes": ["predict:07"]}, "scopes.0"),
            ({"name": "x", "expires_at": "2020-01-01T00:00:00Z"}, "expires_at"),
            ({"name": "x", "expires_at": "2099-01-01T00:00:00"}, "expires_at"),
            ({"name": "x", "expires_at": "soon"}, "expires_at"),
            ({"name": "x", "expires_at": 4102444800}, "expires_at"),
            ({"name": "x", "allowed_origins": ["example.com"]}, "allowed_origins.0"),
            ({"name": "x", "allowed_addresses": ["localhost"]}, "allowed_addresses.0"),
            ({"name": "x", "signature_required": True}, "signature_required"),
            ({"name": "x", "limits": {"sustained_limit": None}}, "limits.sustained_limit"),
            ({"name": "x", "limits": {"sustained_limit": -1}}, "limits.sustained_limit"),
            ({"name": "x", "limits": {"overage_action": "ignore"}}, "limits.overage_action"),
            ({"name": "x", "key_id": "ak_live_mine"}, "key_id"),
        ],
    )
    def test_what_does_not_fit_is_refused_by_field(self, alice: Person, body: dict[str, Any], field: str) -> None:
        """Nothing is guessed, and nothing was made."""
        answer = alice.post(KEYS, json=body)

        assert (answer.status_code, answer.get_json()["error"]["code"]) == (422, "VALIDATION_ERROR")
        assert answer.get_json()["error"]["details"]["field"] == field
        assert alice.get(KEYS).get_json() == []

    def test_only_signing_keys_keep_their_secret_and_never_readable(self, app: Flask, alice: Person) -> None:
        """A stolen database gives no working key."""
        plain, signing = new_key(alice), new_key(alice, signing=True)
        with app.app_context():
            rows = {row.key_id: row for row in db.session.query(AppKey)}
            sealed = rows[signing["id"]].encrypted_secret
            assert rows[plain["id"]].encrypted_secret is None
            assert sealed is not None
            assert signing["api_key"].encode() not in sealed
            assert current_runtime().sealer.open(sealed, signing["id"]).decode() == signing["api_key"]


class TestListing:
    """The account's keys."""

    def test_revoked_keys_stay_listed_newest_first(self, alice: Person, clock: Any) -> None:
        """The history of what could once get in."""
        keys = []
        for number in range(3):
            clock.advance(1)
            keys.append(new_key(alice, name=f"key {number}"))
        alice.post(f"{KEYS}/{keys[1]['id']}/revoke", json={"reason": "Key compromised"})

        listed = alice.get(KEYS).get_json()

        assert [row["name"] for row in listed] == ["key 2", "key 1", "key 0"]
        assert set(listed[0]) == SHAPE
        assert (listed[1]["status"], listed[1]["revoked_reason"]) == ("revoked", "Key compromised")
        assert alice.get(f"{KEYS}/{keys[0]['id']}").get_json() == listed[2]

    def test_a_list_comes_in_parts(self, alice: Person, clock: Any) -> None:
        """Following Link gives every key once, those made in the same instant too."""
        made_ids = [new_key(alice)["id"] for _ in range(3)]
        clock.advance(1)
        made_ids += [new_key(alice)["id"] for _ in range(2)]
        path, seen = f"{KEYS}?limit=2", []
        while path:
            part = alice.get(path)
            seen += [row["id"] for row in part.get_json()]
            path = part.headers.get("Link", "").partition(">")[0].lstrip("<")

        assert len(seen) == 5
        assert set(seen) == set(made_ids)
        assert alice.get(f"{KEYS}?cursor=nonsense").status_code == 400

    @pytest.mark.parametrize("status", ["active", "expiring", "expired", "revoked"])
    def test_filters_and_states_agree(self, app: Flask, alice: Person, clock: Any, status: str) -> None:
        """A key has one state, in the list and in the filter."""
        days = {"active": None, "expiring": 29, "expired": 1, "revoked": 60}
        for name, lasting in days.items():
            key = new_key(alice, name=name)
            with app.app_context():
                row = db.session.get_one(AppKey, key["id"])
                row.expires_at = None if lasting is None else clock.now() + timedelta(days=lasting)
                db.session.commit()
            if name == "revoked":
                alice.post(f"{KEYS}/{key['id']}/revoke")
        clock.advance(86_401)

        found = alice.get(f"{KEYS}?status={status}").get_json()

        assert [(row["name"], row["status"]) for row in found] == [(status, status)]

    def test_environments_are_told_apart(self, alice: Person) -> None:
        """Live and test are never mixed up."""
        live, test = new_key(alice), new_key(alice, environment="test")

        assert [row["id"] for row in alice.get(f"{KEYS}?environment=live").get_json()] == [live["id"]]
        assert [row["id"] for row in alice.get(f"{KEYS}?environment=test").get_json()] == [test["id"]]
        assert alice.get(f"{KEYS}?environment=prod").status_code == 422
        assert alice.get(f"{KEYS}?colour=red").status_code == 422

    def test_a_key_sees_its_own_environment_only(self, alice: Person) -> None:
        """A test key that leaks tells nothing of production."""
        live = new_key(alice)
        test = new_key(alice, environment="test", scopes=["portal:*"])
        program = speaking_as(alice, test["api_key"])

        assert [row["id"] for row in program.get(KEYS).get_json()] == [test["id"]]
        assert program.get(f"{KEYS}?environment=live").get_json() == []
        for method, path, body in OF_ONE_KEY:
            answer = getattr(program, method)(path.format(id=live["id"]), json=body)
            assert answer.status_code == 404, path


class TestChanging:
    """A key that exists."""

    def test_its_name_and_place_change_and_nothing_else(self, alice: Person) -> None:
        """What was left out stays."""
        key = new_key(alice, signing=True, allowed_origins=["https://a.example.com"])
        body = {"name": "Renamed", "allowed_addresses": ["203.0.113.7"], "signature_required": True}

        changed = alice.patch(f"{KEYS}/{key['id']}", json=body).get_json()

        expected = {name: key[name] for name in SHAPE} | body
        assert changed == expected

    def test_a_key_without_signing_cannot_be_made_to_sign(self, alice: Person) -> None:
        """It would be shut out of its own account."""
        answer = alice.patch(f"{KEYS}/{new_key(alice)['id']}", json={"signature_required": True})

        assert (answer.status_code, answer.get_json()["error"]["details"]["field"]) == (422, "signature_required")

    @pytest.mark.parametrize("body", [{"scopes": ["write"]}, {"environment": "live"}, {"expires_at": None}])
    def test_rights_cannot_be_widened_afterwards(self, alice: Person, body: dict[str, Any]) -> None:
        """What a key may do was decided when it was made."""
        assert alice.patch(f"{KEYS}/{new_key(alice)['id']}", json=body).status_code == 422


@pytest.mark.parametrize("door", ["/api/dev/api-keys/{id}/revoke", "/api/dev/keys/{id}/revoke"])
def test_a_revoked_key_is_refused_at_the_next_call_and_revoking_twice_is_the_same(
    alice: Person, clock: Any, door: str
) -> None:
    """A button pressed twice in fright keeps the first moment and reason."""
    key = new_key(alice, scopes=["read"])
    program = speaking_as(alice, key["api_key"])
    assert program.get("/api/models").status_code == 200

    first = alice.post(door.format(id=key["id"]), json={"reason": "Key compromised"})
    assert program.get("/api/models").status_code == 401
    clock.advance(60)
    second = alice.post(door.format(id=key["id"]), json={"reason": "again"})

    assert (first.status_code, second.status_code) == (200, 200)
    assert first.get_json() == second.get_json()
    assert (first.get_json()["status"], first.get_json()["revoked_reason"]) == ("revoked", "Key compromised")


def test_another_accounts_key_answers_as_one_that_does_not_exist(alice: Person, bob: Person, admin: Person) -> None:
    """Byte for byte, on every route of one key; and it goes on working."""
    key = new_key(alice, scopes=["read"])
    for method, path, body in OF_ONE_KEY:
        theirs = getattr(bob, method)(path.format(id=key["id"]), json=body)
        absent = getattr(bob, method)(path.format(id="ak_live_" + "0" * 24), json=body)
        assert theirs.status_code == absent.status_code == 404, path
        assert without_request_id(theirs) == without_request_id(absent), path
    assert admin.post(f"{KEYS}/{key['id']}/revoke").status_code == 404
    assert speaking_as(alice, key["api_key"]).get("/api/models").status_code == 200


@pytest.mark.parametrize("key_id", ["x", "%00", "ak_live_%00", "ak_live_" + "0" * 300, "ak_prod_1", "é"])
def test_ids_that_cannot_be_are_not_found(alice: Person, key_id: str) -> None:
    """Whatever stands in the path."""
    assert alice.get(f"{KEYS}/{key_id}").status_code == 404


@pytest.mark.parametrize(("method", "path", "body"), [("get", KEYS, None), ("post", KEYS, {"name": "x"}), *OF_ONE_KEY])
def test_nobody_gets_in_without_signing_in(client: Any, method: str, path: str, body: Any) -> None:
    """Every route of keys asks who calls, before it looks at anything else."""
    answer = getattr(client, method)(path.format(id="ak_live_" + "0" * 24), json=body)

    assert (answer.status_code, answer.get_json()["error"]["code"]) == (401, "UNAUTHENTICATED")


def test_the_scopes_that_can_be_given_name_the_accounts_apis(alice: Person, exported: dict[str, Any]) -> None:
    """A form can offer what would be accepted, and nothing else."""
    scopes = [row["scope"] for row in alice.get("/api/dev/scopes").get_json()]
    program = speaking_as(alice, new_key(alice, scopes=["portal:*", f"predict:{exported['id']}"])["api_key"])
    limited = [row["scope"] for row in program.get("/api/dev/scopes").get_json()]

    assert scopes == [
        "predict:*", "read", "write", "portal:read", "portal:write", "portal:*", f"predict:{exported['id']}",
    ]  # fmt: skip
    assert limited == ["portal:read", "portal:write", "portal:*", f"predict:{exported['id']}"]
    assert new_key(alice, scopes=scopes)["scopes"] == scopes
