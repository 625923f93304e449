"""Guarantees of renewing a session."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from backend.models import RefreshToken, db
from backend.services.session_service import purge_refresh_tokens
from tests.api.conftest import PASSWORD, Person

LOGIN = "/api/v1/auth/login"
REFRESH, LOGOUT = "/api/v1/auth/refresh", "/api/v1/auth/logout"
ME = "/api/v1/users/me"


class TestRefresh:
    """Rotation, reuse and races."""

    def refresh(self, person: Person, token: str) -> Any:
        """Exchange a token."""
        return person.client.post(REFRESH, json={"refresh_token": token})

    def test_a_refresh_token_gives_a_new_pair(self, alice: Person) -> None:
        """The new access token works, and so does the new refresh token."""
        first = self.refresh(alice, alice.refresh_token).get_json()
        second = self.refresh(alice, first["refresh_token"])

        assert second.status_code == 200
        alice.token = second.get_json()["access_token"]
        assert alice.get(ME).status_code == 200

    def test_a_reused_refresh_token_ends_the_whole_session(self, alice: Person, clock: Any) -> None:
        """Whoever stole a refresh token is out, together with its owner, as soon as both have used it."""
        stolen = self.refresh(alice, alice.refresh_token).get_json()
        clock.advance(11)

        reuse = self.refresh(alice, alice.refresh_token)
        after = self.refresh(alice, stolen["refresh_token"])
        alice.token = stolen["access_token"]

        assert reuse.status_code == after.status_code == 401
        assert reuse.get_json()["error"]["details"]["reason"] == "refresh_token_reused"
        assert after.get_json()["error"]["details"]["reason"] == "session_ended"
        assert alice.get(ME).status_code == 401

    def test_two_tabs_that_refresh_at_once_stay_signed_in(self, alice: Person, clock: Any) -> None:
        """The slower of two parallel refreshes is told so, and the session lives on."""
        won = self.refresh(alice, alice.refresh_token).get_json()
        clock.advance(9)

        lost = self.refresh(alice, alice.refresh_token)

        assert lost.status_code == 401
        assert lost.get_json()["error"]["details"]["reason"] == "already_refreshed"
        assert "Set-Cookie" not in lost.headers
        assert self.refresh(alice, won["refresh_token"]).status_code == 200

    def test_of_many_refreshes_at_once_one_wins(self, alice: Person, app: Flask) -> None:
        """A token is exchanged once, however many send it in the same moment."""

        def refresh(_number: int) -> int:
            body = {"refresh_token": alice.refresh_token}
            return app.test_client(use_cookies=False).post(REFRESH, json=body).status_code

        with ThreadPoolExecutor(8) as pool:
            statuses = sorted(pool.map(refresh, range(16)))

        assert statuses == [200] + [401] * 15

    def test_a_session_that_was_not_renewed_for_a_month_is_over(self, alice: Person, clock: Any) -> None:
        """REFRESH_TOKEN_DAYS bounds how long a forgotten browser stays signed in."""
        clock.advance(31 * 24 * 3_600)

        assert self.refresh(alice, alice.refresh_token).status_code == 401

    def test_expired_tokens_are_swept_and_living_sessions_stay(self, alice: Person, app: Flask, clock: Any) -> None:
        """The table does not grow for ever, and nobody is signed out by the broom."""
        clock.advance(20 * 24 * 3_600)
        living = self.refresh(alice, alice.refresh_token).get_json()
        clock.advance(11 * 24 * 3_600)

        with app.app_context():
            swept = purge_refresh_tokens(db.session(), expired_before=clock.now())
            db.session.commit()

        assert swept == 1
        assert self.refresh(alice, living["refresh_token"]).status_code == 200

    def test_signing_out_elsewhere_leaves_other_sessions(self, alice: Person) -> None:
        """A session ends alone."""
        other = alice.client.post(LOGIN, json={"email": alice.email, "password": PASSWORD}).get_json()

        alice.post(LOGOUT)

        assert alice.get(ME).status_code == 401
        assert self.refresh(alice, other["refresh_token"]).status_code == 200

    @pytest.mark.parametrize("token", ["", "x", "a.b.c", "\x00", "é" * 10])
    def test_what_is_no_token_of_ours_is_refused(self, alice: Person, token: str) -> None:
        """Anything at all may stand in the body."""
        assert self.refresh(alice, token).status_code == 401

    def test_an_access_token_refreshes_nothing(self, alice: Person) -> None:
        """A stolen access token cannot be turned into a session."""
        assert self.refresh(alice, alice.token).status_code == 401

    def test_no_refresh_token_is_stored(self, alice: Person, app: Flask) -> None:
        """A copy of the database signs nobody in."""
        with app.app_context():
            rows = db.session.scalars(select(RefreshToken)).all()
            stored = " ".join(str(value) for row in rows for value in vars(row).values())
        assert alice.refresh_token not in stored
