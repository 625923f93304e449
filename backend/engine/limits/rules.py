"""Rules: what may be called how often, and what a limiter answers.

Built by the directory of keys and by Flask-Limiter's storage, decided by StateLimiter (one machine) or RedisLimiter
(several), read by the gateway for its headers. Plain data: counts nothing and reads no clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Literal, NamedTuple, Protocol, Self

from backend.engine.limits.naming import CounterKind, counter_name

NS = 1_000_000_000
US_NS = 1_000
MINUTE_US = 60_000_000
DAY_SECONDS = 86_400

# Times are doubles of microseconds inside Redis, exact below 2^53; the present takes a fifth of that.
SPAN_US_MAX = 1 << 52

Overage = Literal["block", "warn", "charge"]


@dataclass(frozen=True, slots=True)
class Policy:
    """At most `limit` calls in any `window_seconds`, counted under `key`.

    Args:
        name: what a refusal is called; says nothing about what is counted.
        key: the counter. Policies with the same key look at the same calls, each through its own window and
            limit; so a changed limit keeps the history.
        limit: calls; 0 refuses everything.
        window_seconds: longer than 0.
    """

    name: str
    key: str
    limit: int
    window_seconds: float
    window_ns: int = field(init=False, repr=False, compare=False)
    kind: ClassVar[CounterKind] = CounterKind.WINDOW
    can_refuse: ClassVar[bool] = True
    counter: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Check the numbers.

        Raises:
            ValueError: a negative limit or an empty window.
        """
        window_ns = round(self.window_seconds * NS)
        if self.limit < 0 or window_ns <= 0:
            raise ValueError(f"limit {self.limit} in {self.window_seconds} s is no policy")
        object.__setattr__(self, "window_ns", window_ns)
        object.__setattr__(self, "counter", counter_name(self.kind, self.key))


@dataclass(frozen=True, slots=True)
class TokenBucket:
    """Bursts of up to `capacity` calls, and `per_minute` more for every minute that passes.

    The counter is a level of used tokens that drains at the rate of refill: a call is admitted while it fits under
    `capacity`. A changed rule keeps the level. One token drains in a whole number of microseconds, rounded up.

    Args:
        name: what a refusal is called.
        key: the counter.
        capacity: tokens; 0 refuses everything.
        per_minute: tokens refilled a minute; 0 refuses everything.
    """

    name: str
    key: str
    capacity: int
    per_minute: int
    limit: int = field(init=False, repr=False, compare=False)
    """Calls in one burst; 0 for a bucket that is never refilled."""
    interval_us: int = field(init=False, repr=False, compare=False)
    kind: ClassVar[CounterKind] = CounterKind.BUCKET
    counter: str = field(init=False, repr=False, compare=False)
    window_ns: ClassVar[int] = 0
    can_refuse: ClassVar[bool] = True

    def __post_init__(self) -> None:
        """Check the numbers.

        Raises:
            ValueError: a negative number, or a bucket that takes over a century to fill.
        """
        interval_us = -(-MINUTE_US // self.per_minute) if self.per_minute > 0 else MINUTE_US
        if min(self.capacity, self.per_minute) < 0 or self.capacity * interval_us > SPAN_US_MAX:
            raise ValueError(f"a burst of {self.capacity} and {self.per_minute} a minute is no bucket")
        object.__setattr__(self, "limit", self.capacity if self.per_minute else 0)
        object.__setattr__(self, "interval_us", interval_us)
        object.__setattr__(self, "counter", counter_name(self.kind, self.key))

    @property
    def window_seconds(self) -> float:
        """How long an empty bucket takes to be full; a minute for one that holds nothing."""
        return 60 * self.capacity / self.per_minute if self.limit else 60.0


@dataclass(frozen=True, slots=True)
class DailyQuota:
    """At most `limit` calls in a UTC day; what comes after is refused, or admitted and reported.

    Args:
        name: what a refusal is called.
        key: the counter.
        limit: calls; 0 is used up from the start.
        overage: "block" refuses beyond the limit; "warn" and "charge" admit, count, and say so in the decision.
    """

    name: str
    key: str
    limit: int
    overage: Overage = "block"
    can_refuse: bool = field(init=False, repr=False, compare=False)
    """False for one that only warns or charges: it is never the binding limit."""
    kind: ClassVar[CounterKind] = CounterKind.DAY
    counter: str = field(init=False, repr=False, compare=False)
    window_ns: ClassVar[int] = 0

    def __post_init__(self) -> None:
        """Check the numbers.

        Raises:
            ValueError: a negative limit, or an action that does not exist.
        """
        if self.limit < 0 or self.overage not in {"block", "warn", "charge"}:
            raise ValueError(f"{self.limit} a day, then {self.overage!r}, is no quota")
        object.__setattr__(self, "can_refuse", self.overage == "block")
        object.__setattr__(self, "counter", counter_name(self.kind, self.key))

    @property
    def window_seconds(self) -> float:
        """A day."""
        return DAY_SECONDS


Rule = Policy | TokenBucket | DailyQuota


class RuleSet(tuple[Rule, ...]):  # noqa: SLOT001 - tuples take no slots that hold anything
    """Rules that are decided together call after call, with the names of their counters."""

    counters: tuple[str, ...]
    plan: object
    """What a limiter keeps of them for its next decision."""

    def __new__(cls, rules: Iterable[Rule]) -> Self:
        """Keep the rules in their order."""
        self = super().__new__(cls, rules)
        self.counters = tuple(rule.counter for rule in self)
        self.plan = None
        return self


RULE_KINDS = Policy.kind, TokenBucket.kind, DailyQuota.kind


class Decision(NamedTuple):
    """The answer to one call.

    `policy` is the binding rule: of those that refused the one that frees a place last, else the one with the
    least remaining of those that can refuse. `remaining` is what is left after this call. `reset_at` (epoch seconds)
    is when a place is free (refused) or everything (allowed); `retry_after` (seconds) is 0 when allowed.
    `overage` is the action of a daily quota that the call went beyond, and `exceeded` that quota.
    """

    allowed: bool
    policy: Rule
    limit: int
    remaining: int
    reset_at: float
    retry_after: float
    overage: Overage | None = None
    exceeded: DailyQuota | None = None


def admitted(rule: Rule, remaining: int, reset_at: float) -> Decision:
    """Give the decision of a rule that admits a call; without the keywords of a NamedTuple, which cost three times."""
    return _new(Decision, (True, rule, rule.limit, remaining, reset_at, 0.0, None, None))


_new = tuple.__new__


class Usage(NamedTuple):
    """How many calls a window holds, and when the oldest came (epoch seconds; now when there is none)."""

    calls: int
    oldest_at: float


class Limiter(Protocol):
    """Decides admissions, exactly for everybody who shares its state."""

    def admit(self, rules: Sequence[Rule], cost: int = 1) -> Decision:
        """Count a call under every rule, or under none when one refuses.

        Args:
            rules: at least one. Those of one sort with the same key count the call once, as the last of them says.
            cost: how many calls it counts for, 1 or more.

        Raises:
            StateError: the state cannot answer; the caller decides what that means.
            ValueError: no rule, or a cost below 1.
        """
        ...

    def peek(self, rule: Rule) -> Decision:
        """Say what `admit` would answer, counting nothing; `remaining` is what is left without this call."""
        ...

    def usage(self, policy: Policy) -> Usage:
        """Count the calls in a window."""
        ...

    def forget(self, key: str) -> None:
        """Drop what was counted under a key, in windows, buckets and days alike."""
        ...
