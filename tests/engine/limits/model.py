"""A slow model of the limits: lists of times, levels and counts in plain Python, as one would write them on paper."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from backend.engine.limits.rules import DailyQuota, Policy, Rule, TokenBucket

DAY_NS = 86_400 * 10**9
SPAN_US_MAX = 1 << 52


@dataclass
class Bucket:
    """Used tokens as the time they take to drain, as of the newest call."""

    level_ns: int = 0
    seen: int = 0
    interval_us: int = 1

    def level_at(self, now: int, interval_us: int) -> int:
        """Give the level at a time, for a rule's pace."""
        left = max(0, self.level_ns - max(0, now - self.seen))
        if left and interval_us != self.interval_us:
            left = min(math.ceil(-(-left // 1000) / self.interval_us * interval_us), SPAN_US_MAX) * 1000
        return left

    def settle(self, now: int, interval_us: int) -> None:
        """Move the level to a pace, whether the call is counted or not."""
        left = self.level_at(now, interval_us)
        if left and interval_us != self.interval_us:
            self.level_ns, self.interval_us, self.seen = left, interval_us, max(now, self.seen)


@dataclass
class Model:
    """Counts calls under rules, at most one of a sort and key in a decision."""

    calls: dict[str, list[int]] = field(default_factory=dict)
    buckets: dict[str, Bucket] = field(default_factory=dict)
    days: dict[str, tuple[int, int]] = field(default_factory=dict)

    def admit(self, rules: Sequence[Rule], cost: int, now: int) -> tuple[bool, str | None]:
        """Decide and count; gives whether it is admitted, and the action of a quota it goes beyond."""
        for rule in rules:
            if isinstance(rule, TokenBucket):
                self.buckets.setdefault(rule.key, Bucket()).settle(now, rule.interval_us)
        if not all(self._fits(rule, cost, now) or not rule.can_refuse for rule in rules):
            return False, None
        beyond = {rule.overage for rule in rules if isinstance(rule, DailyQuota) and not self._fits(rule, cost, now)}
        for rule in rules:
            self._count(rule, cost, now)
        return True, min(beyond, default=None)

    def _fits(self, rule: Rule, cost: int, now: int) -> bool:
        if isinstance(rule, Policy):
            calls = self.calls.get(rule.key, [])
            now = max([now, *calls])
            return sum(at > now - rule.window_ns for at in calls) + cost <= rule.limit
        if isinstance(rule, TokenBucket):
            level = self.buckets[rule.key].level_at(now, rule.interval_us)
            return level + cost * rule.interval_us * 1000 <= rule.limit * rule.interval_us * 1000
        return self._today(rule.key, now)[1] + cost <= rule.limit

    def _count(self, rule: Rule, cost: int, now: int) -> None:
        if isinstance(rule, Policy):
            calls = self.calls.setdefault(rule.key, [])
            calls += [max([now, *calls])] * cost
        elif isinstance(rule, TokenBucket):
            bucket = self.buckets[rule.key]
            level = bucket.level_at(now, rule.interval_us)
            bucket.level_ns, bucket.interval_us = level + cost * rule.interval_us * 1000, rule.interval_us
            bucket.seen = max(now, bucket.seen)
        else:
            day, count = self._today(rule.key, now)
            self.days[rule.key] = day, count + cost

    def _today(self, key: str, now: int) -> tuple[int, int]:
        day, count = self.days.get(key, (0, 0))
        return (day, count) if day >= now // DAY_NS else (now // DAY_NS, 0)
