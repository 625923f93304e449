"""Bucket rows added up into points, totals and distributions.

Called by monitoring. Takes rows, gives shapes; runs no query.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter
from typing import Any

import numpy as np
from sqlalchemy import Row, Table

from backend.engine.metering.sketch import EmptySampleError, QuantileSketch
from backend.engine.metering.sketch_table import SketchTable
from backend.schemas.monitoring import DistributionBin, Point, ResourcesOut
from backend.services.bucket_rows import BUCKET_COLUMNS
from backend.services.spans import TimeRange

_SUMMED = tuple(name for name in BUCKET_COLUMNS if name not in {"status_codes", "slowest", "sketch"})
"""In the order of the fields of `Sums`."""
_PEAKS = {"min": (np.fmin, math.inf), "max": (np.fmax, -math.inf)}
"""What finds a peak, past the nulls of rows without calls, and what it begins with; by the end of the column's name."""
numbers_of: Callable[[Row[Any]], tuple[Any, ...]] = attrgetter(*_SUMMED, "sketch")
"""Gives the values of `number_columns` out of a row that has them."""


@dataclass(slots=True)
class Sums:
    """What some buckets add up to, response times' sketch aside."""

    count: int = 0
    success: int = 0
    error: int = 0
    seconds: float = 0.0
    fastest: float = math.inf
    slowest: float = -math.inf
    cpu: float = 0.0
    cpu_peak: float = -math.inf
    memory: float = 0.0
    memory_peak: float = -math.inf

    def add(self, other: Sums) -> None:
        """Add other sums to these."""
        self.count += other.count
        self.success += other.success
        self.error += other.error
        self.seconds += other.seconds
        self.fastest = min(self.fastest, other.fastest)
        self.slowest = max(self.slowest, other.slowest)
        self.cpu += other.cpu
        self.cpu_peak = max(self.cpu_peak, other.cpu_peak)
        self.memory += other.memory
        self.memory_peak = max(self.memory_peak, other.memory_peak)

    @property
    def success_rate(self) -> float | None:
        """Percent of the calls that were answered below 400."""
        return 100 * self.success / self.count if self.count else None

    @property
    def error_rate(self) -> float | None:
        """Percent of the calls that were answered with 400 and above."""
        return 100 * self.error / self.count if self.count else None

    def average(self, total: float) -> float | None:
        """Give a sum's share of one call; None without calls."""
        return total / self.count if self.count else None

    def known(self, peak: float) -> float | None:
        """Give a peak; None without calls."""
        return peak if self.count else None

    def resources(self) -> ResourcesOut:
        """Give CPU and memory."""
        return ResourcesOut(
            avg_cpu_usage=self.average(self.cpu),
            peak_cpu_usage=self.known(self.cpu_peak),
            avg_memory_usage=self.average(self.memory),
            peak_memory_usage=self.known(self.memory_peak),
        )

    def quantile(self, sketch: QuantileSketch, q: float) -> float | None:
        """Give a quantile of the response times, within what was measured; None without calls."""
        try:
            return min(max(sketch.quantile(q), self.fastest), self.slowest)
        except EmptySampleError:
            return None


@dataclass(slots=True)
class Series:
    """Sums and sketches of so many slots: the steps of a range, or the APIs of a page."""

    slots: int
    sums: list[Sums] = field(init=False)
    sketches: SketchTable = field(init=False)

    def __post_init__(self) -> None:
        self.sums = [Sums() for _ in range(self.slots)]
        self.sketches = SketchTable(self.slots)

    def add_all(self, slots: Sequence[int], buckets: Sequence[Sequence[Any]]) -> None:
        """Add buckets to slots, one each.

        Args:
            buckets: the values of `number_columns`.
        """
        if not buckets:
            return
        *numbers, sketches = zip(*buckets, strict=True)
        self.sketches.add_all((slot, data) for slot, data in zip(slots, sketches, strict=True) if data)
        at = np.array(slots)
        added = [self._added(name, at, values) for name, values in zip(_SUMMED, numbers, strict=True)]
        for sums, (count, success, error, *rest) in zip(self.sums, zip(*added, strict=True), strict=True):
            sums.add(Sums(int(count), int(success), int(error), *rest))

    def _added(
        self, name: str, at: np.ndarray[tuple[int, ...], np.dtype[np.int64]], values: Sequence[float | None]
    ) -> list[float]:
        """Give what a column of many rows comes to in each slot."""
        column = np.array(values, dtype=np.float64)
        peak, begin = _PEAKS.get(name.rpartition("_")[2], (None, 0.0))
        found = np.full(self.slots, begin)
        (np.add if peak is None else peak).at(found, at, column)
        listed: list[float] = found.tolist()
        return listed

    def total(self) -> tuple[Sums, QuantileSketch]:
        """Give all slots together."""
        total = Sums()
        for sums in self.sums:
            total.add(sums)
        return total, self.sketches.total()

    def quantile(self, slot: int, q: float) -> float | None:
        """Give a quantile of one slot's response times."""
        sums = self.sums[slot]
        return sums.quantile(self.sketches.sketch(slot), q) if sums.count else None

    def points(self, span: TimeRange) -> list[Point]:
        """Give the slots as the steps of a range."""
        return [self._point(slot, moment) for slot, moment in enumerate(span.moments)]

    def _point(self, slot: int, moment: datetime) -> Point:
        sums = self.sums[slot]
        sketch = self.sketches.sketch(slot) if sums.count else QuantileSketch()
        return Point(
            timestamp=moment,
            request_count=sums.count,
            success_count=sums.success,
            error_count=sums.error,
            avg_response_time=sums.average(sums.seconds),
            p50_response_time=sums.quantile(sketch, 0.50),
            p95_response_time=sums.quantile(sketch, 0.95),
            p99_response_time=sums.quantile(sketch, 0.99),
            avg_cpu_usage=sums.average(sums.cpu),
            peak_cpu_usage=sums.known(sums.cpu_peak),
            avg_memory_usage=sums.average(sums.memory),
            peak_memory_usage=sums.known(sums.memory_peak),
        )


def number_columns(table: Table) -> list[Any]:
    """Give the columns that `Series.add_all` reads, in its order."""
    return [table.c[name] for name in (*_SUMMED, "sketch")]


def distribution(sums: Sums, sketch: QuantileSketch) -> list[DistributionBin]:
    """Cut the response times at 1, 2, 5, 10 ... of a unit that fits them; nothing without calls."""
    if sums.count == 0:
        return []
    edges = log_edges(sums.fastest, sums.slowest)
    counts = sketch.histogram(edges)
    return [
        DistributionBin(lower=lower, upper=upper, count=count)
        for lower, upper, count in zip(edges, edges[1:], counts, strict=False)
    ]


def log_edges(lowest: float, highest: float) -> Sequence[float]:
    """Give edges of the series 1, 2, 5 of ever larger units, such that both values lie between the ends.

    Args:
        lowest: seconds; below a microsecond it counts as one.
        highest: seconds, not below `lowest`; above three years it counts as that.
    """
    lowest, highest = max(lowest, 1e-6), min(highest, 1e8)
    exponent = math.floor(math.log10(lowest))
    steps = [float(f"{factor}e{exponent + power}") for power in range(15) for factor in (1, 2, 5)]
    first = max(place for place, edge in enumerate(steps) if edge <= lowest * (1 + 1e-12))
    last = next(place for place, edge in enumerate(steps) if edge > highest and place > first)
    return steps[first : last + 1]
