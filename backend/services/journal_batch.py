"""A batch of journal lines, decoded and added up, before it meets the database.

Called by the fold. Pure: no SQL, no files.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from backend.core.moments import moment_of
from backend.engine.metering.buckets import Bucket
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
    records: tuple[CallRecord, ...]
    """Each request id once."""
    repeated: int
    """Records whose request id stands in the batch already."""
    bad: tuple[BadLine, ...]


@dataclass(slots=True)
class Usage:
    """How often something was called, and when last."""

    calls: int = 0
    newest_us: int = 0

    def add(self, occurred_at_us: int) -> None:
        """Count a call."""
        self.calls += 1
        self.newest_us = max(self.newest_us, occurred_at_us)


@dataclass(frozen=True, slots=True)
class Sums:
    """What records add up to."""

    minutes: dict[Span, Bucket]
    hours: dict[Span, Bucket]
    apis: dict[int, Usage]


def gather(chunks: Sequence[Chunk]) -> Batch:
    """Decode the lines of some chunks."""
    records: dict[str, CallRecord] = {}
    bad: list[BadLine] = []
    lines = 0
    for chunk in chunks:
        lines += len(chunk.lines)
        offset = chunk.start
        for line in chunk.lines:
            try:
                record = decode(line)
                records[record.request_id] = record
            except UndecodableRecord as error:
                bad.append(BadLine(chunk.segment, offset, line, str(error)))
            offset += len(line)
    repeated = lines - len(bad) - len(records)
    return Batch(tuple(chunks), tuple(records.values()), repeated, tuple(bad))


def add_up(records: Iterable[CallRecord]) -> Sums:
    """Add records up by minute, hour and API; hours from the minutes, since merging is cheaper than adding."""
    minutes: dict[tuple[int, int], Bucket] = {}
    apis: dict[int, Usage] = {}
    for record in records:
        api_id, moment = record.api_id, record.occurred_at_us
        begins = api_id, moment - moment % MINUTE_US
        bucket = minutes.get(begins)
        if bucket is None:
            bucket = minutes[begins] = Bucket()
        call = (record.response_time, moment, record.request_id, record.status_code)
        bucket.add(call, record.cpu_usage, record.memory_usage)
        apis.setdefault(api_id, Usage()).add(moment)
    return Sums(_by_moment(minutes), _by_moment(_hours(minutes)), apis)


def key_uses(records: Iterable[CallRecord]) -> dict[str, Usage]:
    """Add records up by key; those that came with none are left out."""
    keys: dict[str, Usage] = {}
    for record in records:
        if record.key_id is not None:
            keys.setdefault(record.key_id, Usage()).add(record.occurred_at_us)
    return keys


def _hours(minutes: dict[tuple[int, int], Bucket]) -> dict[tuple[int, int], Bucket]:
    hours: dict[tuple[int, int], Bucket] = {}
    for (api_id, begins), bucket in minutes.items():
        hours.setdefault((api_id, begins - begins % HOUR_US), Bucket()).merge(bucket)
    return hours


def _by_moment(buckets: dict[tuple[int, int], Bucket]) -> dict[Span, Bucket]:
    return {(api_id, moment_of(begins)): bucket for (api_id, begins), bucket in buckets.items()}
