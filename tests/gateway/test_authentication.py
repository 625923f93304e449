"""Signed calls and where a key may be used from, with plain objects."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import pytest

from backend.core.errors import PayloadTooLarge
from backend.engine.allowed import networks_of
from backend.engine.keys import Environment
from backend.engine.limits.errors import StateClosedError
from backend.engine.signing import PlainKey, SignedRequest, read_credential, sign, string_to_sign
from backend.gateway.call import Answer
from backend.services.grants import Signing
from tests.gateway.conftest import GRANT, KEY_ID, SECRET, Send, World, code, details

BODY = b"hello"
TARGET = "/echo/7?n=1"


def signer(environment: Environment = "live", *schemes: str, is_required: bool = False) -> Any:
    """A grant of a key that signs."""
    signing = Signing(frozenset(schemes or ("v1",)), is_required, SECRET.encode())
    return replace(GRANT, environment=environment, signing=signing)


def v1(body: bytes = BODY, *, at: float = 0.0, target: str = TARGET, secret: str = SECRET) -> SignedRequest:
    """A signature as a good client makes it, `at` seconds from now."""
    timestamp = str(int(time.time() + at))
    return SignedRequest(
        KEY_ID, "v1", sign(secret.encode(), string_to_sign(timestamp, "POST", target, body)), timestamp
    )


@pytest.fixture
def signed(send: Send, world: World) -> Send:
    """Give a function that sends a call with a signature."""
    world.signers[KEY_ID] = signer()

    def call(credential: SignedRequest, body: bytes = BODY, *, request_target: str = TARGET) -> Answer:
        return send(body, credential=credential, request_target=request_target)

    return call


def test_a_signed_call_is_served(signed: Send, world: World) -> None:
    """The secret itself never travels; the call is recorded as the key's."""
    assert signed(v1()).status == 200
    assert (world.record.key_id, world.attempts) == (KEY_ID, ["accepted"])


@pytest.mark.parametrize(
    ("credential", "sent"),
    [
        (v1(secret="another"), {}),
        (v1(), {"body": b"hellO"}),
        (v1(), {"request_target": "/echo/7?n=2"}),
        (v1(), {"request_target": "/echo/8?n=1"}),
    ],
)
def test_what_was_changed_on_the_way_is_refused(
    signed: Send, world: World, credential: SignedRequest, sent: dict[str, Any]
) -> None:
    """Secret, body, query and path are covered; nothing is counted or recorded for a stranger."""
    answer = signed(credential, **sent)
    assert (answer.status, code(answer)) == (403, "INVALID_SIGNATURE")
    assert (world.lines, world.admitted, world.attempts) == ([], [], ["refused"])


def test_a_live_key_never_shows_what_the_server_signed_and_a_test_key_does(signed: Send, world: World) -> None:
    """The difference between the two strings is what a developer needs, and only while testing."""
    wrong = v1(secret="another")
    assert details(signed(wrong)) == {}
    world.signers[KEY_ID] = signer("test")
    expected = string_to_sign(wrong.timestamp, "POST", TARGET, BODY).decode()
    assert details(signed(wrong)) == {"scheme": "v1", "string_to_sign": expected}


@pytest.mark.parametrize("seconds", [-290, 290])
def test_a_clock_a_little_off_is_tolerated(signed: Send, seconds: int) -> None:
    """Five minutes both ways."""
    assert signed(v1(at=seconds)).status == 200


@pytest.mark.parametrize("seconds", [-310, 310])
def test_an_old_or_future_signature_is_refused(signed: Send, seconds: int) -> None:
    """A request that was recorded cannot be sent much later, nor signed ahead."""
    answer = signed(v1(at=seconds))
    assert (answer.status, details(answer)["tolerance_seconds"]) == (403, 300)


def test_a_repeated_signature_is_refused_and_uses_up_nothing(signed: Send, world: World) -> None:
    """A copied request is refused before it counts against the limits of the key it was copied from."""
    once = v1()
    assert [signed(once).status, signed(once).status, signed(v1(at=1)).status] == [200, 403, 200]
    assert (len(world.admitted), len(world.lines)) == (2, 2)


def test_what_a_limit_refused_may_be_sent_again_as_it_is(signed: Send, world: World) -> None:
    """A 429 does not use the signature up."""
    once = v1()
    world.is_open = False
    assert signed(once).status == 429
    world.is_open = True
    assert signed(once).status == 200


