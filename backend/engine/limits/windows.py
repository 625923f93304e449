"""Exact sliding windows: a call is admitted while fewer than `limit` admitted ones lie in the last `window_seconds`.

Used by the gateway before every metered call, through its Limiter port, and by the storage of Flask-Limiter. Several
policies are one decision: all count the call, or none does. Knows no plan or kind; reads no clock but the one given.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import NamedTuple

from backend.engine.limits.log import Log
from backend.engine.limits.place import Place
from backend.engine.limits.state import SharedState

_NS = 1_000_000_000


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

    def __post_init__(self) -> None:
        """Check the numbers.

        Raises:
            ValueError: a negative limit or an empty window.
        """
        window_ns = round(self.window_seconds * _NS)
        if self.limit < 0 or window_ns <= 0:
            raise ValueError(f"limit {self.limit} in {self.window_seconds} s is no policy")
        object.__setattr__(self, "window_ns", window_ns)


class Decision(NamedTuple):
    """The answer to one call.

    `policy` is the binding one: of those that refused the one that frees a place last, else the one with the
    least remaining. `remaining` is what is left after this call. `reset_at` (epoch seconds) is when a place is
    free (refused) or the whole window (allowed); `retry_after` (seconds) is 0 when allowed.
    """

    allowed: bool
    policy: Policy
    limit: int
    remaining: int
    reset_at: float
    retry_after: float


class Usage(NamedTuple):
    """How many calls a window holds, and when the oldest came (epoch seconds; now when there is none)."""

    calls: int
    oldest_at: float


class SlidingWindowLimiter:
    """Decides admissions over a SharedState, exactly for all processes that share it.

    A clock that jumps back is taken to stand still at the newest call of a counter, so it never admits more.
    """

    def __init__(self, state: SharedState, clock: Callable[[], int] = time.time_ns) -> None:
        """Count in `state`; `clock` gives ns since the epoch, the same in every process."""
        self._state = state
        self._clock = clock

    def admit(self, policies: Sequence[Policy], cost: int = 1) -> Decision:
        """Count a call under every policy, or under none when one refuses.

        Args:
            policies: at least one.
            cost: how many calls it counts for, 1 or more.

        Raises:
            StateError: the shared state cannot answer; nothing was counted.
            ValueError: no policy, or a cost below 1.
        """
        if not policies or cost < 1:
            raise ValueError("a decision needs a policy and a cost")
        if len(policies) == 1:
            return self._admit_one(policies[0], cost)
        return self._admit_all(policies, cost)

    def peek(self, policy: Policy) -> Decision:
        """Say what `admit` would answer, counting nothing; `remaining` is what is left without this call."""
        places = self._state.acquire((policy.key,))
        try:
            now = self._clock()
            log = places[0]
            verdict = _judge(policy, log, now, 1)
            if not verdict.allowed:
                return verdict
            reset_at = max(now, log.last + policy.window_ns) / _NS
            return verdict._replace(remaining=verdict.remaining + 1, reset_at=reset_at)
        finally:
            self._state.release()

    def usage(self, policy: Policy) -> Usage:
        """Count the calls in the window."""
        places = self._state.acquire((policy.key,))
        try:
            log = places[0]
            now = max(self._clock(), log.last)
            count = log.count_after(now - policy.window_ns)
            return Usage(count, (log.stamp(log.head - count) if count else now) / _NS)
        finally:
            self._state.release()

    def forget(self, key: str) -> None:
        """Drop every call counted under a key."""
        places = self._state.acquire((key,))
        try:
            if places[0].at:
                places[0].clear()
        finally:
            self._state.release()

    def _admit_one(self, policy: Policy, cost: int) -> Decision:
        # What _admit_all does, without its lists: most calls have one policy.
        place = self._state.acquire((policy.key,))[0]
        try:
            now = self._clock()
            decision = _judge(policy, place, now, cost)
            if decision.allowed:
                if not place.fits(cost, now, policy.window_ns):
                    self._state.reserve({place: policy.window_ns}, now=now, cost=cost)
                place.append(now, cost)
            return decision
        finally:
            self._state.release()

    def _admit_all(self, policies: Sequence[Policy], cost: int) -> Decision:
        places = self._state.acquire([policy.key for policy in policies])
        try:
            now = self._clock()
            decisions = [_judge(policies[i], place, now, cost) for i, place in enumerate(places)]
            refusals = [decision for decision in decisions if not decision.allowed]
            if refusals:
                return max(refusals, key=attrgetter("reset_at"))
            windows = {place: policy.window_ns for policy, place in zip(policies, places, strict=True)}
            if len(windows) < len(places):
                for policy, place in zip(policies, places, strict=True):
                    windows[place] = max(policy.window_ns, windows[place])
            self._count(windows, now, cost)
            return min(decisions, key=attrgetter("remaining"))
        finally:
            self._state.release()

    def _count(self, windows: dict[Place, int], now: int, cost: int) -> None:
        # Whatever can fail comes first. A kill between two counters leaves the first a call too high until it
        # leaves the window: too strict by one call that nobody was promised, never too lax.
        for place, window in windows.items():
            if not place.fits(cost, now, window):
                self._state.reserve(windows, now=now, cost=cost)
                break
        for place in windows:
            place.append(now, cost)


def _judge(policy: Policy, log: Log, now: int, cost: int) -> Decision:
    limit, window = policy.limit, policy.window_ns
    at = now if now > log.last else log.last  # noqa: FURB136 - max() costs a call on the hot path
    left = limit - log.count_after(at - window) - cost
    allowed = left >= 0
    if allowed:
        return Decision(allowed, policy, limit, left, (at + window) / _NS, 0.0)
    # A place is free once `limit - cost` calls are left in the window: for cost 1 when the limit-th newest leaves.
    free_at = (log.stamp(log.head + cost - limit - 1) if limit >= cost else at) + window
    return Decision(allowed, policy, limit, max(0, left + cost), free_at / _NS, (free_at - now) / _NS)
