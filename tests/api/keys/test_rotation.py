"""Guarantees of rotation: overlap, lineage, one winner, and APIs that follow."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from backend.models import AppKey, ExportedAPI, db
from backend.services.api_export_service import APIExportService
from tests.api.conftest import Person
from tests.api.portal import KEYS, made, new_key, speaking_as

CARRIED = (
    "name", "app_id", "app_name", "api_id", "environment", "scopes", "expires_at", "allowed_origins",
    "allowed_addresses", "signature_schemes", "signature_required", "limits",
)  # fmt: skip


def rotated(person: Person, key_id: str, **body: Any) -> dict[str, Any]:
    """Rotate a key; give the answer."""
    answer = person.post(f"/api/dev/keys/{key_id}/rotate", json=body or None)
    assert answer.status_code == 200, answer.get_json()
    given: dict[str, Any] = answer.get_json()
    return given


def works(person: Person, secret: str) -> bool:
    """Tell whether a key with the scope read works."""
    return speaking_as(person, secret).get("/api/models").status_code == 200


def test_the_new_key_may_do_all_that_the_old_one_may(alice: Person) -> None:
    """Nothing has to be set up again, limits least of all."""
    app_id = made(alice, "/api/dev/apps", name="Shop")["id"]
    old = new_key(
        alice,
        app_id=app_id,
        scopes=["read", "predict:*"],
        expires_at="2099-01-01T00:00:00Z",
        allowed_origins=["https://a.example.com"],
        allowed_addresses=["127.0.0.1"],
        signing=True,
        limits={"burst_limit": 7, "sustained_limit": 5, "daily_quota": 3, "overage_action": "warn"},
    )

    new = rotated(alice, old["id"])

    assert {name: new[name] for name in CARRIED} == {name: old[name] for name in CARRIED}
    assert new["api_key"] == new["secret"] != old["api_key"]
    assert (new["previous_key_id"], new["replaces_key_id"]) == (old["id"], old["id"])
    assert alice.get(f"{KEYS}/{old['id']}").get_json()["replaced_by_key_id"] == new["id"]


def test_the_old_key_works_for_a_week_and_no_longer(alice: Person, clock: Any) -> None:
    """Programs change over one after another, without a second of refusals."""
    old = new_key(alice, scopes=["read"])
    new = rotated(alice, old["id"])

    assert alice.get(f"{KEYS}/{old['id']}").get_json()["status"] == "expiring"
    clock.advance(7 * 86_400 - 1)
    assert works(alice, old["api_key"])
    assert works(alice, new["api_key"])
    clock.advance(1)
    assert not works(alice, old["api_key"])
    assert works(alice, new["api_key"])


def test_without_grace_the_old_key_ends_now(alice: Person) -> None:
    """That is what one asks for when it leaked."""
    old = new_key(alice, scopes=["read"])
    new = rotated(alice, old["id"], grace_seconds=0)

    assert not works(alice, old["api_key"])
    assert works(alice, new["api_key"])
    assert alice.get(f"{KEYS}/{old['id']}").get_json()["revoked_reason"] == "rotated"


def test_a_rotation_prolongs_nothing(app: Flask, alice: Person, clock: Any) -> None:
    """A key that ends tomorrow ends tomorrow, and so does its successor."""
    old = new_key(alice, scopes=["read"], expires_at=f"{clock.now().year + 1}-01-01T00:00:00Z")
    new = rotated(alice, old["id"], grace_seconds=30 * 86_400)
    again = new_key(alice, scopes=["read"], expires_at="2098-01-01T00:00:00Z")

    assert new["expires_at"] == old["expires_at"]
    kept = alice.get(f"{KEYS}/{again['id']}").get_json()["expires_at"]
    with app.app_context():
        db.session.get_one(AppKey, again["id"]).expires_at = clock.now().replace(microsecond=0)
        db.session.commit()
    assert kept == "2098-01-01T00:00:00.000Z"
    assert alice.post(f"/api/dev/keys/{again['id']}/rotate").status_code == 409


@pytest.mark.parametrize("seconds", [-1, 30 * 86_400 + 1, "60", 1.5])
def test_a_grace_beyond_thirty_days_is_refused(alice: Person, seconds: Any) -> None:
    """Two keys for ever would be no rotation."""
    answer = alice.post(f"/api/dev/keys/{new_key(alice)['id']}/rotate", json={"grace_seconds": seconds})

    assert (answer.status_code, answer.get_json()["error"]["details"]["field"]) == (422, "grace_seconds")


def test_what_is_over_or_replaced_cannot_be_rotated(alice: Person) -> None:
    """A revoked key gets no successor behind its owner's back, and no key two."""
    revoked, replaced = new_key(alice), new_key(alice)
    alice.post(f"{KEYS}/{revoked['id']}/revoke")
    rotated(alice, replaced["id"])

    reasons = [
        alice.post(f"/api/dev/keys/{key['id']}/rotate").get_json()["error"]["details"]["reason"]
        for key in (revoked, replaced)
    ]

    assert reasons == ["key_over", "already_replaced"]


