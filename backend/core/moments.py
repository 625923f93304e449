"""Moments as the journal counts them, microseconds since 1970, and as both databases take them.

Pure arithmetic; reads no clock.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
SECONDS_REMEMBERED = 4_096


def moment_of(microseconds: int) -> datetime:
    """Give the moment that many microseconds after 1970, exactly."""
    return EPOCH + timedelta(microseconds=microseconds)


def microseconds_of(moment: datetime) -> int:
    """Give the microseconds from 1970 to a moment, exactly."""
    return (moment - EPOCH) // MICROSECOND


def stored_moment(microseconds: int) -> str:
    """Give the moment that many microseconds after 1970 as both databases take it, and as SQLite compares it."""
    return f"{_stored_second(microseconds // 1_000_000)}.{microseconds % 1_000_000:06d}"


def zoned_moment(microseconds: int) -> str:
    """Give the moment that many microseconds after 1970 as RFC 3339 has it."""
    return f"{_zoned_second(microseconds // 1_000_000)}.{microseconds % 1_000_000:06d}Z"


@lru_cache(SECONDS_REMEMBERED)
def _zoned_second(seconds: int) -> str:
    return _stored_second(seconds).replace(" ", "T")


@lru_cache(SECONDS_REMEMBERED)
def _stored_second(seconds: int) -> str:
    return moment_of(seconds * 1_000_000).replace(tzinfo=None).isoformat(" ")
