"""StateLimiter: decides admissions over the shared file, exactly for all processes of the machine.

Used by the gateway before every metered call, through its Limiter port, and by the storage of Flask-Limiter. Several
rules are one decision: all count the call, or none does. Knows no plan or kind; reads no clock but the one given.
"""

import time
from collections.abc import Callable, Sequence

from backend.engine.limits.binding import bind
from backend.engine.limits.buckets import count_in_bucket, judge_bucket
from backend.engine.limits.days import count_in_day, judge_day
from backend.engine.limits.naming import counter_name
from backend.engine.limits.place import Place
from backend.engine.limits.quick import QuickPlan
from backend.engine.limits.rules import NS, RULE_KINDS, Decision, Policy, Rule, RuleSet, TokenBucket, Usage, admitted
from backend.engine.limits.state import SharedState
from backend.engine.limits.windows import judge_window
from backend.engine.native.admission import admission


class StateLimiter:
    """Decides admissions over a SharedState, exactly for all processes that share it.

    A clock that jumps back is taken to stand still at the newest call of a counter, so it never admits more.
    """

    def __init__(self, state: SharedState, clock: Callable[[], int] = time.time_ns) -> None:
        """Count in `state`; `clock` gives ns since the epoch, the same in every process."""
        self._state = state
        self._clock = clock
        self._quick = admission()

    def admit(self, rules: Sequence[Rule], cost: int = 1) -> Decision:
        """Count a call under every rule, or under none when one refuses.

        Args:
            rules: at least one. Those of one sort with the same key count the call once, as the last of them says.
            cost: how many calls it counts for, 1 or more.

        Raises:
            StateError: the shared state cannot answer; nothing was counted.
            ValueError: no rule, or a cost below 1.
        """
        plan = rules.plan if isinstance(rules, RuleSet) else None
        if isinstance(plan, QuickPlan) and plan.state is self._state:
            clock = self._clock
            decision = plan.admit(cost, 0 if clock is time.time_ns else clock())
            if decision is not None:
                return decision
        if not rules or cost < 1:
            raise ValueError("a decision needs a rule and a cost")
        if not isinstance(rules, RuleSet):
            return self._admit(rules, tuple([rule.counter for rule in rules]), cost, None)
        return self._admit(rules, rules.counters, cost, self._plan(rules))

    def peek(self, rule: Rule) -> Decision:
        """Say what `admit` would answer, counting nothing; `remaining` is what is left without this call."""
        place = self._state.acquire((rule.counter,))[0]
        try:
            now = self._clock()
            decision = _judge(rule, place, now, 1)
            if not decision.allowed or decision.overage:
                return decision
            reset_at = decision.reset_at
            if isinstance(rule, Policy):
                reset_at = max(now, place.last + rule.window_ns) / NS
            elif isinstance(rule, TokenBucket):
                reset_at = max(now, place.head) / NS
            return decision._replace(remaining=decision.remaining + 1, reset_at=reset_at)
        finally:
            self._state.release()

    def usage(self, policy: Policy) -> Usage:
        """Count the calls in the window."""
        log = self._state.acquire((policy.counter,))[0]
        try:
            now = max(self._clock(), log.last)
            count = log.count_after(now - policy.window_ns)
            return Usage(count, (log.stamp(log.head - count) if count else now) / NS)
        finally:
            self._state.release()

    def forget(self, key: str) -> None:
        """Drop what was counted under a key, in windows, buckets and days alike."""
        places = self._state.acquire(tuple([counter_name(kind, key) for kind in RULE_KINDS]))
        try:
            for place in places:
                if place.at:
                    place.clear()
        finally:
            self._state.release()

    def _plan(self, rules: RuleSet) -> QuickPlan | None:
        if self._quick is None:
            return None
        plan = rules.plan
        if not isinstance(plan, QuickPlan) or plan.state is not self._state:
            plan = rules.plan = QuickPlan(self._quick, self._state, rules)
        return plan

    def _admit(self, rules: Sequence[Rule], keys: tuple[str, ...], cost: int, plan: QuickPlan | None) -> Decision:
        places = self._state.acquire(keys)
        try:
            now = self._clock()
            decision = self._admit_windows(rules, places, now, cost) or self._admit_any(rules, places, now, cost)
            if plan is not None:
                plan.learn(places)
            return decision
        finally:
            self._state.release()

    def _admit_windows(self, rules: Sequence[Rule], places: Sequence[Place], now: int, cost: int) -> Decision | None:
        """Do what `_admit_any` does, in one pass, for windows that all admit and have room; else do nothing."""
        binding, least, reset = None, 0, 0
        for i, place in enumerate(places):
            rule = rules[i]
            if type(rule) is not Policy:
                return None
            window, last = rule.window_ns, place.last
            at = now if now > last else last  # noqa: FURB136 - max() costs a call on the hot path
            used = place.count_after(at - window) + cost
            left = rule.limit - used
            # What lies in the longest window there is fits without a look at what would be overwritten.
            has_room = (window == place.window and used <= place.mask) or place.fits(cost, now, window)
            if left < 0 or not has_room:
                return None
            if binding is None or left < least:
                binding, least, reset = rule, left, at + window
        if binding is None:
            return None
        for place in places:
            place.append(now, cost)
        return admitted(binding, least, reset / NS)

    def _admit_any(self, rules: Sequence[Rule], places: Sequence[Place], now: int, cost: int) -> Decision:
        decision = bind([_judge(rules[i], place, now, cost) for i, place in enumerate(places)])
        if decision.allowed:
            self._count(rules, places, now, cost)
        return decision

    def _count(self, rules: Sequence[Rule], places: Sequence[Place], now: int, cost: int) -> None:
        # Whatever can fail comes first. A kill between two counters leaves the first a call too high until it
        # is forgotten: too strict by one call that nobody was promised, never too lax.
        for i, place in enumerate(places):
            if not place.fits(cost, now, rules[i].window_ns):
                self._make_room(rules, places, now, cost)
                break
        # A place given twice is written twice with the same.
        for i, place in enumerate(places):
            rule = rules[i]
            if isinstance(rule, Policy):
                place.append(now, cost)
            elif isinstance(rule, TokenBucket):
                count_in_bucket(rule, place, now, cost)
            else:
                count_in_day(place, now, cost)

    def _make_room(self, rules: Sequence[Rule], places: Sequence[Place], now: int, cost: int) -> None:
        windows = dict.fromkeys(places, 0)
        for rule, place in zip(rules, places, strict=True):
            windows[place] = max(rule.window_ns, windows[place])
        self._state.reserve(windows, now=now, cost=cost)


def _judge(rule: Rule, place: Place, now: int, cost: int) -> Decision:
    if isinstance(rule, Policy):
        return judge_window(rule, place, now, cost)
    if isinstance(rule, TokenBucket):
        return judge_bucket(rule, place, now, cost)
    return judge_day(rule, place, now, cost)
