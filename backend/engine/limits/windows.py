"""Exact sliding windows: a call is admitted while fewer than `limit` admitted ones lie in the last `window_seconds`.

Arithmetic over a counter that the limiter has locked. Reads no clock but the time given.
"""

from backend.engine.limits.place import Place
from backend.engine.limits.rules import NS, Decision, Policy, admitted


def judge_window(policy: Policy, log: Place, now: int, cost: int) -> Decision:
    """Decide for one window; counts nothing. A clock that jumped back stands still at the newest call."""
    limit, window = policy.limit, policy.window_ns
    at = now if now > log.last else log.last  # noqa: FURB136 - max() costs a call on the hot path
    left = limit - log.count_after(at - window) - cost
    allowed = left >= 0
    if allowed:
        return admitted(policy, left, (at + window) / NS)
    # A place is free once `limit - cost` calls are left in the window: for cost 1 when the limit-th newest leaves.
    free_at = (log.stamp(log.head + cost - limit - 1) if limit >= cost else at) + window
    return Decision(allowed, policy, limit, max(0, left + cost), free_at / NS, (free_at - now) / NS)
