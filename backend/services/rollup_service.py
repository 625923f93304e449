"""The recount: holds every closed hour's bucket against its raw rows, and repairs what differs.

Called by the hourly aggregation. The fold writes raw rows and buckets in one transaction, so a difference means that
somebody changed one of them by hand, or a defect: it is repaired, logged as an error and returned. Hours whose raw rows
were purged are never recounted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Table, bindparam, exists, select, text, update
from sqlalchemy.orm import Session, sessionmaker

from backend.core.logging import get_logger
from backend.core.moments import microseconds_of
from backend.engine.metering.buckets import Bucket
from backend.engine.metering.calls import places_by
from backend.models import ExportedAPI
from backend.models.partitions import MOMENT
from backend.services.bucket_rows import (
    HOURS,
    HOURS_A_DAY,
    Span,
    bucket_columns,
    bucket_of,
    day_of,
    put_days,
    stored_rows,
    to_columns,
)
from backend.services.call_days import part_at
from backend.services.fold_rows import lock_apis
from backend.services.job_service import Pause, no_pause
from backend.services.spans import DAY, HOUR
from backend.services.transactions import begin_snapshot, begin_writing, insert_into, rows_changed

APIS: Table = ExportedAPI.__table__  # type: ignore[assignment]
ROWS_PER_FETCH = 5_000
APIS_PER_STEP = 200
"""Two transactions a step: for an hour of a few calls they cost more than the calls."""
IS_OPEN = text("NOT is_recounted AND NOT is_purged")
log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Drift:
    """A bucket that did not agree with its raw rows, and was repaired."""

    api_id: int
    hour: datetime
    stored_count: int
    """Calls that the bucket said; -1 where there was no bucket."""
    counted: int
    """Calls that the raw rows say, and now the bucket."""


@dataclass(frozen=True, slots=True)
class Recount:
    """What a recount found."""

    spans: int
    """Buckets recounted."""
    drifts: tuple[Drift, ...]


def recount(sessions: sessionmaker[Session], *, since: datetime, closed: datetime, pause: Pause = no_pause) -> Recount:
    """Recount every hour before `closed` that is not recounted yet.

    Args:
        since: from this hour on, hours that have raw rows and no bucket at all are looked for too.
        closed: the first hour that may still grow.
    """
    spans = _open_spans(sessions, closed) + _spans_without_bucket(sessions, since, closed)
    by_hour: defaultdict[datetime, list[int]] = defaultdict(list)
    for api_id, hour in spans:
        by_hour[hour].append(api_id)
    drifts: list[Drift] = []
    for hour, api_ids in sorted(by_hour.items()):
        for start in range(0, len(api_ids), APIS_PER_STEP):
            pause()
            found = _recount_hour(sessions, hour, api_ids[start : start + APIS_PER_STEP])
            for drift in found:
                log.error("bucket_drift_repaired", **asdict(drift))
            drifts += found
    return Recount(len(spans), tuple(drifts))


def _open_spans(sessions: sessionmaker[Session], closed: datetime) -> list[Span]:
    statement = select(HOURS.c.api_id, HOURS.c.hour_timestamp).where(HOURS.c.hour_timestamp < closed, IS_OPEN)
    with sessions() as session:
        found = session.execute(statement.order_by(HOURS.c.hour_timestamp, HOURS.c.api_id)).all()
    return [(row.api_id, row.hour_timestamp) for row in found]


def _spans_without_bucket(sessions: sessionmaker[Session], since: datetime, closed: datetime) -> list[Span]:
    spans: list[Span] = []
    hour = since
    with sessions() as session:
        while hour < closed:
            calls = part_at(session, hour).table
            raw = exists().where(calls.c.api_id == APIS.c.id, *_within(calls, hour))
            bucket = exists().where(HOURS.c.api_id == APIS.c.id, HOURS.c.hour_timestamp == hour)
            spans += [(api_id, hour) for api_id in session.scalars(select(APIS.c.id).where(raw, ~bucket))]
            hour += HOUR
    return spans


def _recount_hour(sessions: sessionmaker[Session], hour: datetime, api_ids: Sequence[int]) -> list[Drift]:
    """Recount an hour of some APIs. One that changed meanwhile is left for the next time."""
    with sessions.begin() as session:
        begin_snapshot(session)
        rows = stored_rows(session, HOURS, [(api_id, hour) for api_id in api_ids])
        stored = {row.api_id: bucket_of(row) for row in rows}
        counted = _counted_buckets(session, hour, api_ids)
    agreeing = {api_id for api_id, bucket in stored.items() if bucket.agrees_with(counted[api_id])}
    with sessions.begin() as session:
        begin_writing(session)
        living = lock_apis(session, api_ids)
        _mark(session, hour, {api_id: stored[api_id] for api_id in living if api_id in agreeing})
        return [
            Drift(api_id, hour, stored[api_id].count if api_id in stored else -1, counted[api_id].count)
            for api_id in living
            if api_id not in agreeing and _repair(session, (api_id, hour), stored.get(api_id), counted[api_id])
        ]


def _counted_buckets(session: Session, hour: datetime, api_ids: Sequence[int]) -> Mapping[int, Bucket]:
    """Add the raw rows of an hour up, by API; without any a bucket is empty."""
    calls = part_at(session, hour).table
    columns = calls.c
    statement = (
        select(
            columns.api_id,
            columns.response_time,
            columns.occurred_at_us,
            columns.request_id,
            columns.status,
            columns.cpu_usage,
            columns.memory_usage,
        )
        .where(columns.api_id.in_(api_ids), *_within(calls, hour))
        .execution_options(yield_per=ROWS_PER_FETCH)
    )
    buckets: defaultdict[int, Bucket] = defaultdict(Bucket)
    for rows in session.execute(statement).partitions():
        for api_id, places in places_by(row[0] for row in rows).items():
            some = [rows[place] for place in places]
            buckets[api_id].add_all(
                [tuple(row[1:5]) for row in some],
                [row[5] or 0.0 for row in some],
                [row[6] or 0.0 for row in some],
            )
    return buckets


def _mark(session: Session, hour: datetime, agreeing: Mapping[int, Bucket]) -> None:
    """Note that hours were recounted, unless they are not what the snapshot showed any more."""
    statement = update(HOURS).where(
        HOURS.c.api_id == bindparam("of_api"),
        HOURS.c.hour_timestamp == hour,
        *_is_still(bindparam("count"), bindparam("sum")),
    )
    seen = [{"of_api": api_id, "count": one.count, "sum": one.response_time_sum} for api_id, one in agreeing.items()]
    if seen:
        session.execute(statement.values(is_recounted=True), seen)


def _repair(session: Session, span: Span, stored: Bucket | None, counted: Bucket) -> bool:
    """Make a bucket what its raw rows say, unless it is not what the snapshot showed any more; tell whether it was."""
    api_id, hour = span
    values = {**to_columns(counted), "is_recounted": True}
    if stored is None:
        row = {"api_id": api_id, "hour_timestamp": hour, **values}
        inserting = insert_into(session, HOURS).values(row).on_conflict_do_nothing()
        is_written = session.scalar(inserting.returning(HOURS.c.id)) is not None
    else:
        is_seen = _is_still(stored.count, stored.response_time_sum)
        statement = update(HOURS).where(HOURS.c.api_id == api_id, HOURS.c.hour_timestamp == hour, *is_seen)
        is_written = rows_changed(session.execute(statement.values(**values))) == 1
    if is_written:
        _add_day_up(session, span)
    return is_written


def _is_still(count: Any, response_time_sum: Any) -> tuple[Any, ...]:  # noqa: ANN401 - values or their parameters
    return HOURS.c.request_count == count, HOURS.c.response_time_sum == response_time_sum, text("NOT is_purged")


def _add_day_up(session: Session, span: Span) -> None:
    """Make the day that a repaired hour belongs to what its hours add up to."""
    api_id, day = span[0], day_of(span[1])
    hour = HOURS.c.hour_timestamp
    statement = select(hour, *bucket_columns(HOURS)).where(HOURS.c.api_id == api_id, hour >= day, hour < day + DAY)
    total, counts = Bucket(), [0] * HOURS_A_DAY
    for row in session.execute(statement):
        total.merge(bucket_of(row))
        counts[row.hour_timestamp.hour] = row.request_count
    put_days(session, {(api_id, day): total}, {(api_id, day): counts})


def _within(calls: Table, hour: datetime) -> tuple[Any, Any]:
    moment = calls.c[MOMENT]
    return moment >= microseconds_of(hour), moment < microseconds_of(hour + HOUR)