def test_of_two_at_the_same_moment_one_is_served(signed: Send, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The look before the limits may miss a twin on another worker; the use after them cannot."""
    once = v1()
    monkeypatch.setattr(world, "peek", lambda rule: world._decision(rule, is_open=True))
    assert signed(once).status == 200
    monkeypatch.setattr(world, "admit", refusing_replays(world))
    assert code(signed(once)) == "INVALID_SIGNATURE"


def refusing_replays(world: World) -> Any:
    def admit(rules: Any) -> Any:
        return world._decision(rules[0], is_open=rules[0].name != "replay")

    return admit


def test_without_shared_state_a_signed_call_is_not_taken(signed: Send, world: World) -> None:
    """That a request comes for the first time is what a signature promises: when nobody can tell, 503."""
    world.limiter_error = StateClosedError("closed")
    assert signed(v1()).status == 503


def test_a_key_signs_only_with_its_schemes(signed: Send, world: World) -> None:
    """v0 has no time in it, so it is taken only where the key allows it."""
    old = SignedRequest(KEY_ID, "v0", sign(SECRET.encode(), BODY))
    assert code(signed(old)) == "INVALID_SIGNATURE"
    world.signers[KEY_ID] = signer("test", "v1", "v0")
    assert signed(old).status == 200
    world.signers[KEY_ID] = replace(GRANT, signing=Signing())
    assert code(signed(v1())) == "INVALID_SIGNATURE"


def test_a_key_that_must_sign_is_refused_bare(send: Send, world: World) -> None:
    """Whoever steals the key's text out of a log cannot use it as it is."""
    world.grants[SECRET] = signer(is_required=True)
    assert code(send()) == "INVALID_SIGNATURE"


def test_the_whole_key_beside_a_signature_is_told_apart(signed: Send) -> None:
    """A caller that sends the secret with its signature is told so; the answer does not repeat it."""
    answer = signed(replace(v1(), key_id=SECRET))
    assert (answer.status, SECRET.encode() in answer.body) == (403, False)


def test_an_unknown_key_id_answers_like_an_unknown_key(signed: Send, send: Send) -> None:
    """Ids cannot be tried out."""
    assert signed(replace(v1(), key_id="ak_live_2")).body == send(credential=PlainKey("unknown")).body


def test_a_header_that_does_not_read_says_how_it_should(signed: Send) -> None:
    """The shape is named, nothing is guessed."""
    answer = signed(replace(v1(), signature=""))
    assert (answer.status, b"t=<epoch seconds>,v1=" in answer.body) == (403, True)


def test_a_secret_that_does_not_open_is_our_failure(signed: Send, world: World) -> None:
    """With the wrong ENCRYPTION_KEY signed calls answer 503, not that the caller signed wrongly."""
    world.signers[KEY_ID] = replace(GRANT, signing=Signing(frozenset({"v1"})))
    assert signed(v1()).status == 503


def test_a_signed_body_is_read_within_its_bound(signed: Send) -> None:
    """Nobody makes the server hash more than the kind takes."""
    large = b"x" * 101
    assert signed(v1(large), large).status == PayloadTooLarge.status


@pytest.mark.parametrize(
    ("address", "status"), [("192.0.2.1", 200), ("::ffff:192.0.2.9", 200), ("198.51.100.1", 403), ("", 403)]
)
def test_a_key_works_from_its_addresses_only(send: Send, world: World, address: str, status: int) -> None:
    """The owner sees refused attempts in the log."""
    world.grants[SECRET] = replace(GRANT, allowed_networks=networks_of(["192.0.2.0/24"]))
    assert send(remote_address=address).status == status
    assert world.record.status_code == status


def test_a_list_of_addresses_that_does_not_read_admits_nobody(send: Send, world: World) -> None:
    """A typing mistake in SQL closes the key, never opens it."""
    world.grants[SECRET] = replace(GRANT, allowed_networks=())
    assert send().status == 403


@pytest.mark.parametrize(
    ("origin", "status"), [(None, 200), ("https://shop.example", 200), ("https://evil.example", 403)]
)
def test_a_key_is_sent_by_its_pages_only(send: Send, world: World, origin: str | None, status: int) -> None:
    """A page elsewhere cannot use a key that was copied out of ours."""
    world.grants[SECRET] = replace(GRANT, allowed_origins=frozenset({"https://shop.example"}))
    assert send(origin=origin).status == status


def test_headers_become_the_credential_that_they_mean() -> None:
    """One reader for both doors: a key, an id with a signature, an id and a header."""
    hexes = "ab" * 32
    assert read_credential("", "") is None
    assert read_credential(SECRET, "") == PlainKey(SECRET)
    assert read_credential(f"{KEY_ID}:{hexes}", "") == SignedRequest(KEY_ID, "v0", hexes)
    assert read_credential(KEY_ID, f"t=17, v1={hexes.upper()},v9=x") == SignedRequest(KEY_ID, "v1", hexes, "17")
