"""Guarantees of keys as principals on the management routes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from backend.engine.keys import mint_key
from backend.models import AppKey, db
from backend.routes import BLUEPRINTS
from tests.api.conftest import PASSWORD, BuildApp, Person, without_request_id
from tests.api.portal import KEYS, key_holder, new_key, set_account, speaking_as

ROUTES = {
    ("get", "/api/models"): "read",
    ("get", "/api/exports"): "read",
    ("get", "/api/v1/projects"): "read",
    ("get", "/api/v1/users/me"): "read",
    ("post", "/api/models"): "write",
    ("delete", "/api/models/1"): "write",
    ("post", "/api/export/1"): "write",
    ("put", "/api/exports/1/status"): "write",
    ("patch", "/api/v1/users/me"): "write",
    ("get", KEYS): "portal:read",
    ("get", "/api/dev/scopes"): "portal:read",
    ("get", "/api/dev/apps"): "portal:read",
    ("get", "/api/v1/keys"): "portal:read",
    ("post", KEYS): "portal:write",
    ("post", "/api/dev/apps"): "portal:write",
    ("post", "/api/v1/keys"): "portal:write",
    ("delete", "/api/v1/keys/ak_live_x"): "portal:write",
}
SESSION_ONLY = ("/api/admin/", "/api/monitoring/", "/api/v1/auth/")


@contextmanager
def statements(app: Flask) -> Iterator[list[str]]:
    """Collect the statements that reach the database."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize("scope", sorted({*ROUTES.values(), "predict:*"}))
def test_a_key_opens_exactly_what_its_scope_says(alice: Person, scope: str) -> None:
    """Least privilege: every other route answers 403 and names the scope it takes."""
    program = key_holder(alice, scope)
    for (method, path), needed in ROUTES.items():
        answer = getattr(program, method)(path)
        refused = answer.status_code == 403 and answer.get_json()["error"]["details"].get("reason") == "scope"
        assert refused == (scope != needed), f"{scope}: {method} {path} answered {answer.status_code}"
        if refused:
            assert answer.get_json()["error"]["details"]["scope"] == needed


@pytest.mark.parametrize("header", ["X-API-Key", "Authorization"])
def test_a_key_is_read_from_either_header(alice: Person, client: FlaskClient, header: str) -> None:
    """Both ways that the references write it."""
    key = new_key(alice, scopes=["read"])["api_key"]
    value = key if header == "X-API-Key" else f"Bearer {key}"

    answer = client.get("/api/v1/users/me", headers={header: value})

    assert (answer.status_code, answer.get_json()["email"]) == (200, alice.email)


def test_a_key_needs_no_csrf_token_and_goes_before_the_cookie(alice: Person, bob: Person, client: FlaskClient) -> None:
    """What was sent on purpose decides, not what the browser added."""
    client.post("/api/v1/auth/login", json={"email": alice.email, "password": PASSWORD})
    headers = {"X-API-Key": new_key(bob, scopes=["read", "write"])["api_key"]}

    assert client.get("/api/v1/users/me", headers=headers).get_json()["email"] == bob.email
    assert client.patch("/api/v1/users/me", json={"name": "Robert"}, headers=headers).status_code == 200
    assert client.patch("/api/v1/users/me", json={"name": "Mallory"}).status_code == 403


def test_a_key_that_does_not_work_is_refused_alike_whatever_is_wrong(app: Flask, alice: Person, clock: Any) -> None:
    """Nobody learns whether a key ever existed."""
    made_up = mint_key("mp", "live").secret
    revoked, expired = (
        new_key(alice, scopes=["read"]),
        new_key(alice, scopes=["read"], expires_at="2099-01-01T00:00:00Z"),
    )
    alice.post(f"{KEYS}/{revoked['id']}/revoke")
    with app.app_context():
        db.session.get_one(AppKey, expired["id"]).expires_at = clock.now()
        db.session.commit()

    answers = [
        speaking_as(alice, secret).get("/api/models")
        for secret in (made_up, made_up[:-1] + "?", revoked["api_key"], expired["api_key"])
    ]

    assert {answer.status_code for answer in answers} == {401}
    assert len({str(without_request_id(answer)) for answer in answers}) == 1


def test_a_mistyped_key_is_refused_without_a_look_at_the_database(app: Flask, alice: Person) -> None:
    """The checksum answers by itself, so guessing costs us nothing."""
    key = new_key(alice, scopes=["read"])["api_key"]
    mistyped = key[:20] + ("a" if key[20] != "a" else "b") + key[21:]
    with statements(app) as seen:
        assert speaking_as(alice, mistyped).get("/api/models").status_code == 401

    assert seen == []


def test_keys_of_a_suspended_account_stop(app: Flask, alice: Person) -> None:
    """Suspending somebody stops their programs with their sessions."""
    program = key_holder(alice, "read")
    set_account(app, alice, status="suspended")

    assert program.get("/api/models").status_code == 401


def test_a_key_has_none_of_its_administrators_rights(admin: Person, alice: Person, model: dict[str, Any]) -> None:
    """A leaked key of an administrator is no administrator."""
    program = key_holder(admin, "read", "write", "portal:*")

    assert admin.get(f"/api/models/{model['id']}").status_code == 200
    assert program.get(f"/api/models/{model['id']}").status_code == 404
    assert program.get("/api/admin/accounts").status_code == 401


