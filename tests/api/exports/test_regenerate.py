"""Guarantees of replacing a key."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from backend.models import AppKey, db
from backend.services.api_export_service import APIExportService
from tests.api.conftest import Person


class TestRegenerate:
    """A new key in place of another."""

    def regenerate(self, person: Person, exported: dict[str, Any], **body: Any) -> dict[str, Any]:
        """Ask for a new key."""
        answer = person.post(f"/api/exports/{exported['id']}/regenerate-key", json=body or None)
        assert answer.status_code == 200, answer.get_json()
        made: dict[str, Any] = answer.get_json()
        return made

    def works(self, app: Flask, key: str) -> bool:
        """Tell whether a key calls an API."""
        with app.app_context():
            return APIExportService.validate_api_key(key) is not None

    def test_the_old_key_ends_at_once(self, alice: Person, app: Flask, exported: dict[str, Any]) -> None:
        """Without grace the old key is revoked, with its reason, and the new one takes over."""
        made = self.regenerate(alice, exported)

        assert set(made) == {"api_key", "key_id", "api_key_masked", "previous_key_expires_at"}
        assert self.works(app, made["api_key"])
        assert not self.works(app, exported["api_key"])
        with app.app_context():
            old = db.session.get_one(AppKey, exported["key_id"])
            new = db.session.get_one(AppKey, made["key_id"])
            assert (old.revoked_reason, new.replaces_key_id) == ("regenerated", old.key_id)
        shown = alice.get(f"/api/exports/{exported['id']}").get_json()
        assert (shown["key_id"], shown["api_key_masked"]) == (made["key_id"], made["api_key_masked"])

    def test_a_grace_period_keeps_the_old_key_working_and_no_longer(
        self, alice: Person, app: Flask, clock: Any, exported: dict[str, Any]
    ) -> None:
        """Callers have the time that was asked for to change over."""
        made = self.regenerate(alice, exported, grace_seconds=3_600)

        clock.advance(3_599)
        assert self.works(app, exported["api_key"])
        assert self.works(app, made["api_key"])
        clock.advance(2)
        assert not self.works(app, exported["api_key"])
        assert self.works(app, made["api_key"])
        assert made["previous_key_expires_at"].endswith("Z")

    def test_no_grace_ends_keys_that_were_in_grace_too(
        self, alice: Person, app: Flask, exported: dict[str, Any]
    ) -> None:
        """Whoever regenerates without grace after a leak ends every earlier key."""
        self.regenerate(alice, exported, grace_seconds=3_600)

        self.regenerate(alice, exported)

        assert not self.works(app, exported["api_key"])

    def test_a_later_grace_never_prolongs_an_earlier_key(
        self, alice: Person, app: Flask, clock: Any, exported: dict[str, Any]
    ) -> None:
        """Each key ends when its own owner was told it would."""
        self.regenerate(alice, exported, grace_seconds=60)
        self.regenerate(alice, exported, grace_seconds=86_400)

        clock.advance(61)

        assert not self.works(app, exported["api_key"])

    def test_of_many_regenerations_at_once_one_key_is_left(
        self, alice: Person, app: Flask, exported: dict[str, Any]
    ) -> None:
        """No key that nobody was shown, or that nobody knows of, stays alive."""

        def regenerate(_number: int) -> TestResponse:
            client = app.test_client(use_cookies=False)
            return client.post(f"/api/exports/{exported['id']}/regenerate-key", headers=alice.headers)

        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(regenerate, range(8)))

        made = [answer.get_json()["api_key"] for answer in answers if answer.status_code == 200]
        assert {answer.status_code for answer in answers} <= {200, 409}
        assert sum(self.works(app, key) for key in made) == 1
        with app.app_context():
            alive = select(func.count()).select_from(AppKey).where(AppKey.revoked_at.is_(None))
            assert db.session.scalar(alive) == 1

    def test_limits_and_scopes_follow(self, alice: Person, app: Flask, model: dict[str, Any]) -> None:
        """A new key may do exactly what the old one might."""
        exported = alice.post(f"/api/export/{model['id']}", json={"rate_limit_per_minute": 7}).get_json()

        made = self.regenerate(alice, exported)

        with app.app_context():
            key = db.session.get_one(AppKey, made["key_id"])
            assert key.quota.sustained_limit == 7
            assert key.scopes == [f"predict:{exported['id']}"]

    @pytest.mark.parametrize("grace", [-1, 30 * 86_400 + 1, "60", 1.5, None, 10**30])
    def test_a_grace_outside_thirty_days_is_refused(
        self, alice: Person, app: Flask, exported: dict[str, Any], grace: Any
    ) -> None:
        """And the key stays what it was."""
        answer = alice.post(f"/api/exports/{exported['id']}/regenerate-key", json={"grace_seconds": grace})

        assert answer.status_code == 400
        assert self.works(app, exported["api_key"])
