"""Guarantees of signing up, in and out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Literal

import jwt
import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from flask_jwt_extended import create_access_token
from sqlalchemy import select

from backend.models import Account, db
from backend.services import account_service
from tests.api.conftest import PASSWORD, BuildApp, Person, without_request_id

REGISTER, LOGIN = "/api/v1/auth/register", "/api/v1/auth/login"
REFRESH, LOGOUT = "/api/v1/auth/refresh", "/api/v1/auth/logout"
ME = "/api/v1/users/me"


def test_a_new_account_is_signed_in_at_once(client: FlaskClient) -> None:
    """Registering answers the documented session shape and its access token works."""
    answer = client.post(REGISTER, json={"email": "New@Example.com", "password": PASSWORD, "name": "New User"})

    body = answer.get_json()
    assert answer.status_code == 201
    assert set(body) == {"access_token", "refresh_token", "token_type", "expires_in", "user"}
    assert (body["token_type"], body["expires_in"]) == ("bearer", 3600)
    assert body["user"] == {"id": body["user"]["id"], "email": "new@example.com", "name": "New User", "role": "user"}
    me = client.get(ME, headers={"Authorization": f"Bearer {body['access_token']}"})
    assert me.status_code == 200


def test_signing_in_ignores_the_case_of_the_address(alice: Person) -> None:
    """An account is found however its owner writes the address."""
    answer = alice.client.post(LOGIN, json={"email": alice.email.upper(), "password": PASSWORD})

    assert answer.status_code == 200
    assert answer.get_json()["user"]["id"] == alice.id


def test_one_address_has_one_account(alice: Person) -> None:
    """A second registration of an address, in any case, is a conflict."""
    body = {"email": alice.email.upper(), "password": PASSWORD, "name": "Another"}

    answer = alice.client.post(REGISTER, json=body)

    assert answer.status_code == 409
    assert answer.get_json()["error"]["code"] == "CONFLICT"


def test_a_wrong_password_and_an_unknown_address_answer_alike(alice: Person) -> None:
    """Nobody learns from an answer who has an account."""
    wrong = alice.client.post(LOGIN, json={"email": alice.email, "password": "wrong password"})
    unknown = alice.client.post(LOGIN, json={"email": "nobody@example.com", "password": "wrong password"})

    assert wrong.status_code == unknown.status_code == 401
    assert without_request_id(wrong) == without_request_id(unknown)


def test_an_unknown_address_costs_a_password_verification_too(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Timing tells nobody who has an account: the same hash function runs either way."""
    verified: list[str] = []

    class Counting(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:  # noqa: A002 - argon2's name
            verified.append(str(hash))
            return super().verify(hash, password)

    monkeypatch.setattr(account_service, "_hasher", Counting(time_cost=1, memory_cost=8, parallelism=1))
    client.post(LOGIN, json={"email": "nobody@example.com", "password": "wrong password"})

    assert len(verified) == 1


def test_a_hash_of_old_parameters_is_renewed_at_sign_in(
    alice: Person, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Raising the cost of hashing reaches existing accounts without a password reset."""
    monkeypatch.setattr(account_service, "_hasher", PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))

    alice.client.post(LOGIN, json={"email": alice.email, "password": PASSWORD})

    with app.app_context():
        stored = db.session.get_one(Account, alice.id).password_hash
    assert "m=16,t=2" in stored


@pytest.mark.parametrize(
    ("changed", "field", "constraint"),
    [
        ({"email": "not-an-address"}, "email", "email_format"),
        ({"email": "user@localhost"}, "email", "email_format"),
        ({"email": "nul\x00@example.com"}, "email", "email_format"),
        ({"password": "short"}, "password", "min_length"),
        ({"password": "Qwerty123"}, "password", "common_password"),
        ({"password": "aaaaaaaaaa"}, "password", "common_password"),
        ({"password": "someone@example.com"}, "password", "equals_email"),
        ({"name": "   "}, "name", "pattern"),
        ({"name": "line\nbreak"}, "name", "pattern"),
        ({"name": 7}, "name", "type"),
        ({"role": "admin"}, "role", "unknown"),
    ],
)
def test_a_registration_that_does_not_fit_names_the_field(
    client: FlaskClient, changed: dict[str, Any], field: str, constraint: str
) -> None:
    """A form can put every message at its field, in the documented details."""
    body = {"email": "someone@example.com", "password": PASSWORD, "name": "Someone", **changed}

    answer = client.post(REGISTER, json=body)

    details = answer.get_json()["error"]["details"]
    assert answer.status_code == 422
    assert answer.get_json()["error"]["code"] == "VALIDATION_ERROR"
    assert (details["field"], details["constraint"]) == (field, constraint)
    assert details["fields"][0]["field"] == field


def test_everything_wrong_is_told_at_once(client: FlaskClient) -> None:
    """One answer lists all problems, so that a form is corrected in one go."""
    answer = client.post(REGISTER, json={"email": "x", "extra": 1})

    fields = {problem["field"]: problem["constraint"] for problem in answer.get_json()["error"]["details"]["fields"]}
    assert fields == {"email": "email_format", "password": "required", "name": "required", "extra": "unknown"}


@pytest.mark.parametrize(
    ("body", "media_type", "status"),
    [
        (b"{", "application/json", 400),
        (b'{"email": "\\ud800"}', "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b"[" * 5_000, "application/json", 400),
        (b"email=x", "application/x-www-form-urlencoded", 415),
        (b"{}", "text/plain", 415),
        (b"[]", "application/json", 422),
        (b"", "application/json", 422),
        (b"x" * 1_100_000, "application/json", 413),
    ],
)
def test_bodies_that_do_not_read_are_refused_in_the_envelope(
    client: FlaskClient, body: bytes, media_type: str, status: int
) -> None:
    """No body a client can send ends in a 500."""
    answer = client.post(LOGIN, data=body, content_type=media_type)

    assert answer.status_code == status
    assert set(answer.get_json()) == {"error", "request_id"}
    assert answer.headers["X-Request-ID"] == answer.get_json()["request_id"]


def test_no_answer_shows_a_password_or_its_hash(client: FlaskClient, app: Flask) -> None:
    """Neither the password nor what is stored of it ever leaves."""
    answers = [client.post(REGISTER, json={"email": "p@example.com", "password": PASSWORD, "name": "P"})]
    answers += [client.post(LOGIN, json={"email": "p@example.com", "password": PASSWORD}), client.get(ME)]

    with app.app_context():
        stored = db.session.scalars(select(Account.password_hash)).one()
    assert stored.startswith("$argon2id$")
    for answer in answers:
        assert PASSWORD not in answer.text
        assert "argon2" not in answer.text
        assert "password" not in answer.text


class TestCookies:
    """What browsers rely on."""

    @pytest.fixture
    def browser(self, client: FlaskClient) -> FlaskClient:
        """A browser that has just signed up."""
        client.post(REGISTER, json={"email": "b@example.com", "password": PASSWORD, "name": "B"})
        return client

    def csrf(self, browser: FlaskClient, kind: str = "access") -> dict[str, str]:
        """The header a page sends after reading the readable cookie."""
        cookie = browser.get_cookie(f"csrf_{kind}_token")
        assert cookie is not None
        return {"X-CSRF-TOKEN": cookie.value}

    def test_scripts_cannot_read_the_tokens(self, client: FlaskClient) -> None:
        """Token cookies are HttpOnly and SameSite; the refresh cookie goes to the auth routes alone."""
        answer = client.post(REGISTER, json={"email": "c@example.com", "password": PASSWORD, "name": "C"})

        cookies = {line.partition("=")[0]: line for line in answer.headers.getlist("Set-Cookie")}
        assert set(cookies) == {
            "access_token_cookie", "refresh_token_cookie", "csrf_access_token", "csrf_refresh_token"
        }  # fmt: skip
        assert all("SameSite=Lax" in line for line in cookies.values())
        assert "HttpOnly" in cookies["access_token_cookie"]
        assert "HttpOnly" in cookies["refresh_token_cookie"]
        assert "HttpOnly" not in cookies["csrf_access_token"]
        assert "Path=/api/v1/auth" in cookies["refresh_token_cookie"]
        assert "Secure" not in cookies["access_token_cookie"]

    def test_cookies_stay_on_https_where_that_is_set(self, build_app: BuildApp) -> None:
        """SESSION_COOKIE_SECURE reaches every cookie, and browsers are told to keep to HTTPS."""
        client = build_app(session_cookie_secure=True).test_client()

        answer = client.post(REGISTER, json={"email": "c@example.com", "password": PASSWORD, "name": "C"})

        assert all("Secure" in line for line in answer.headers.getlist("Set-Cookie"))
        assert "max-age" in answer.headers["Strict-Transport-Security"]

    def test_a_cookie_alone_reads(self, browser: FlaskClient) -> None:
        """A page load needs no header."""
        assert browser.get(ME).status_code == 200

    @pytest.mark.parametrize("header", [None, "", "someone-elses-token"])
    def test_a_cookie_alone_changes_nothing(self, browser: FlaskClient, header: str | None) -> None:
        """Another site cannot make a signed-in browser change anything: without our CSRF token it is 403."""
        headers = {} if header is None else {"X-CSRF-TOKEN": header}

        answer = browser.patch(ME, json={"name": "Mallory"}, headers=headers)

        assert answer.status_code == 403
        assert answer.get_json()["error"]["code"] == "FORBIDDEN"
        assert "X-CSRF-TOKEN" in answer.get_json()["error"]["message"]
        assert browser.get(ME).get_json()["name"] == "B"

    def test_a_cookie_with_its_csrf_token_changes(self, browser: FlaskClient) -> None:
        """Our own pages can."""
        answer = browser.patch(ME, json={"name": "Better"}, headers=self.csrf(browser))

        assert answer.status_code == 200
        assert answer.get_json()["name"] == "Better"

    def test_a_browser_renews_its_session_by_cookie(self, browser: FlaskClient) -> None:
        """The refresh cookie needs its own CSRF token, and new cookies come back."""
        refused = browser.post(REFRESH, headers=self.csrf(browser, "access"))
        before = self.csrf(browser, "refresh")
        renewed = browser.post(REFRESH, headers=before)

        assert refused.status_code == 403
        assert renewed.status_code == 200
        assert self.csrf(browser, "refresh") != before

    def test_signing_out_takes_the_cookies_back_and_ends_the_session(self, browser: FlaskClient) -> None:
        """After sign-out neither the browser nor whoever copied its access token gets in."""
        cookie = browser.get_cookie("access_token_cookie")
        assert cookie is not None
        answer = browser.post(LOGOUT, headers=self.csrf(browser))

        assert answer.status_code == 204
        assert browser.get_cookie("access_token_cookie") is None
        assert browser.get_cookie("refresh_token_cookie", path="/api/v1/auth") is None
        copied = browser.get(ME, headers={"Authorization": f"Bearer {cookie.value}"})
        assert copied.status_code == 401


class TestIdentity:
    """Who is let in."""

    @pytest.mark.parametrize(
        "header",
        [
            "Bearer",
            "Bearer ",
            "Bearer x",
            "Bearer a.b.c",
            "Basic eDp5",
            "bearer",
            "Bearer é",
            "Bearer a b c",
            ",",
            "Bearer \x7f",
        ],
    )
    def test_anything_but_a_token_is_refused(self, client: FlaskClient, header: str) -> None:
        """No Authorization header a client can send ends in a 500 or gets in."""
        answer = client.get(ME, headers={"Authorization": header.encode().decode("latin-1")})

        assert answer.status_code == 401
        assert answer.get_json()["error"]["code"] == "UNAUTHENTICATED"
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")

    def test_an_expired_token_is_refused_and_says_so(self, alice: Person, app: Flask) -> None:
        """A page knows from the reason that a refresh is worth trying."""
        claims = jwt.decode(alice.token, options={"verify_signature": False})
        with app.app_context():
            old = create_access_token(
                alice.id, expires_delta=timedelta(seconds=-1), additional_claims={"family": claims["family"]}
            )
        alice.token = old

        answer = alice.get(ME)

        assert answer.status_code == 401
        assert answer.get_json()["error"]["details"]["reason"] == "expired_token"

    @pytest.mark.parametrize("algorithm", ["none", "HS512"])
    def test_a_token_signed_otherwise_is_refused(self, alice: Person, algorithm: str) -> None:
        """Neither an unsigned token nor one of another algorithm passes for ours."""
        claims = jwt.decode(alice.token, options={"verify_signature": False})
        key = "" if algorithm == "none" else "x" * 64
        alice.token = jwt.encode(claims, key, algorithm=algorithm)

        assert alice.get(ME).status_code == 401

    def test_a_refresh_token_opens_no_route(self, alice: Person) -> None:
        """The long-lived token is good for one route only."""
        alice.token = alice.refresh_token

        assert alice.get(ME).status_code == 401

    @pytest.mark.parametrize("status", ["disabled", "deleted"])
    def test_a_disabled_or_deleted_account_is_out_at_once(self, alice: Person, app: Flask, status: str) -> None:
        """Disabling an account ends its sessions without waiting for tokens to expire."""
        with app.app_context():
            account = db.session.get_one(Account, alice.id)
            if status == "deleted":
                db.session.delete(account)
            else:
                account.status = "disabled"
            db.session.commit()

        assert alice.get(ME).status_code == 401
        assert alice.client.post(REFRESH, json={"refresh_token": alice.refresh_token}).status_code == 401
        assert alice.client.post(LOGIN, json={"email": alice.email, "password": PASSWORD}).status_code == 401


def test_the_eleventh_call_in_a_minute_is_refused(build_app: BuildApp) -> None:
    """Passwords cannot be guessed quickly; the answer says when to come back."""
    client = build_app(auth_calls_per_minute=10).test_client()
    answers = [client.post(LOGIN, json={"email": "x@example.com", "password": "y" * 8}) for _ in range(11)]

    assert [answer.status_code for answer in answers] == [401] * 10 + [429]
    refused = answers[-1]
    assert refused.get_json()["error"]["code"] == "RATE_LIMITED"
    assert 1 <= int(refused.headers["Retry-After"]) <= 61
    assert refused.headers["X-RateLimit-Limit"] == "10"
    assert refused.headers["X-RateLimit-Remaining"] == "0"
    assert int(refused.headers["X-RateLimit-Reset"]) > 1_700_000_000


def test_an_administrator_is_made_once(app: Flask) -> None:
    """Set-up prints a generated password once and never makes a second administrator."""
    with app.app_context():
        first = account_service.ensure_first_admin("", "")
        second = account_service.ensure_first_admin("other@example.com", "another password")
        assert first is not None
        assert first.generated_password is not None
        assert second is None
        assert first.generated_password not in repr(first)
        signed_in = account_service.authenticate(email=first.email, password=first.generated_password)
    assert signed_in.role == "admin"


def test_a_chosen_administrator_password_is_not_repeated(app: Flask) -> None:
    """A password that the operator set is not printed."""
    with app.app_context():
        first = account_service.ensure_first_admin("Boss@Example.com", "operator's choice")
    assert first is not None
    assert first.generated_password is None
    assert first.email == "boss@example.com"


def test_sign_up_makes_no_administrator_of_the_same_address(alice: Person, app: Flask) -> None:
    """An ordinary account does not become mighty because ADMIN_EMAIL names its address."""
    with app.app_context(), pytest.raises(account_service.EmailTaken):
        account_service.ensure_first_admin(alice.email, "operator's choice")
