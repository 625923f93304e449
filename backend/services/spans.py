"""Spans of time as monitoring counts them: UTC hours, and the ranges that pages may ask for.

Pure arithmetic on moments; reads no clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeGuard

from backend.core.errors import InvalidInput
from backend.schemas.monitoring import SPARKS, RangeName

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Shape:
    """How a range is cut: so many points of such a length, read from hour or minute buckets."""

    points: int
    resolution: timedelta


SHAPES: Mapping[RangeName, _Shape] = {
    "1h": _Shape(60, MINUTE),
    "24h": _Shape(24, HOUR),
    "7d": _Shape(168, HOUR),
    "30d": _Shape(30, DAY),
}
DEFAULT_RANGE: RangeName = "24h"


@dataclass(frozen=True, slots=True)
class TimeRange:
    """A range ending now, its last point being the one that is still filling."""

    name: RangeName
    begins: datetime
    ends: datetime
    resolution: timedelta
    points: int

    @property
    def has_whole_days(self) -> bool:
        """Tell whether the range is counted in hours and longer than the days it begins and ends in."""
        return self.resolution == HOUR and self.points * self.resolution > 2 * DAY

    @property
    def moments(self) -> list[datetime]:
        """Give when each point begins."""
        return [self.begins + place * self.resolution for place in range(self.points)]

    def place_of(self, moment: datetime) -> int:
        """Give the point that a moment of the range falls into."""
        return (moment - self.begins) // self.resolution

    def spark_of(self, moment: datetime) -> int:
        """Give which of the range's 24 equal slots a moment falls into."""
        return (moment - self.begins) * SPARKS // (self.points * self.resolution)


def range_named(name: str, now: datetime) -> TimeRange:
    """Cut a range that ends now.

    Raises:
        InvalidInput: not a range that is known.
    """
    if not _is_known(name):
        allowed = list(SHAPES)
        raise InvalidInput(
            f"time_range must be one of {', '.join(allowed)}, not {name!r}",
            details={"field": "time_range", "allowed": allowed},
        )
    shape = SHAPES[name]
    begins = floor_to(now, shape.resolution) - (shape.points - 1) * shape.resolution
    return TimeRange(name, begins, now, shape.resolution, shape.points)


def floor_to(moment: datetime, step: timedelta) -> datetime:
    """Give the last whole step since 1970 at or before a moment."""
    return moment - (moment - _EPOCH) % step


def floor_hour(moment: datetime) -> datetime:
    """Give the UTC hour a moment falls into."""
    return floor_to(moment, HOUR)


def _is_known(name: str) -> TypeGuard[RangeName]:
    return name in SHAPES
