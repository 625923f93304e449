"""A batch of journal lines, decoded and added up, before it meets the database.

Called by the fold. Pure: no SQL, no files.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from backend.core.moments import microseconds_of, moment_of
from backend.engine.metering.buckets import Bucket
from backend.engine.metering.calls import Calls, places_by, read_lines, slices
from backend.engine.metering.reader import Chunk
from backend.engine.metering.records import CallRecord, UndecodableRecord, decode
from backend.services.bucket_rows import Span

MINUTE_US = 60_000_000
HOUR_US = 60 * MINUTE_US


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that is no record, and where it stands."""

    segment: str
    offset: int
    line: bytes
    why: str


@dataclass(frozen=True, slots=True)
class Batch:
    """The new lines of some segments."""

    chunks: tuple[Chunk, ...]
    calls: Calls
    """Each request id once."""
    repeated: int
    """Calls whose request id stands in the batch already."""
    bad: tuple[BadLine, ...]


@dataclass(frozen=True, slots=True)
class Usage:
    """How often something was called, and when last."""

    calls: int
    newest_us: int


@dataclass(frozen=True, slots=True)
class Sums:
    """What records add up to."""

    minutes: dict[Span, Bucket]
    hours: dict[Span, Bucket]
    apis: dict[int, Usage]


def gather(chunks: Sequence[Chunk]) -> Batch:
    """Decode the lines of some chunks."""
    parts: list[Calls] = []
    bad: list[BadLine] = []
    for chunk in chunks:
        offset = chunk.start
        for part in slices(chunk.block):
            try:
                parts.append(read_lines(part))
            except UndecodableRecord:
                parts.append(_one_by_one(chunk.segment, offset, part, bad))
            offset += len(part)
    calls = Calls.joined(parts)
    request_ids = calls.field("request_id")
    count = len(set(request_ids))
    if count < len(calls):
        last = {request_id: place for place, request_id in enumerate(request_ids)}
        calls = calls.only([last[request_id] == place for place, request_id in enumerate(request_ids)])
    return Batch(tuple(chunks), calls, len(request_ids) - count, tuple(bad))


def add_up(calls: Calls, minutes_since: datetime | None = None) -> Sums:
    """Add calls up by minute, hour and API; hours from the minutes, since merging is cheaper than adding.

    Args:
        minutes_since: minutes that begin before are not wanted; None wants all.
    """
    since = 0 if minutes_since is None else microseconds_of(minutes_since)
    spans: dict[tuple[int, int], Bucket] = {}
    # What no minute is wanted of is added up by the hour at once.
    begins = [moment - moment % (MINUTE_US if moment >= since else HOUR_US) for moment in calls.field("occurred_at_us")]
    for span, places in places_by(zip(calls.field("api_id"), begins, strict=True)).items():
        *slow, cpus, memories = calls.at(
            places, "response_time", "occurred_at_us", "request_id", "status_code", "cpu_usage", "memory_usage"
        )
        bucket = spans[span] = Bucket()
        bucket.add_all(list(zip(*slow, strict=True)), cpus, memories)
    minutes = {span: bucket for span, bucket in spans.items() if span[1] >= since}
    return Sums(_by_moment(minutes), _by_moment(_hours(spans)), _uses(calls, "api_id"))


def key_uses(calls: Calls) -> dict[str, Usage]:
    """Add calls up by key; those that came with none are left out."""
    uses = _uses(calls, "key_id")
    uses.pop(None, None)
    return uses


def _one_by_one(segment: str, offset: int, lines: bytes, bad: list[BadLine]) -> Calls:
    """Decode lines one by one, and note those that are no records."""
    good: list[CallRecord] = []
    for line in io.BytesIO(lines):
        try:
            good.append(decode(line))
        except UndecodableRecord as error:
            bad.append(BadLine(segment, offset, line, str(error)))
        offset += len(line)
    return Calls.of(good)


def _uses(calls: Calls, name: str) -> dict[Any, Usage]:
    """Add calls up by one of their fields."""
    found: dict[Any, Usage] = {}
    for value, places in places_by(calls.field(name)).items():
        (moments,) = calls.at(places, "occurred_at_us")
        found[value] = Usage(len(places), max(moments))
    return found


def _hours(minutes: dict[tuple[int, int], Bucket]) -> dict[tuple[int, int], Bucket]:
    hours: dict[tuple[int, int], Bucket] = {}
    for (api_id, begins), bucket in minutes.items():
        hours.setdefault((api_id, begins - begins % HOUR_US), Bucket()).merge(bucket)
    return hours


def _by_moment(buckets: dict[tuple[int, int], Bucket]) -> dict[Span, Bucket]:
    return {(api_id, moment_of(begins)): bucket for (api_id, begins), bucket in buckets.items()}
