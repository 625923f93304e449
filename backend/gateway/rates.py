"""The refusal of a limit, and the headers that tell a caller where its limits stand.

Source: X-RateLimit-* as the API reference writes them (reset in epoch seconds); RateLimit and RateLimit-Policy after
draft-ietf-httpapi-ratelimit-headers-10; Retry-After after RFC 9110, section 10.2.3. For a quota that only warns or
charges the field has no common header (Warning went with RFC 9111): X-Quota-Warning is written as RateLimit-Policy is.
"""

from __future__ import annotations

import time
from math import ceil
from typing import NamedTuple

from backend.core.errors import RateLimited
from backend.engine.limits.rules import DailyQuota, Decision, Rule, TokenBucket


class Fixed(NamedTuple):
    """What the headers of a rule say in every answer."""

    limit: tuple[str, str]
    policy: tuple[str, str]
    name: str
    """In quotes."""


_FIXED: dict[tuple[str, int, float], Fixed] = {}
_FIXED_MAX = 10_000


class LimitReached(RateLimited):
    """A rule refused the call; carries the decision for the headers."""

    def __init__(self, decision: Decision) -> None:
        rule = decision.policy
        details = {
            "policy": rule.name,
            "limit": rule.limit,
            "window_seconds": rule.window_seconds,
            "retry_after_seconds": round(decision.retry_after, 3),
        }
        if isinstance(rule, TokenBucket):
            details["per_minute"] = rule.per_minute
        super().__init__(_refusal(rule), details=details)
        self.decision = decision


def rate_headers(decision: Decision | None) -> list[tuple[str, str]]:
    """Give the headers of the binding rule, and of a quota that was exceeded; none when no limiter decided."""
    if decision is None:
        return []
    rule, remaining = decision.policy, decision.remaining
    fixed = _FIXED.get((rule.name, rule.limit, rule.window_seconds)) or _remember(rule)
    reset = ceil(decision.reset_at)
    wait = ceil(decision.reset_at - time.time())
    headers = [
        fixed.limit,
        ("X-RateLimit-Remaining", str(remaining)),
        ("X-RateLimit-Reset", str(reset)),
        fixed.policy,
        ("RateLimit", f"{fixed.name};r={remaining};t={max(0, wait)}"),
    ]
    if not decision.allowed:
        headers.append(("Retry-After", str(max(1, ceil(decision.retry_after)))))
    if decision.exceeded is not None:
        quota = decision.exceeded
        headers.append(("X-Quota-Warning", f'"{quota.name}";q={quota.limit};action={quota.overage}'))
    return headers


def _remember(rule: Rule) -> Fixed:
    if len(_FIXED) >= _FIXED_MAX:
        _FIXED.clear()
    name, limit, window = f'"{rule.name}"', rule.limit, rule.window_seconds
    policy = ("RateLimit-Policy", f"{name};q={limit};w={ceil(window)}")
    fixed = _FIXED[rule.name, limit, window] = Fixed(("X-RateLimit-Limit", str(limit)), policy, name)
    return fixed


def _refusal(rule: Rule) -> str:
    if isinstance(rule, TokenBucket):
        return f"Rate limit exceeded: bursts of {rule.limit} calls, {rule.per_minute} more a minute"
    if isinstance(rule, DailyQuota):
        return f"Daily quota exceeded: {rule.limit} calls in a UTC day"
    return f"Rate limit exceeded: {rule.limit} calls in {rule.window_seconds:g} seconds"
