"""The seven steps of a metered call, with plain objects."""

from __future__ import annotations

from dataclasses import replace

import orjson
import pytest

from backend.core.errors import ModelFailed, Unavailable
from backend.engine.limits.errors import StateFullError
from backend.engine.limits.rules import Policy
from backend.engine.signing import PlainKey
from backend.gateway.call import SessionPrincipal
from tests.gateway.conftest import GRANT, KEY_ID, PER_KEY, PLAN, SECRET, Desk, Echo, Send, Shout, World, code, details


def test_a_good_call_is_answered_counted_and_recorded(send: Send, world: World) -> None:
    """The answer names who answered, its request id and its time; the record says who called what and pays."""
    answer = send(b"hello you")
    body = orjson.loads(answer.body)
    assert answer.status == 200
    assert (body["echo"], body["api_id"], body["request_id"]) == ("hello you", 7, "req_1")
    assert world.admitted == [(PER_KEY, PLAN)]
    record = world.record
    assert (record.status_code, record.rows, record.key_id, record.api_id) == (200, 2, KEY_ID, 7)
    assert (record.account_id, record.app_id, record.environment, record.source) == (
        "account-1",
        "app-1",
        "live",
        "api",
    )
    assert (record.kind, record.method, record.endpoint) == ("echo", "POST", "/echo/7")
    assert record.response_time == body["response_time"] > 0
    assert dict(answer.headers)["X-RateLimit-Remaining"] == "99"
    assert world.answers == [("echo", 200)]


@pytest.mark.parametrize(
    ("key", "status", "expected", "attempt"),
    [(None, 401, "UNAUTHENTICATED", "missing"), (PlainKey("bad"), 403, "INVALID_API_KEY", "refused")],
)
def test_strangers_are_refused_and_leave_no_trace_in_an_owners_log(
    send: Send, world: World, key: PlainKey | None, status: int, expected: str, attempt: str
) -> None:
    """A flood of calls with wrong keys cannot fill somebody's log, use up a limit or cost credits."""
    answer = send(credential=key)
    assert (answer.status, code(answer)) == (status, expected)
    assert (world.lines, world.admitted, world.position, world.attempts) == ([], [], 0, [attempt])


@pytest.mark.parametrize("target", ["8", "70"])
def test_anothers_api_answers_as_one_that_does_not_exist(send: Send, world: World, target: str) -> None:
    """Neither a key without the scope nor another account's key can find out which APIs there are."""
    assert send(target=target).body == send(target="9").body
    assert send(target=target).status == 404
    assert world.lines == []


def test_a_wildcard_covers_the_keys_own_account_only(send: Send, world: World) -> None:
    """echo:* opens every API of the account, and none of another's."""
    world.grants[SECRET] = replace(GRANT, scopes=frozenset({"echo:*"}))
    assert [send(target=target).status for target in ("7", "8", "70")] == [200, 200, 404]


def test_a_paused_api_refuses_and_records(send: Send, world: World, echo: Echo) -> None:
    """The owner sees in the log that callers still come."""
    echo.desks = {"7": Desk(is_active=False)}
    assert send().status == 403
    assert world.record.status_code == 403


def test_a_reached_limit_answers_429_with_the_policys_name_and_when_to_come_back(send: Send, world: World) -> None:
    """Nothing is parsed, reserved or executed for a call over its limit, and the log shows it."""
    world.is_open = False
    answer = send(b"bad")
    assert (answer.status, code(answer)) == (429, "RATE_LIMITED")
    assert details(answer)["policy"] == "per-key"
    assert dict(answer.headers)["Retry-After"] == "13"
    assert (world.record.status_code, world.position) == (429, 0)


def test_a_kinds_own_limit_is_counted_per_account_in_the_same_decision(send: Send, world: World) -> None:
    """The surface limit joins key and plan: all pass and count, or none does."""
    send(kind=Shout())
    assert world.admitted == [(PER_KEY, PLAN, Policy("surface", "surface:echo:live@account-1", 30, 60.0))]


def test_invalid_input_counts_against_the_limit_and_costs_nothing(send: Send, world: World) -> None:
    """A caller cannot probe without end, and does not pay for a mistake."""
    answer = send(b"bad")
    assert (answer.status, details(answer)) == (400, {"missing_fields": ["age"]})
    assert (len(world.admitted), world.position) == (1, 0)
    assert world.record.error_message == "Missing required field: age"


def test_an_oversized_body_is_refused_and_recorded(send: Send, world: World) -> None:
    """The record says 413 and holds none of the body."""
    assert send(b"x" * 101).status == 413
    assert (world.record.status_code, world.record.request_data) == (413, None)


@pytest.mark.parametrize("explosion", [ModelFailed("The model failed"), RuntimeError("secret inner words")])
def test_a_failing_model_answers_500_without_inner_words_and_is_recorded(
    send: Send, world: World, echo: Echo, explosion: Exception
) -> None:
    """A caller never sees a stack trace, and the owner sees the failure."""
    echo.explosion = explosion
    answer = send()
    assert answer.status == 500
    assert b"secret" not in answer.body
    assert world.record.status_code == 500


@pytest.mark.parametrize("error", [OSError("disk"), StateFullError("full")])
def test_a_broken_limiter_admits(send: Send, world: World, error: Exception) -> None:
    """Callers are not stopped by our own breakdown; the log raises an alert."""
    world.limiter_error = error
    assert send().status == 200


def test_what_cannot_be_logged_is_not_answered(send: Send, world: World) -> None:
    """With a full disk a call answers 503 and says that it cost nothing: its hold is never settled."""
    world.journal_error = Unavailable("The call cannot be logged at the moment")
    answer = send()
    assert (answer.status, code(answer), answer.credits) == (503, "UNAVAILABLE", 0)
    assert dict(answer.headers)["X-Credits-Charged"] == "0"


def test_a_session_calls_without_a_key(send: Send, world: World) -> None:
    """The playground's calls are recorded as its own, for the account that plays, with no key."""
    playing = replace(GRANT, key_id=None, app_id=None, source="playground", scopes=frozenset({"echo:*"}))
    world.players["account-1", "live"] = playing
    assert send(credential=SessionPrincipal("account-1", "live")).status == 200
    record = world.record
    assert (record.key_id, record.source, record.account_id) == (None, "playground", "account-1")
    assert send(credential=SessionPrincipal("account-2", "live")).status == 403
