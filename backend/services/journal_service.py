"""The fold: carries calls from the journal into the database, exactly once.

Called by the background process several times a second and by the recount. One transaction holds the raw rows, the
buckets, the usage, the settled credits, the totals and how far each segment was read, so that whatever is killed, and
whenever, each call is either in all of them or still in the journal. Folding by two processes at once is safe: the
segment's row is locked, and a fold that finds it further than it read gives its work up.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from heapq import heapify, heappop, heappush
from itertools import islice
from operator import attrgetter

from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from backend.core.clock import Clock, SystemClock
from backend.core.logging import get_logger
from backend.core.moments import moment_of
from backend.engine.metering.calls import Calls
from backend.engine.metering.journal import begun_us
from backend.engine.metering.reader import Chunk, JournalReader
from backend.services import call_rows, credit_settlement, fold_rows, usage_rows
from backend.services.bucket_rows import HOURS, MINUTES, merge_days, merge_rows
from backend.services.call_days import make_days
from backend.services.call_rows import CountryOf, nowhere
from backend.services.fold_rows import Overtaken
from backend.services.journal_batch import BadLine, Batch, add_up, gather, key_uses
from backend.services.transactions import begin_writing, make_durable

BATCH_LINES = 5_000
PIECES = 8
"""A batch is read in so many turns, each of the segment whose next call is the oldest."""
NARROWING = 8
log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class FoldResult:
    """What one fold did."""

    folded: int = 0
    """Calls that are in the database now and were not before."""
    dropped: int = 0
    """Calls that the database had already, and calls that can be charged to nobody and whose API was deleted."""
    set_aside: int = 0
    """Lines that are no records, now in a `.bad` file."""
    has_more: bool = False
    """Another fold has something to do at once."""
    newest_at: datetime | None = None
    """When the newest call of this fold was answered."""


@dataclass(frozen=True, slots=True)
class FoldPorts:
    """What a fold reaches for beyond the database and the journal."""

    country_of: CountryOf = nowhere
    publish: Callable[[AbstractSet[str]], None] = lambda _account_ids: None
    """Takes the accounts whose ceiling of credits moved, after the commit."""
    answered: Callable[[Calls], None] = lambda _calls: None
    """Takes the new calls as they were written down, after the commit."""
    minutes_kept: timedelta | None = None
    """Minutes that began longer ago are not written: the next purge would take them. None writes all."""


NO_PORTS = FoldPorts()


def fold_once(
    sessions: sessionmaker[Session],
    reader: JournalReader,
    batch_lines: int = BATCH_LINES,
    *,
    clock: Clock | None = None,
    ports: FoldPorts = NO_PORTS,
) -> FoldResult:
    """Fold up to `batch_lines` calls of all segments in one transaction, then delete the segments that are done.

    Raises:
        SQLAlchemyError: the database is not to be had; nothing was folded.
        OSError: the journal cannot be read; nothing was folded.
    """
    with _no_collections():
        return _fold(sessions, reader, batch_lines, clock or SystemClock(), ports)


@contextmanager
def _no_collections() -> Iterator[None]:
    """Keep the garbage collector from looking through a batch again and again: nothing in it refers to itself."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _fold(
    sessions: sessionmaker[Session], reader: JournalReader, batch_lines: int, clock: Clock, ports: FoldPorts
) -> FoldResult:
    chunks, has_more = _read(sessions, reader, batch_lines)
    batch = gather([chunk for chunk in chunks if chunk.count])
    try:
        result = _store(sessions, reader, batch, clock.now(), ports) if batch.chunks else FoldResult()
    except Overtaken:
        return FoldResult(has_more=True)
    except (DataError, IntegrityError) as error:
        # One record that the database refuses must not stop all others: close in on it.
        if batch_lines > 1:
            return _fold(sessions, reader, max(1, batch_lines // NARROWING), clock, ports)
        result = _store(sessions, reader, _refused(batch, error), clock.now(), ports)
    _retire_all(sessions, reader, [chunk for chunk in chunks if chunk.is_finished], clock.now())
    return replace(result, has_more=has_more)


def fold_all(
    sessions: sessionmaker[Session],
    reader: JournalReader,
    *,
    clock: Clock | None = None,
    ports: FoldPorts = NO_PORTS,
) -> int:
    """Fold until everything that was answered before now is in the database; give how many calls that were."""
    ends = {segment: reader.size(segment) for segment in reader.segments()}
    folded, has_more = 0, True
    while has_more and _is_behind(sessions, reader, ends):
        result = fold_once(sessions, reader, clock=clock, ports=ports)
        folded, has_more = folded + result.folded, result.has_more
    return folded


def _is_behind(sessions: sessionmaker[Session], reader: JournalReader, ends: dict[str, int]) -> bool:
    with sessions() as session:
        offsets = fold_rows.offsets(session, list(ends))
    return any(offsets.get(segment, 0) < end and reader.exists(segment) for segment, end in ends.items())


def _read(sessions: sessionmaker[Session], reader: JournalReader, lines_max: int) -> tuple[list[Chunk], bool]:
    """Read what the database does not hold yet, the oldest calls first; tell whether there is more.

    All segments are read to the same moment: credits are reserved in one line for all workers, on which every call that
    is missing between two others leaves a gap to be written down and filled later.
    """
    segments = reader.segments()
    if not segments:
        return [], False
    with sessions() as session:
        offsets = fold_rows.offsets(session, segments)
    chunks: dict[str, Chunk] = {}
    # By the moment before which nothing is left of a segment, as far as that is known.
    waiting = [(begun_us(segment), segment) for segment in segments]
    heapify(waiting)
    left = lines_max
    while waiting and left > 0:
        _, segment = heappop(waiting)
        before = chunks.get(segment)
        start = offsets.get(segment, 0) if before is None else before.end
        chunk = reader.read(segment, start, min(left, max(1, lines_max // PIECES)))
        if chunk is None:
            continue
        left -= chunk.count
        chunks[segment] = chunk if before is None else before.followed_by(chunk)
        if chunk.has_more:
            heappush(waiting, (chunk.reached_us, segment))
    reached = min((chunk.reached_us for chunk in chunks.values() if chunk.has_more), default=None)
    read = chunks.values() if reached is None else [chunk.until(reached) for chunk in chunks.values()]
    # Two folds at once lock the segments' rows in the same order.
    return sorted(read, key=attrgetter("segment")), bool(waiting)


def _store(
    sessions: sessionmaker[Session], reader: JournalReader, batch: Batch, now: datetime, ports: FoldPorts
) -> FoldResult:
    """Write a batch down, all or nothing."""
    calls = batch.calls
    make_days(sessions, calls.field("occurred_at_us"), now)
    with sessions.begin() as session:
        begin_writing(session)
        fold_rows.claim(session, reader, batch.chunks, now)
        owners = fold_rows.lock_apis(session, set(calls.field("api_id")))
        known = call_rows.known_request_ids(session, calls)
        fresh = _fresh(usage_rows.charged(session, calls, owners), known, owners.keys())
        moved = credit_settlement.settle(session, fresh, now)
        kept = usage_rows.redacted(session, fresh, owners)
        _write(session, kept, owners.keys(), ports, now)
        fold_rows.advance(session, batch.chunks, now)
        _set_aside(reader, batch.bad)
    if moved:
        ports.publish(moved)
    ports.answered(kept)
    _report(batch, len(known))
    newest = max(fresh.field("occurred_at_us"), default=None)
    return FoldResult(
        folded=len(fresh),
        dropped=len(calls) - len(fresh) + batch.repeated,
        set_aside=len(batch.bad),
        newest_at=None if newest is None else moment_of(newest),
    )


def _fresh(calls: Calls, known: AbstractSet[str], living: AbstractSet[int]) -> Calls:
    """Leave out what the database holds already, and what can be charged to nobody and whose API was deleted."""
    if not known and all(calls.field("account_id")):
        return calls
    return calls.only(
        [
            request_id not in known and bool(account_id or api_id in living)
            for request_id, account_id, api_id in calls.each("request_id", "account_id", "api_id")
        ]
    )


def _write(session: Session, fresh: Calls, living: AbstractSet[int], ports: FoldPorts, now: datetime) -> None:
    """Write new calls everywhere they count: usage outlives the API, bodies and buckets go with it."""
    charged = fresh.only(fresh.field("account_id"))
    usage_rows.merge_days(session, usage_rows.add_up_days(charged))
    call_rows.insert_calls(session, fresh, living, ports.country_of)
    since = None if ports.minutes_kept is None else now - ports.minutes_kept
    sums = add_up(fresh.only([api_id in living for api_id in fresh.field("api_id")]), since)
    merge_rows(session, MINUTES, sums.minutes)
    merge_days(session, sums.hours)
    merge_rows(session, HOURS, sums.hours)
    fold_rows.add_usage(session, sums.apis, key_uses(fresh))


def _retire_all(sessions: sessionmaker[Session], reader: JournalReader, finished: list[Chunk], now: datetime) -> None:
    if not finished:
        return
    with sessions() as session:
        make_durable(session)
    for chunk in finished:
        _retire(sessions, reader, chunk, now)


def _retire(sessions: sessionmaker[Session], reader: JournalReader, chunk: Chunk, now: datetime) -> None:
    """Delete a segment whose owner is gone and whose every line is in the database.

    The file goes before the row: a kill in between leaves a row without a file, which harms nobody since names never
    repeat. The other way round it would leave a file that looks unread. The row's lock keeps a second process from
    reading the file as unread once the row is gone.
    """
    if chunk.torn_bytes:
        log.warning("journal_torn_line", segment=chunk.segment, offset=chunk.end, bytes=chunk.torn_bytes)
    try:
        with sessions.begin() as session:
            begin_writing(session)
            fold_rows.claim(session, reader, [chunk], now, at_end=True)
            reader.remove(chunk.segment)
            fold_rows.forget(session, chunk.segment)
    except Overtaken:
        return


def _refused(batch: Batch, error: Exception) -> Batch:
    """Give a batch of one record that the database refuses as a batch of one bad line."""
    (chunk,) = batch.chunks
    line = BadLine(chunk.segment, chunk.start, chunk.block, str(error))
    return Batch(batch.chunks, Calls.of(()), 0, (line,))


def _set_aside(reader: JournalReader, bad: tuple[BadLine, ...]) -> None:
    """Keep bad lines before the commit: a kill in between writes them twice, the other order would lose them."""
    for line in bad:
        reader.set_aside(line.segment, line.offset, line.line)
        log.error("journal_line_set_aside", segment=line.segment, offset=line.offset, why=line.why[:200])


def _report(batch: Batch, known: int) -> None:
    """Say so when a request id came twice: ids are minted here, so this is a defect or a copied journal."""
    if batch.repeated or known:
        segments = [chunk.segment for chunk in islice(batch.chunks, 5)]
        log.error("journal_request_id_repeated", count=batch.repeated + known, segments=segments)
