"""A gateway of plain objects: no Flask, no database, no model. Every port remembers what it was told."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import orjson
import pytest

from backend.core.errors import InsufficientCredits, InvalidInput, NotFound, PayloadTooLarge
from backend.core.remembered import Remembered
from backend.engine.keys import Environment, mint_key
from backend.engine.limits.rules import Decision, Overage, Policy, Rule, RuleSet
from backend.engine.metering.records import CallRecord, decode
from backend.engine.signing import PlainKey
from backend.gateway.authentication import Authenticator
from backend.gateway.call import Answer, Call, Credential, Kind, SurfaceLimit
from backend.gateway.pipeline import Gateway
from backend.services.grants import Grant
from backend.services.offers import Documentation, Offer

SECRET = mint_key("mp", "live").secret
KEY_ID = "ak_live_1"
GOOD_KEY = PlainKey(SECRET)
PER_KEY = Policy("per-key", f"key:{KEY_ID}", 100, 60.0)
PLAN = Policy("plan", "plan:live:account-1", 500, 60.0)
GRANT = Grant(
    account_id="account-1",
    environment="live",
    scopes=frozenset({"echo:7"}),
    rules=RuleSet((PER_KEY, PLAN)),
    key_id=KEY_ID,
    app_id="app-1",
)


@dataclass(frozen=True)
class Desk:
    """A target."""

    api_id: int = 7
    model_id: int = 3
    account_id: str = "account-1"
    is_active: bool = True

    @property
    def scopes(self) -> frozenset[str]:
        return frozenset({f"echo:{self.api_id}", "echo:*"})

    @property
    def endpoint(self) -> str:
        return f"/echo/{self.api_id}"


@dataclass(frozen=True)
class Words:
    """Some work: metered by the word."""

    text: str

    @property
    def rows(self) -> int:
        return len(self.text.split())


@dataclass
class Echo(Kind[Desk, Words]):
    """A kind that says what it was told; ten credits a word."""

    name: ClassVar[str] = "echo"
    title: ClassVar[str] = "Echo"
    unit: ClassVar[str] = "word"
    unit_price: ClassVar[int] = 10
    method: ClassVar[str] = "POST"
    path: ClassVar[str] = "/echo/<target>"
    desks: Mapping[str, Desk] = field(
        default_factory=lambda: {"7": Desk(), "8": Desk(8), "70": Desk(7, account_id="account-2")}
    )
    explosion: Exception | None = None
    body_bytes_max: int = 100
    executed: int = 0

    def find(self, target: str) -> Desk:
        if target not in self.desks:
            raise NotFound(noun="API")
        return self.desks[target]

    def parse(self, target: Desk, body: bytes) -> Words:
        if body == b"bad":
            raise InvalidInput("Missing required field: age", details={"missing_fields": ["age"]})
        return Words(body.decode())

    def execute(self, target: Desk, work: Words) -> Mapping[str, object]:
        self.executed += 1
        if self.explosion is not None:
            raise self.explosion
        return {"echo": work.text}

    def offers(self, account_id: str) -> Sequence[Offer]:
        return []

    def document(self, account_id: str, target: str) -> tuple[Offer, Documentation]:
        raise NotFound(noun="Endpoint")

    def identify(self, target: Desk, work: Words) -> Mapping[str, object]:
        return {"api_id": target.api_id}


class Shout(Echo):
    """The same with a limit of its own."""

    surface = SurfaceLimit(30, 60.0)


@dataclass
class World:
    """Every port of the gateway."""

    grants: dict[str, Grant] = field(default_factory=lambda: {SECRET: GRANT})
    signers: dict[str, Grant] = field(default_factory=dict)
    players: dict[tuple[str, str], Grant] = field(default_factory=dict)
    lines: list[bytes] = field(default_factory=list)
    admitted: list[Sequence[Rule]] = field(default_factory=list)
    attempts: list[str] = field(default_factory=list)
    answers: list[tuple[str, int]] = field(default_factory=list)
    used_once: set[str] = field(default_factory=set)
    is_changing: bool = True
    """Nothing of it may be remembered."""
    is_open: bool = True
    overage: Overage | None = None
    credits_left: int = 1_000
    position: int = 0
    memory_mb: float = 64.0
    limiter_error: Exception | None = None
    credits_error: Exception | None = None
    journal_error: Exception | None = None

    def grant(self, key: str) -> Grant | None:
        return self.grants.get(key)

    def signer(self, key_id: str) -> Grant | None:
        return self.signers.get(key_id)

    def player(self, account_id: str, environment: Environment) -> Grant | None:
        return self.players.get((account_id, environment))

    def generation(self) -> object:
        return object() if self.is_changing else 1

    def admit(self, rules: Sequence[Rule]) -> Decision:
        if self.limiter_error is not None:
            raise self.limiter_error
        if rules[0].name == "replay":
            decision = self.peek(rules[0])
            self.used_once.add(rules[0].key)
            return decision
        self.admitted.append(rules)
        return self._decision(rules[0], is_open=self.is_open)

    def peek(self, rule: Rule) -> Decision:
        if self.limiter_error is not None:
            raise self.limiter_error
        return self._decision(rule, is_open=rule.key not in self.used_once)

    def reserve(self, account_id: str, amount: int) -> int:
        if self.credits_error is not None:
            raise self.credits_error
        if amount > self.credits_left:
            raise InsufficientCredits(amount, self.credits_left)
        self.credits_left -= amount
        self.position += amount
        return self.position

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

    def _decision(self, rule: Rule, *, is_open: bool) -> Decision:
        now = time.time()
        if is_open:
            return Decision(is_open, rule, rule.limit, rule.limit - 1, now + 60, 0.0, self.overage)
        return Decision(is_open, rule, rule.limit, 0, now + 12.3, 12.3)


Send = Callable[..., Answer]


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def echo() -> Echo:
    return Echo()


@pytest.fixture
def gateway(world: World) -> Gateway:
    return Gateway(
        authenticator=Authenticator(world, world),
        passages=Remembered(world.generation),
        limiter=world,
        credits=world,
        journal=world,
        observer=world,
        logged_body_bytes_max=1_000,
    )


@pytest.fixture
def send(gateway: Gateway, echo: Echo) -> Send:
    """Give a function that sends a call: by default a good one with a plain key."""

    def call(
        body: bytes = b"hello", *, credential: Credential | None = GOOD_KEY, target: str = "7", **given: Any
    ) -> Answer:
        def read_body(bytes_max: int) -> bytes:
            if len(body) > bytes_max:
                raise PayloadTooLarge(bytes_max)
            return body

        whole: dict[str, Any] = {
            "kind": echo,
            "request_target": f"/echo/{target}",
            "origin": None,
            "remote_address": "192.0.2.1",
            **given,
        }
        return gateway.handle(
            Call(
                target=target,
                credential=credential,
                read_body=read_body,
                request_id="req_1",
                occurred_at_us=time.time_ns() // 1_000,
                started_ns=time.perf_counter_ns(),
                cpu_started_ns=time.thread_time_ns(),
                **whole,
            )
        )

    return call


def code(answer: Answer) -> str:
    return str(orjson.loads(answer.body)["error"]["code"])


def details(answer: Answer) -> Any:
    return orjson.loads(answer.body)["error"]["details"]
