"""The usual admission and the usual reservation in one call to C: every counter is known, has room and admits.

Used by the limiter and by the credit cells before they decide themselves, which they do for whatever is left: the first
call under a counter, refusals, a ring that has to grow, a quota that is passed, a lock that another process keeps. What
C decides is what they would have decided; `tests/engine/limits/test_quick.py` holds both against each other.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Final

from backend.engine.limits.place import Place
from backend.engine.limits.rules import NS, Decision, Policy, Rule, RuleSet, TokenBucket, admitted
from backend.engine.limits.state import SharedState
from backend.engine.native.admission import LEAVE, RULES_MAX, Admission, CellLayout, plan_layout

NUMBER_MAX: Final = 1 << 53
"""Larger limits and windows are left alone: products with them may leave 64 bits."""


class QuickPlan:
    """What C has to know of rules that are decided together.

    Kept by the limiter with the rules. Where their counters are is learnt after every decision that C left.
    """

    __slots__ = ("_address", "_admit", "_layout", "_rules", "state")

    def __init__(self, functions: Admission, state: SharedState, rules: RuleSet) -> None:
        self.state = state
        self._admit = functions.admit
        self._rules = rules
        self._layout = plan_layout(len(rules))(file=ctypes.addressof(state.view))
        self._address = ctypes.addressof(self._layout)
        for layout, rule in zip(self._layout.rules, rules, strict=True):
            layout.kind, layout.can_refuse = rule.kind, rule.can_refuse
            layout.limit, layout.span = min(rule.limit, NUMBER_MAX), min(_span(rule), NUMBER_MAX)

    def admit(self, cost: int, now: int) -> Decision | None:
        """Count a call under every rule; None, and nothing counted, when that is not all there is to do.

        Args:
            cost: calls.
            now: ns since 1970; 0 for what the clock says.
        """
        layout, lock = self._layout, self.state.lock
        lock.acquire()  # half the price of a `with`
        try:
            layout.cost, layout.now = cost, now
            binding = self._admit(self._address)
            if binding == LEAVE:
                return None
            left, reset = layout.left, layout.reset
        finally:
            lock.release()
        return admitted(self._rules[binding], left, reset / NS)

    def learn(self, places: Sequence[Place]) -> None:
        """Take over where the counters are."""
        if len(places) > RULES_MAX or any(max(rule.limit, _span(rule)) >= NUMBER_MAX for rule in self._rules):
            return
        layout = self._layout
        for one, place in zip(layout.rules, places, strict=True):
            one.high, one.low, one.at = place.high, place.low, place.at
        locks = sorted({place.stripe for place in places})
        layout.locks[: len(locks)] = locks
        layout.locks_count, layout.rules_count = len(locks), len(places)


class QuickCell:
    """What C has to know of an account's credits."""

    __slots__ = ("_address", "_layout", "_reserve", "_state")

    def __init__(self, functions: Admission, state: SharedState) -> None:
        self._reserve, self._state = functions.reserve, state
        self._layout = CellLayout(file=ctypes.addressof(state.view))
        self._address = ctypes.addressof(self._layout)

    def reserve(self, amount: int) -> tuple[int, int] | None:
        """Take credits; give where they end and how far the account may go, or None as `QuickPlan.admit` does."""
        layout, lock = self._layout, self._state.lock
        lock.acquire()
        try:
            layout.amount = amount
            end = self._reserve(self._address)
            return None if end == LEAVE else (end, layout.ceiling)
        finally:
            lock.release()

    def learn(self, place: Place) -> None:
        """Take over where the cell is."""
        layout = self._layout
        layout.high, layout.low, layout.at, layout.lock = place.high, place.low, place.at, place.stripe


def _span(rule: Rule) -> int:
    """Give what C reads beside the limit: a window's length in ns, the microseconds of a bucket's token."""
    if isinstance(rule, Policy):
        return rule.window_ns
    return rule.interval_us if isinstance(rule, TokenBucket) else 0
