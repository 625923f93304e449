"""Every credential through both doors: the same calls get the same answers, whichever server part took them."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from flask import Flask
from werkzeug.test import Client, TestResponse

from backend.engine.signing import sign, signature_header
from tests.api.conftest import ROW, Person
from tests.api.predict.conftest import Key, MakeKey
from tests.api.predict.test_doors import shape

BODY = orjson.dumps(ROW)
ANYWHERE, HOME = ["203.0.113.0/24"], ["127.0.0.0/8"]


def v1(key: Key, target: str, *, at: float = 0.0, body: bytes = BODY, secret: str = "") -> dict[str, str]:
    """Headers of a request signed with v1."""
    stamp = str(int(time.time() + at))
    header = signature_header((secret or key.secret).encode(), stamp, method="POST", request_target=target, body=body)
    return {"X-API-Key": key.key_id, "X-Signature": header}


def v0(key: Key, body: bytes = BODY) -> dict[str, str]:
    """Headers of a request signed with v0."""
    return {"X-API-Key": f"{key.key_id}:{sign(key.secret.encode(), body)}"}


SIGNS: dict[str, Any] = {"signature_schemes": ["v1", "v0"]}
MUST_SIGN = {**SIGNS, "is_signature_required": True}
Send = Callable[[Key, str], dict[str, str]]
CASES: dict[str, tuple[str, dict[str, Any], Send, int]] = {
    "a plain key": ("live", {}, lambda key, _target: key.headers, 200),
    "a bearer": ("live", {}, lambda key, _target: {"Authorization": f"Bearer {key.secret}"}, 200),
    "a test key": ("test", {}, lambda key, _target: key.headers, 200),
    "one API's scope": ("live", {"scopes": ["predict:1"]}, lambda key, _target: key.headers, 200),
    "write": ("live", {"scopes": ["write"]}, lambda key, _target: key.headers, 200),
    "no scope": ("live", {"scopes": ["read", "portal:*"]}, lambda key, _target: key.headers, 404),
    "v1": ("live", SIGNS, v1, 200),
    "v1 required": ("live", MUST_SIGN, v1, 200),
    "v0": ("test", SIGNS, lambda key, _target: v0(key), 200),
    "v0 not allowed": ("live", {"signature_schemes": ["v1"]}, lambda key, _target: v0(key), 403),
    "bare though signing": ("live", MUST_SIGN, lambda key, _target: key.headers, 403),
    "another body": ("live", SIGNS, lambda key, target: v1(key, target, body=b"{}"), 403),
    "another path": ("live", SIGNS, lambda key, _target: v1(key, "/api/predict/2"), 403),
    "another secret": ("live", SIGNS, lambda key, target: v1(key, target, secret="x"), 403),
    "another secret in test": ("test", SIGNS, lambda key, _target: v0(key, b"{}"), 403),
    "too old": ("live", SIGNS, lambda key, target: v1(key, target, at=-400), 403),
    "no signature": ("live", SIGNS, lambda key, _target: {"X-API-Key": key.key_id}, 403),
    "the key beside a signature": (
        "live",
        SIGNS,
        lambda key, target: {**v1(key, target), "X-API-Key": key.secret},
        403,
    ),
    "unreadable": ("live", SIGNS, lambda key, _target: {"X-API-Key": key.key_id, "X-Signature": "t=1"}, 403),
    "from home": ("live", {"allowed_addresses": HOME}, lambda key, _target: key.headers, 200),
    "from elsewhere": ("live", {"allowed_addresses": ANYWHERE}, lambda key, _target: key.headers, 403),
    "revoked": ("live", {"revoked_reason": "x"}, lambda key, _target: key.headers, 403),
    "nothing": ("live", {}, lambda _key, _target: {}, 401),
}


def post(door: Any, target: str, headers: dict[str, str], body: bytes = BODY) -> TestResponse:
    """Send a call to one door."""
    return Client(door).open(
        target,
        method="POST",
        input_stream=io.BytesIO(body),
        content_length=len(body),
        headers=headers,
        content_type="application/json",
        environ_base={"REMOTE_ADDR": "127.0.0.1"},
    )


def without_time(answer: TestResponse) -> Any:
    """Give what must be equal: a refusal for its age says what time it is."""
    status, body, headers = shape(answer)
    for name in ("server_time", "timestamp"):
        body.get("error", {}).get("details", {}).pop(name, None)
    return status, body, headers


@pytest.mark.parametrize("name", CASES)
def test_both_doors_judge_every_credential_alike(
    app: Flask, exported: dict[str, Any], make_key: MakeKey, clock: Any, name: str
) -> None:
    """Status, body and headers are equal, and what was expected."""
    environment, columns, headers, expected = CASES[name]
    if name == "revoked":
        columns = {**columns, "revoked_at": clock.now()}
    key = make_key(environment, **columns)
    bare = app.wsgi_app
    answers = []
    # A signature works once, so each door gets a query of its own.
    for number, door in enumerate((bare, bare._flask)):  # type: ignore[attr-defined]
        target = f"/api/predict/{exported['api_id']}?n={number}"
        answers.append(without_time(post(door, target, headers(key, target))))
    assert answers[0] == answers[1]
    assert answers[0][0] == expected


def test_a_signature_works_once_whichever_door_takes_it(
    app: Flask, exported: dict[str, Any], make_key: MakeKey
) -> None:
    """A copied request is refused by every worker: the memory of it is shared."""
    key, target = make_key(signature_schemes=["v1"]), f"/api/predict/{exported['api_id']}"
    headers, bare = v1(key, target), app.wsgi_app
    assert post(bare, target, headers).status_code == 200
    for door in (bare, bare._flask):  # type: ignore[attr-defined]
        again = post(door, target, headers)
        assert (again.status_code, again.get_json()["error"]["details"]) == (403, {"reason": "replay"})


def test_a_test_key_sees_what_the_server_signed(app: Flask, exported: dict[str, Any], make_key: MakeKey) -> None:
    """The string of the refusal, signed with the right secret, is the right signature."""
    key, target = make_key("test", signature_schemes=["v1"]), f"/api/predict/{exported['api_id']}?a=%41"
    wrong = v1(key, target, secret="wrong")
    details = post(app.wsgi_app, target, wrong).get_json()["error"]["details"]
    stamp = wrong["X-Signature"].partition("t=")[2].partition(",")[0]
    right = f"t={stamp},v1={sign(key.secret.encode(), details['string_to_sign'].encode())}"
    assert post(app.wsgi_app, target, {"X-API-Key": key.key_id, "X-Signature": right}).status_code == 200


def test_pages_elsewhere_are_refused(app: Flask, exported: dict[str, Any], make_key: MakeKey) -> None:
    """A browser's call carries its page's origin; the refusal can be read by the page and names it."""
    key = make_key(allowed_origins=["https://shop.example"])
    target = f"/api/predict/{exported['api_id']}"
    good = post(app.wsgi_app, target, {**key.headers, "Origin": "https://shop.example"})
    bad = post(app.wsgi_app, target, {**key.headers, "Origin": "https://evil.example"})
    assert (good.status_code, bad.status_code) == (200, 403)
    assert "https://evil.example" in bad.get_json()["error"]["message"]


def test_a_wildcard_does_not_reach_another_account(
    app: Flask, bob: Person, exported: dict[str, Any], make_key: MakeKey
) -> None:
    """predict:* and write of Bob's keys end at Bob's APIs; Alice's answers as one that does not exist."""
    key = make_key(account_id=bob.id, scopes=["predict:*", "write", f"predict:{exported['api_id']}"])
    foreign, absent = (shape(post(app.wsgi_app, f"/api/predict/{n}", key.headers)) for n in (exported["api_id"], 999))
    assert foreign == absent
    assert foreign[0] == 404
