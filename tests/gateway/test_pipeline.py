"""The seven steps of a metered call, with plain objects: no Flask, no database, no model."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import orjson
import pytest

from backend.core.errors import InvalidInput, ModelFailed, NotFound, PayloadTooLarge, Unavailable
from backend.engine.limits.errors import StateFullError
from backend.engine.limits.windows import Decision, Policy
from backend.engine.metering.records import CallRecord, decode
from backend.gateway.call import Answer, Call, Kind
from backend.gateway.pipeline import Gateway
from backend.services.directory_service import Grant

POLICY = Policy("per-key", "key:ak_live_1", 100, 60.0)
GRANT = Grant("ak_live_1", "account-1", frozenset({"echo:7"}), (POLICY,), None)


@dataclass(frozen=True)
class Desk:
    """A target."""

    api_id: int = 7
    model_id: int = 3
    scope: str = "echo:7"
    is_active: bool = True


@dataclass(frozen=True)
class Words:
    """Some work."""

    text: str
    rows: int = 1


@dataclass
class Echo(Kind[Desk, Words]):
    """A kind that says what it was told."""

    name: ClassVar[str] = "echo"
    method: ClassVar[str] = "POST"
    path: ClassVar[str] = "/echo/<target>"
    desks: Mapping[str, Desk] = field(default_factory=lambda: {"7": Desk(), "8": Desk(8, 3, "echo:8")})
    explosion: Exception | None = None
    body_bytes_max: int = 100

    def find(self, target: str) -> Desk:
        if target not in self.desks:
            raise NotFound(noun="API")
        return self.desks[target]

    def parse(self, target: Desk, body: bytes) -> Words:
        if body == b"bad":
            raise InvalidInput("Missing required field: age", details={"missing_fields": ["age"]})
        return Words(body.decode())

    def execute(self, target: Desk, work: Words) -> Mapping[str, object]:
        if self.explosion is not None:
            raise self.explosion
        return {"echo": work.text}

    def identify(self, target: Desk) -> Mapping[str, object]:
        return {"api_id": target.api_id}


@dataclass
class Ledger:
    """Every port of the gateway, remembering what it was told."""

    lines: list[bytes] = field(default_factory=list)
    admitted: list[Sequence[Policy]] = field(default_factory=list)
    attempts: list[str] = field(default_factory=list)
    answers: list[tuple[str, int]] = field(default_factory=list)
    is_open: bool = True
    memory_mb: float = 64.0
    limiter_error: Exception | None = None
    journal_error: Exception | None = None

    def grant(self, key: str) -> Grant | None:
        return GRANT if key == "good" else None

    def admit(self, policies: Sequence[Policy]) -> Decision:
        if self.limiter_error is not None:
            raise self.limiter_error
        self.admitted.append(policies)
        now = time.time()
        return Decision(
            self.is_open, policies[0], 100, 99 if self.is_open else 0, now + 60, 0.0 if self.is_open else 12.3
        )

    def append(self, line: bytes) -> None:
        if self.journal_error is not None:
            raise self.journal_error
        self.lines.append(line)

    def authenticated(self, result: str) -> None:
        self.attempts.append(result)

    def answered(self, kind: str, status: int, seconds: float) -> None:
        self.answers.append((kind, status))

    @property
    def record(self) -> CallRecord:
        assert len(self.lines) == 1
        return decode(self.lines[0])


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


@pytest.fixture
def echo() -> Echo:
    return Echo()


Send = Callable[..., Answer]


@pytest.fixture
def send(ledger: Ledger, echo: Echo) -> Send:
    gateway = Gateway(directory=ledger, limiter=ledger, journal=ledger, observer=ledger, logged_body_bytes_max=1_000)

    def call(body: bytes = b"hello", *, key: str | None = "good", target: str = "7") -> Answer:
        def read_body(bytes_max: int) -> bytes:
            if len(body) > bytes_max:
                raise PayloadTooLarge(bytes_max)
            return body

        return gateway.handle(
            Call(
                kind=echo,
                target=target,
                key=key,
                read_body=read_body,
                request_id="req_1",
                remote_address="192.0.2.1",
                occurred_at_us=time.time_ns() // 1_000,
                started_ns=time.perf_counter_ns(),
                cpu_started_ns=time.thread_time_ns(),
            )
        )

    return call


def code(answer: Answer) -> str:
    return str(orjson.loads(answer.body)["error"]["code"])


def test_a_good_call_is_answered_counted_and_recorded(send: Send, ledger: Ledger) -> None:
    """The answer names who answered, its request id and its time; the record holds the same."""
    answer = send()
    body = orjson.loads(answer.body)
    assert answer.status == 200
    assert (body["echo"], body["api_id"], body["request_id"]) == ("hello", 7, "req_1")
    assert ledger.admitted == [(POLICY,)]
    record = ledger.record
    assert (record.status_code, record.rows, record.key_id, record.api_id) == (200, 1, "ak_live_1", 7)
    assert record.response_time == body["response_time"] > 0
    assert dict(answer.headers)["X-RateLimit-Remaining"] == "99"


@pytest.mark.parametrize(
    ("key", "status", "expected"), [(None, 401, "UNAUTHENTICATED"), ("bad", 403, "INVALID_API_KEY")]
)
def test_strangers_are_refused_and_leave_no_trace_in_an_owners_log(
    send: Send, ledger: Ledger, key: str | None, status: int, expected: str
) -> None:
    """A flood of calls with wrong keys cannot fill somebody's log or use up somebody's limit."""
    answer = send(key=key)
    assert (answer.status, code(answer)) == (status, expected)
    assert ledger.lines == []
    assert ledger.admitted == []


def test_anothers_api_answers_as_one_that_does_not_exist(send: Send, ledger: Ledger) -> None:
    """A key cannot be used to find out which APIs there are."""
    assert send(target="8").body == send(target="9").body
    assert send(target="8").status == 404
    assert ledger.lines == []


def test_a_paused_api_refuses_and_records(send: Send, ledger: Ledger, echo: Echo) -> None:
    """The owner sees in the log that callers still come."""
    echo.desks = {"7": Desk(is_active=False)}
    assert send().status == 403
    assert ledger.record.status_code == 403


def test_a_reached_limit_answers_429_with_the_policys_name_and_when_to_come_back(send: Send, ledger: Ledger) -> None:
    """Nothing is parsed or executed for a call over its limit, and the log shows it."""
    ledger.is_open = False
    answer = send()
    assert (answer.status, code(answer)) == (429, "RATE_LIMITED")
    assert orjson.loads(answer.body)["error"]["details"]["policy"] == "per-key"
    assert dict(answer.headers)["Retry-After"] == "13"
    assert ledger.record.status_code == 429


def test_invalid_input_counts_against_the_limit(send: Send, ledger: Ledger) -> None:
    """A caller cannot probe for free."""
    answer = send(b"bad")
    assert (answer.status, orjson.loads(answer.body)["error"]["details"]) == (400, {"missing_fields": ["age"]})
    assert len(ledger.admitted) == 1
    assert ledger.record.error_message == "Missing required field: age"


def test_an_oversized_body_is_refused_and_recorded(send: Send, ledger: Ledger) -> None:
    """The record says 413 and holds none of the body."""
    assert send(b"x" * 101).status == 413
    assert (ledger.record.status_code, ledger.record.request_data) == (413, None)


@pytest.mark.parametrize("explosion", [ModelFailed("The model failed"), RuntimeError("secret inner words")])
def test_a_failing_model_answers_500_without_inner_words_and_is_recorded(
    send: Send, ledger: Ledger, echo: Echo, explosion: Exception
) -> None:
    """A caller never sees a stack trace, and the owner sees the failure."""
    echo.explosion = explosion
    answer = send()
    assert answer.status == 500
    assert b"secret" not in answer.body
    assert ledger.record.status_code == 500


@pytest.mark.parametrize("error", [OSError("disk"), StateFullError("full")])
def test_a_broken_limiter_admits(send: Send, ledger: Ledger, error: Exception) -> None:
    """Callers are not stopped by our own breakdown; the log raises an alert."""
    ledger.limiter_error = error
    assert send().status == 200


def test_what_cannot_be_logged_is_not_answered(send: Send, ledger: Ledger) -> None:
    """With a full disk a call answers 503: no answered call may be missing from its owner's log."""
    ledger.journal_error = Unavailable("The call cannot be logged at the moment")
    answer = send()
    assert (answer.status, code(answer)) == (503, "UNAVAILABLE")
