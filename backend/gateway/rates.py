"""The refusal of a limit, and the headers that tell a caller where its limits stand.

Source: X-RateLimit-* as the API reference writes them (reset in epoch seconds); RateLimit and RateLimit-Policy after
draft-ietf-httpapi-ratelimit-headers-10; Retry-After after RFC 9110, section 10.2.3.
"""

from __future__ import annotations

import math
import time

from backend.core.errors import RateLimited
from backend.engine.limits.rules import Decision


class LimitReached(RateLimited):
    """A policy refused the call; carries the decision for the headers."""

    def __init__(self, decision: Decision) -> None:
        policy = decision.policy
        details = {
            "policy": policy.name,
            "limit": policy.limit,
            "window_seconds": policy.window_seconds,
            "retry_after_seconds": round(decision.retry_after, 3),
        }
        message = f"Rate limit exceeded: {policy.limit} calls in {policy.window_seconds:g} seconds"
        super().__init__(message, details=details)
        self.decision = decision


def rate_headers(decision: Decision | None) -> list[tuple[str, str]]:
    """Give the headers of the binding policy; none when no limiter decided."""
    if decision is None:
        return []
    policy = decision.policy
    wait = max(0, math.ceil(decision.reset_at - time.time()))
    headers = [
        ("X-RateLimit-Limit", str(decision.limit)),
        ("X-RateLimit-Remaining", str(decision.remaining)),
        ("X-RateLimit-Reset", str(math.ceil(decision.reset_at))),
        ("RateLimit-Policy", f'"{policy.name}";q={decision.limit};w={policy.window_seconds:g}'),
        ("RateLimit", f'"{policy.name}";r={decision.remaining};t={wait}'),
    ]
    if not decision.allowed:
        headers.append(("Retry-After", str(max(1, math.ceil(decision.retry_after)))))
    return headers