class TestPlace:
    """From where a key may be used."""

    def test_a_page_elsewhere_cannot_use_it(self, alice: Person) -> None:
        """A key in a page works on its owner's pages, and for programs."""
        program = key_holder(alice, "read", allowed_origins=["https://app.example.com"])
        answers = [
            program.client.get("/api/models", headers={**program.headers, **origin})
            for origin in ({}, {"Origin": "https://app.example.com"}, {"Origin": "https://evil.example.com"})
        ]

        assert [answer.status_code for answer in answers] == [200, 200, 403]
        assert answers[2].get_json()["error"]["details"] == {"reason": "origin"}

    def test_an_address_elsewhere_cannot_use_it(self, alice: Person) -> None:
        """A copied key is worth nothing from another network."""
        near = key_holder(alice, "read", allowed_addresses=["127.0.0.0/8"])
        far = key_holder(alice, "read", allowed_addresses=["203.0.113.7", "2001:db8::/32"])

        assert near.get("/api/models").status_code == 200
        assert far.get("/api/models").get_json()["error"]["details"] == {"reason": "address"}

    def test_a_key_that_only_signs_is_never_taken_bare(self, alice: Person) -> None:
        """Where its owner says that it never travels, one that travels was stolen."""
        program = key_holder(alice, "read", signing=True, signature_required=True)

        answer = program.get("/api/models")

        assert (answer.status_code, answer.get_json()["error"]["details"]["reason"]) == (403, "signature_required")

    def test_signed_requests_are_told_where_they_belong(self, alice: Person, client: FlaskClient) -> None:
        """A signature on a management route gets a reason, not a riddle."""
        answer = client.get("/api/models", headers={"X-API-Key": "ak_live_x:" + "0" * 64})

        assert (answer.status_code, answer.get_json()["error"]["details"]["reason"]) == (403, "signed_request")


def test_a_keys_use_is_noted_once_a_minute(alice: Person, clock: Any) -> None:
    """Whoever decides which keys to revoke sees that this one is in use."""
    key = new_key(alice, scopes=["read"])
    used = []
    for seconds in (0, 30, 31):
        clock.advance(seconds)
        speaking_as(alice, key["api_key"]).get("/api/models")
        used.append(alice.get(f"{KEYS}/{key['id']}").get_json()["last_used_at"])

    assert used[0] is not None
    assert used[0] == used[1] < used[2]


def test_every_management_route_says_that_it_takes_keys(app: Flask, client: FlaskClient) -> None:
    """Client generators offer both ways to sign in, but where a key opens nothing."""
    paths = client.get("/openapi.json").get_json()["paths"]
    walked = 0
    for path, operations in paths.items():
        for method, operation in operations.items():
            ways = {name for way in operation.get("security", []) for name in way}
            if "cookie" in ways:
                assert ("api_key" in ways) != path.startswith(SESSION_ONLY), f"{method} {path}"
                assert {"401", "403", "429"} <= set(operation["responses"]), f"{method} {path}"
                assert ("api_key" in ways) == ("A key needs the scope" in operation.get("description", "")) or (
                    path == "/api/exports/{api_id}/openapi.json"
                ), f"{method} {path}"
                walked += 1
    assert walked > 30


@pytest.mark.parametrize("environment", ["live", "test"])
def test_no_key_reads_the_log_that_live_and_test_calls_share(
    alice: Person, exported: dict[str, Any], environment: str
) -> None:
    """Live and test keys never see each other's calls."""
    key = new_key(alice, environment=environment, scopes=["read", "write", "portal:*"])
    path = f"/api/monitoring/apis/{exported['api_id']}/requests"
    assert alice.get(path).status_code == 200
    assert speaking_as(alice, key["api_key"]).get(path).status_code == 401


class TestBounds:
    """How often one caller may use the management routes."""

    @pytest.fixture
    def bounded(self, build_app: BuildApp) -> Flask:
        """An application that takes five calls a minute."""
        return build_app(management_calls_per_minute=5)

    def person(self, app: Flask, email: str) -> Person:
        """Sign somebody up."""
        client = app.test_client(use_cookies=False)
        body = {"email": email, "password": PASSWORD, "name": "P"}
        made = client.post("/api/v1/auth/register", json=body).get_json()
        return Person(client, made["user"]["id"], email, made["access_token"], made["refresh_token"])

    def test_an_account_is_bounded_whatever_it_signs_in_with(self, bounded: Flask) -> None:
        """Sessions and keys of one account share its bound; the next account has its own."""
        carol, dave = self.person(bounded, "carol@example.com"), self.person(bounded, "dave@example.com")
        program = key_holder(carol, "read")
        answers = [who.get("/api/models") for who in (carol, program, carol, program, carol)]

        assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 429]
        refused = answers[-1]
        assert refused.get_json()["error"]["code"] == "RATE_LIMITED"
        assert int(refused.headers["Retry-After"]) >= 1
        assert refused.headers["X-RateLimit-Limit"] == "5"
        assert dave.get("/api/models").status_code == 200

    def test_guessing_is_bounded_by_address(self, bounded: Flask) -> None:
        """Whoever has no identity cannot try without end."""
        stranger = Person(bounded.test_client(use_cookies=False), "", "", mint_key("mp", "live").secret, "")

        assert [stranger.get("/api/models").status_code for _ in range(6)] == [401] * 5 + [429]

    def test_predictions_are_not_counted(self, bounded: Flask) -> None:
        """The gateway's limits are the only ones of a metered call."""
        carol = self.person(bounded, "carol@example.com")
        for _ in range(8):
            carol.post("/api/predict/1", json={})

        assert carol.get("/api/models").status_code == 200


def test_every_blueprint_is_bounded_or_has_a_bound_of_its_own(app: Flask) -> None:
    """A blueprint added tomorrow cannot be forgotten."""
    limiter = next(iter(app.extensions["limiter"]))

    assert all(limiter.limit_manager.blueprint_limits(app, blueprint.name) for blueprint in BLUEPRINTS)
