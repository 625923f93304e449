"""Buckets: what the calls of one API in one span of time add up to.

Filled by the fold from records and by the recount from raw rows, merged by monitoring over the span shown.
Pure: reads no clock and no database. The order in which calls are added or merged does not matter, save for
the last bits of sums.
"""

from __future__ import annotations

import heapq
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from backend.engine.metering.sketch import QuantileSketch

SLOWEST_KEPT = 10
ERROR_STATUS = 400
SUM_TOLERANCE = 1e-9

SlowCall = tuple[float, int, str, int]
"""response_time in seconds, occurred_at in microseconds since 1970, request_id, status_code."""


@dataclass(slots=True, eq=False)
class Bucket:
    """Counts, sums, peaks, slowest calls and response-time sketch of some calls."""

    count: int = 0
    success: int = 0
    error: int = 0
    response_time_sum: float = 0.0
    response_time_min: float = math.inf
    response_time_max: float = -math.inf
    cpu_usage_sum: float = 0.0
    cpu_usage_max: float = -math.inf
    memory_usage_sum: float = 0.0
    memory_usage_max: float = -math.inf
    status_codes: dict[int, int] = field(default_factory=dict)
    slowest: list[SlowCall] = field(default_factory=list)
    """A heap, the least slow first."""
    sketch: QuantileSketch = field(default_factory=QuantileSketch)

    def add_all(self, calls: Sequence[SlowCall], cpu_usages: Sequence[float], memory_usages: Sequence[float]) -> None:
        """Count calls, at least one.

        Args:
            calls: response time, moment, request id and status of each.
            cpu_usages: percent.
            memory_usages: MB.
        """
        seconds = [call[0] for call in calls]
        statuses = Counter([call[3] for call in calls])
        errors = sum([count for status, count in statuses.items() if status >= ERROR_STATUS])
        self.count += len(calls)
        self.error += errors
        self.success += len(calls) - errors
        self.response_time_sum += sum(seconds)
        self.response_time_min = min(self.response_time_min, *seconds)
        self.response_time_max = max(self.response_time_max, *seconds)
        self.cpu_usage_sum += sum(cpu_usages)
        self.cpu_usage_max = max(self.cpu_usage_max, *cpu_usages)
        self.memory_usage_sum += sum(memory_usages)
        self.memory_usage_max = max(self.memory_usage_max, *memory_usages)
        for status, count in statuses.items():
            self.status_codes[status] = self.status_codes.get(status, 0) + count
        self._keep_slow(calls)
        self.sketch.add_all(seconds)

    def merge(self, other: Bucket) -> None:
        """Add another bucket's calls to this one."""
        self.count += other.count
        self.success += other.success
        self.error += other.error
        self.response_time_sum += other.response_time_sum
        self.response_time_min = min(self.response_time_min, other.response_time_min)
        self.response_time_max = max(self.response_time_max, other.response_time_max)
        self.cpu_usage_sum += other.cpu_usage_sum
        self.cpu_usage_max = max(self.cpu_usage_max, other.cpu_usage_max)
        self.memory_usage_sum += other.memory_usage_sum
        self.memory_usage_max = max(self.memory_usage_max, other.memory_usage_max)
        for status, count in other.status_codes.items():
            self.status_codes[status] = self.status_codes.get(status, 0) + count
        self._keep_slow(other.slowest)
        self.sketch.merge(other.sketch)

    def quantile(self, q: float) -> float:
        """Give the q-quantile of response times in seconds, never outside the fastest and the slowest call.

        Raises:
            EmptySampleError: no calls.
        """
        estimate = self.sketch.quantile(q)
        return min(max(estimate, self.response_time_min), self.response_time_max)

    def slowest_first(self) -> list[SlowCall]:
        """Give the ten slowest calls, slowest first."""
        return sorted(self.slowest, reverse=True)

    def agrees_with(self, other: Bucket) -> bool:
        """Tell whether both hold the same calls; sums may differ in their last bits."""
        return self._exact() == other._exact() and all(
            math.isclose(mine, theirs, rel_tol=SUM_TOLERANCE, abs_tol=SUM_TOLERANCE)
            for mine, theirs in zip(self._sums(), other._sums(), strict=True)
        )

    def _keep_slow(self, calls: Iterable[SlowCall]) -> None:
        slowest = self.slowest
        for call in calls:
            if len(slowest) < SLOWEST_KEPT:
                heapq.heappush(slowest, call)
            elif call > slowest[0]:
                heapq.heapreplace(slowest, call)

    def _exact(self) -> tuple[object, ...]:
        return (
            self.count,
            self.success,
            self.error,
            self.response_time_min,
            self.response_time_max,
            self.cpu_usage_max,
            self.memory_usage_max,
            self.status_codes,
            self.slowest_first(),
            self.sketch,
        )

    def _sums(self) -> tuple[float, float, float]:
        return self.response_time_sum, self.cpu_usage_sum, self.memory_usage_sum
