"""Buckets: what the calls of one API in one span of time add up to.

Filled by the fold from records and by the recount from raw rows, merged by monitoring over the span shown.
Pure: reads no clock and no database. The order in which calls are added or merged does not matter, save for
the last bits of sums.
"""

from __future__ import annotations

import heapq
import math
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

    def add(self, call: SlowCall, cpu_usage: float, memory_usage: float) -> None:
        """Count one call.

        Args:
            call: response time, moment, request id and status.
            cpu_usage: percent.
            memory_usage: MB.
        """
        seconds, status = call[0], call[3]
        self.count += 1
        if status < ERROR_STATUS:
            self.success += 1
        else:
            self.error += 1
        self.response_time_sum += seconds
        self.response_time_min = min(self.response_time_min, seconds)
        self.response_time_max = max(self.response_time_max, seconds)
        self.cpu_usage_sum += cpu_usage
        self.cpu_usage_max = max(self.cpu_usage_max, cpu_usage)
        self.memory_usage_sum += memory_usage
        self.memory_usage_max = max(self.memory_usage_max, memory_usage)
        self.status_codes[status] = self.status_codes.get(status, 0) + 1
        self._keep_slow(call)
        self.sketch.add(seconds)

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
        for call in other.slowest:
            self._keep_slow(call)
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

    def _keep_slow(self, call: SlowCall) -> None:
        if len(self.slowest) < SLOWEST_KEPT:
            heapq.heappush(self.slowest, call)
        elif call > self.slowest[0]:
            heapq.heapreplace(self.slowest, call)

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
