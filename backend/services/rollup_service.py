"""The recount: holds every closed hour's bucket against its raw rows, and repairs what differs.

Called by the hourly aggregation. The fold writes raw rows and buckets in one transaction, so a difference means that
somebody changed one of them by hand, or a defect: it is repaired, logged as an error and returned. Hours whose raw rows
were purged are never recounted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Table, exists, select, text, update
from sqlalchemy.orm import Session, sessionmaker

from backend.core.logging import get_logger
from backend.core.moments import microseconds_of
from backend.engine.metering.buckets import Bucket
from backend.models import APIRequest, ExportedAPI
from backend.services.bucket_rows import (
    HOURS,
    HOURS_A_DAY,
    Span,
    bucket_columns,
    bucket_of,
    day_of,
    put_days,
    to_columns,
)
from backend.services.fold_rows import lock_apis
from backend.services.job_service import Pause, no_pause
from backend.services.spans import DAY, HOUR
from backend.services.transactions import begin_snapshot, begin_writing, insert_into, rows_changed

REQUESTS: Table = APIRequest.__table__  # type: ignore[assignment]
APIS: Table = ExportedAPI.__table__  # type: ignore[assignment]
ROWS_PER_FETCH = 5_000
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
    drifts: list[Drift] = []
    for span in spans:
        pause()
        drift = _recount_span(sessions, span)
        if drift is not None:
            drifts.append(drift)
            log.error("bucket_drift_repaired", **asdict(drift))
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
            raw = exists().where(REQUESTS.c.api_id == APIS.c.id, *_within(hour))
            bucket = exists().where(HOURS.c.api_id == APIS.c.id, HOURS.c.hour_timestamp == hour)
            spans += [(api_id, hour) for api_id in session.scalars(select(APIS.c.id).where(raw, ~bucket))]
            hour += HOUR
    return spans


def _recount_span(sessions: sessionmaker[Session], span: Span) -> Drift | None:
    """Recount one API's hour; None when it agreed, or when it changed meanwhile and is left for the next time."""
    with sessions.begin() as session:
        begin_snapshot(session)
        stored, counted = _stored_bucket(session, span), _counted_bucket(session, span)
    agrees = stored is not None and stored.agrees_with(counted)
    with sessions.begin() as session:
        begin_writing(session)
        if not lock_apis(session, {span[0]}):
            return None
        changes: Mapping[str, Any] = {} if agrees else to_columns(counted)
        is_written = _write(session, span, stored, {**changes, "is_recounted": True})
        if is_written and not agrees:
            _add_day_up(session, span)
    if agrees or not is_written:
        return None
    return Drift(*span, -1 if stored is None else stored.count, counted.count)


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


def _stored_bucket(session: Session, span: Span) -> Bucket | None:
    statement = select(*bucket_columns(HOURS)).where(HOURS.c.api_id == span[0], HOURS.c.hour_timestamp == span[1])
    row: Row[Any] | None = session.execute(statement).one_or_none()
    return None if row is None else bucket_of(row)


def _counted_bucket(session: Session, span: Span) -> Bucket:
    columns = REQUESTS.c
    statement = (
        select(
            columns.response_time,
            columns.timestamp,
            columns.request_id,
            columns.status_code,
            columns.cpu_usage,
            columns.memory_usage,
        )
        .where(columns.api_id == span[0], *_within(span[1]))
        .execution_options(yield_per=ROWS_PER_FETCH)
    )
    bucket = Bucket()
    for rows in session.execute(statement).partitions():
        bucket.add_all(
            [(row[0] or 0.0, microseconds_of(row[1]), row[2], row[3] or 0) for row in rows],
            [row[4] or 0.0 for row in rows],
            [row[5] or 0.0 for row in rows],
        )
    return bucket


def _write(session: Session, span: Span, stored: Bucket | None, changes: Mapping[str, Any]) -> bool:
    """Write a span's bucket unless it is not what the snapshot showed any more; tell whether it was written."""
    api_id, hour = span
    if stored is None:
        row = {"api_id": api_id, "hour_timestamp": hour, **changes}
        inserting = insert_into(session, HOURS).values(row).on_conflict_do_nothing()
        return session.scalar(inserting.returning(HOURS.c.id)) is not None
    is_same = (
        HOURS.c.request_count == stored.count,
        HOURS.c.response_time_sum == stored.response_time_sum,
        text("NOT is_purged"),
    )
    statement = update(HOURS).where(HOURS.c.api_id == api_id, HOURS.c.hour_timestamp == hour, *is_same)
    return rows_changed(session.execute(statement.values(**changes))) == 1


def _within(hour: datetime) -> tuple[Any, Any]:
    return REQUESTS.c.timestamp >= hour, REQUESTS.c.timestamp < hour + HOUR
