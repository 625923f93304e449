"""A day's use: what the calls of one UTC day, key, environment and endpoint add up to.

Filled by the fold from calls, merged by the usage pages over days, keys and endpoints. Pure: reads no clock and no
database. The order in which calls are added or merged does not matter, save for the last bits of sums.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from backend.engine.metering.buckets import ERROR_STATUS
from backend.engine.metering.calls import Calls
from backend.engine.metering.sketch import QuantileSketch

SERVER_ERROR_STATUS = 500
LIMITED_STATUS = 429
MS = 1000.0
"""Milliseconds in a second."""


@dataclass(slots=True, eq=False)
class DayUse:
    """Counts, sums and the sketch of response times of some calls."""

    calls: int = 0
    errors: int = 0
    """Answers of 400 and above."""
    server_errors: int = 0
    limited: int = 0
    """Answers 429."""
    latency_ms_sum: float = 0.0
    bytes_in: int = 0
    bytes_out: int = 0
    rows: int = 0
    credits: int = 0
    sketch: QuantileSketch = field(default_factory=QuantileSketch)
    """Of response times in seconds."""

    def add_all(self, calls: Calls, places: Sequence[int]) -> None:
        """Count the calls at some places, at least one."""
        statuses, seconds, asked, answered, rows, credits_ = calls.at(
            places, "status_code", "response_time", "request_bytes", "response_bytes", "rows", "credits"
        )
        errors = [status for status in statuses if status >= ERROR_STATUS]
        self.calls += len(places)
        self.errors += len(errors)
        self.server_errors += sum([status >= SERVER_ERROR_STATUS for status in errors])
        self.limited += errors.count(LIMITED_STATUS)
        self.latency_ms_sum += sum(seconds) * MS
        self.bytes_in += sum(asked)
        self.bytes_out += sum(answered)
        self.rows += sum(rows)
        self.credits += sum(credits_)
        self.sketch.add_all(seconds)

    def merge(self, other: DayUse) -> None:
        """Add another use's calls to this one."""
        self.calls += other.calls
        self.errors += other.errors
        self.server_errors += other.server_errors
        self.limited += other.limited
        self.latency_ms_sum += other.latency_ms_sum
        self.bytes_in += other.bytes_in
        self.bytes_out += other.bytes_out
        self.rows += other.rows
        self.credits += other.credits
        self.sketch.merge(other.sketch)

    @property
    def error_rate(self) -> float | None:
        """Percent of the calls that were answered 400 or above; None without calls."""
        return 100.0 * self.errors / self.calls if self.calls else None

    @property
    def latency_ms_avg(self) -> float | None:
        """Milliseconds; None without calls."""
        return self.latency_ms_sum / self.calls if self.calls else None

    def latency_ms_at(self, q: float) -> float | None:
        """Give the q-quantile of response times in milliseconds, within 1 %; None without calls."""
        return self.sketch.quantile(q) * MS if self.calls else None