def test_of_two_rotations_at_once_one_wins(app: Flask, alice: Person) -> None:
    """Two people press the button: one new key, and the other is told."""
    key = new_key(alice)

    def rotate(_number: int) -> int:
        client = app.test_client(use_cookies=False)
        return client.post(f"/api/dev/keys/{key['id']}/rotate", headers=alice.headers).status_code

    with ThreadPoolExecutor(6) as pool:
        statuses = sorted(pool.map(rotate, range(6)))

    assert statuses == [200, 409, 409, 409, 409, 409]
    with app.app_context():
        count = select(func.count()).where(AppKey.replaces_key_id == key["id"])
        assert db.session.scalar(count) == 1


class TestExportedAPIs:
    """The current key of an exported API, rotated through the portal's door."""

    def test_the_api_follows_its_key(self, app: Flask, alice: Person, exported: dict[str, Any]) -> None:
        """Its page shows the key that callers hold, and the document's column holds its digest."""
        new = rotated(alice, exported["key_id"], grace_seconds=60)

        shown = alice.get(f"/api/exports/{exported['id']}").get_json()
        assert (shown["key_id"], shown["api_key_masked"]) == (new["id"], new["key_masked"])
        with app.app_context():
            api = db.session.get_one(ExportedAPI, exported["id"])
            row = db.session.get_one(AppKey, new["id"])
            assert (api.key_id, api.api_key) == (row.key_id, row.digest)
            for secret in (new["api_key"], exported["api_key"]):
                assert APIExportService.validate_api_key(secret) is not None

    def test_both_doors_rotate_one_lineage(self, alice: Person, exported: dict[str, Any]) -> None:
        """Regenerate after rotate goes on from the new key; the one before cannot be rotated again."""
        first = rotated(alice, exported["key_id"])
        second = alice.post(f"/api/exports/{exported['id']}/regenerate-key").get_json()

        assert alice.get(f"{KEYS}/{second['key_id']}").get_json()["replaces_key_id"] == first["id"]
        assert alice.post(f"/api/dev/keys/{first['id']}/rotate").status_code == 409
        states = {row["id"]: row["status"] for row in alice.get(KEYS).get_json()}
        assert states == {exported["key_id"]: "revoked", first["id"]: "revoked", second["key_id"]: "active"}

    def test_a_revoked_key_of_an_api_can_still_be_regenerated(self, alice: Person, exported: dict[str, Any]) -> None:
        """An API is never locked out for good."""
        alice.post(f"{KEYS}/{exported['key_id']}/revoke")

        assert alice.post(f"/api/dev/keys/{exported['key_id']}/rotate").status_code == 409
        assert alice.post(f"/api/exports/{exported['id']}/regenerate-key").status_code == 200
