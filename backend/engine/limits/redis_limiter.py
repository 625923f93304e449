"""RedisLimiter: the decisions of StateLimiter, for several machines that share a Redis server.

Used in its place where REDIS_URL names a server. On the same arrivals, to the microsecond, both decide the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from backend.engine.limits.binding import bind
from backend.engine.limits.redis_scripts import ScriptRunner, redis_key, run, script
from backend.engine.limits.rules import RULE_KINDS, US_NS, DailyQuota, Decision, Policy, Rule, TokenBucket, Usage

_US = 1_000_000
_DECIDE, _USAGE, _FORGET = script("decide"), script("usage"), script("forget")


class RedisLimiter:
    """Decides admissions in Redis, exactly for all machines that share it."""

    def __init__(self, redis: ScriptRunner, clock: Callable[[], int] | None = None) -> None:
        """Count in `redis`, by its own clock; tests give another, in ns since the epoch."""
        self._redis = redis
        self._clock = clock

    def admit(self, rules: Sequence[Rule], cost: int = 1) -> Decision:
        """Count a call under every rule, or under none when one refuses; see Limiter.

        Raises:
            StateDownError: Redis does not answer; the call may have been counted.
            ValueError: no rule, or a cost below 1.
        """
        if not rules or cost < 1:
            raise ValueError("a decision needs a rule and a cost")
        answer = self._decide(rules, cost, counts=1)
        return bind([_read(answer, number, rule) for number, rule in enumerate(rules)])

    def peek(self, rule: Rule) -> Decision:
        """Say what `admit` would answer, counting nothing; `remaining` is what is left without this call."""
        answer = self._decide((rule,), 1, counts=0)
        decision = _read(answer, 0, rule)
        if not decision.allowed or decision.overage:
            return decision
        return decision._replace(remaining=decision.remaining + 1, reset_at=answer[4] / _US)

    def usage(self, policy: Policy) -> Usage:
        """Count the calls in a window."""
        key = redis_key(policy.kind, policy.key)
        calls, oldest_us = run(self._redis, _USAGE, [key], [self._now(), _window_us(policy)])
        return Usage(calls, oldest_us / _US)

    def forget(self, key: str) -> None:
        """Drop what was counted under a key, in windows, buckets and days alike."""
        run(self._redis, _FORGET, [redis_key(kind, key) for kind in RULE_KINDS])

    def _decide(self, rules: Sequence[Rule], cost: int, *, counts: int) -> list[int]:
        keys = [redis_key(rule.kind, rule.key) for rule in rules]
        arguments = [argument for rule in rules for argument in _arguments(rule)]
        return run(self._redis, _DECIDE, keys, [self._now(), cost, counts, *arguments])

    def _now(self) -> str | int:
        return "" if self._clock is None else self._clock() // US_NS


def _arguments(rule: Rule) -> Iterator[str | int]:
    yield rule.kind.name.lower()
    yield rule.limit
    if isinstance(rule, Policy):
        yield _window_us(rule)
    elif isinstance(rule, TokenBucket):
        yield rule.interval_us
    else:
        yield int(rule.can_refuse)


def _window_us(policy: Policy) -> int:
    return -(-policy.window_ns // US_NS)


def _read(answer: Sequence[int], number: int, rule: Rule) -> Decision:
    now_us, (allowed, remaining, reset_us, _) = answer[0], answer[4 * number + 1 : 4 * number + 5]
    retry_after = 0.0 if allowed else (reset_us - now_us) / _US
    beyond = rule if isinstance(rule, DailyQuota) and allowed and remaining < 0 else None
    overage = beyond.overage if beyond else None
    return Decision(bool(allowed), rule, rule.limit, max(0, remaining), reset_us / _US, retry_after, overage, beyond)
