"""A batch of journal lines, decoded and added up, before it meets the database.

Called by the fold. Pure: no SQL, no files.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from backend.core.moments import moment_of
from backend.engine.metering.buckets import Bucket
from backend.engine.metering.reader import Chunk
from backend.engine.metering.records import CallRecord, UndecodableRecord, decode, decode_all
from backend.services.bucket_rows import Span

MINUTE_US = 60_000_000
HOUR_US = 60 * MINUTE_US
NameT = TypeVar("NameT", int, str)


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
    records: dict[str, CallRecord] = {}
    bad: list[BadLine] = []
    for chunk in chunks:
        try:
            made = decode_all(chunk.lines)
        except UndecodableRecord:
            made = _good(chunk, bad)
        records |= {record.request_id: record for record in made}
    repeated = sum(len(chunk.lines) for chunk in chunks) - len(bad) - len(records)
    return Batch(tuple(chunks), tuple(records.values()), repeated, tuple(bad))


def add_up(records: Sequence[CallRecord]) -> Sums:
    """Add records up by minute, hour and API; hours from the minutes, since merging is cheaper than adding."""
    groups: defaultdict[tuple[int, int], list[CallRecord]] = defaultdict(list)
    for record in records:
        groups[record.api_id, record.occurred_at_us // MINUTE_US].append(record)
    minutes: dict[tuple[int, int], Bucket] = {}
    for (api_id, minute), group in groups.items():
        bucket = minutes[api_id, minute * MINUTE_US] = Bucket()
        bucket.add_all(
            [(one.response_time, one.occurred_at_us, one.request_id, one.status_code) for one in group],
            [one.cpu_usage for one in group],
            [one.memory_usage for one in group],
        )
    return Sums(_by_moment(minutes), _by_moment(_hours(minutes)), _uses([(one.api_id, one) for one in records]))


def key_uses(records: Sequence[CallRecord]) -> dict[str, Usage]:
    """Add records up by key; those that came with none are left out."""
    return _uses([(one.key_id, one) for one in records if one.key_id is not None])


def _good(chunk: Chunk, bad: list[BadLine]) -> list[CallRecord]:
    """Decode the lines of a chunk one by one, and note those that are no records."""
    good: list[CallRecord] = []
    offset = chunk.start
    for line in chunk.lines:
        try:
            good.append(decode(line))
        except UndecodableRecord as error:
            bad.append(BadLine(chunk.segment, offset, line, str(error)))
        offset += len(line)
    return good


def _uses(named: Iterable[tuple[NameT, CallRecord]]) -> dict[NameT, Usage]:
    moments: defaultdict[NameT, list[int]] = defaultdict(list)
    for name, record in named:
        moments[name].append(record.occurred_at_us)
    return {name: Usage(len(all_of_it), max(all_of_it)) for name, all_of_it in moments.items()}


def _hours(minutes: dict[tuple[int, int], Bucket]) -> dict[tuple[int, int], Bucket]:
    hours: dict[tuple[int, int], Bucket] = {}
    for (api_id, begins), bucket in minutes.items():
        hours.setdefault((api_id, begins - begins % HOUR_US), Bucket()).merge(bucket)
    return hours


def _by_moment(buckets: dict[tuple[int, int], Bucket]) -> dict[Span, Bucket]:
    return {(api_id, moment_of(begins)): bucket for (api_id, begins), bucket in buckets.items()}
