"""Retention: deletes what is too old to keep, in small transactions that let the fold in between.

Called by the hourly aggregation. Hour buckets and daily rollups of usage are kept for ever; before the first raw row of
an hour goes, its bucket is marked as purged, and from then on nothing recounts it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import ColumnElement, Table, delete, select, text, update
from sqlalchemy.orm import Session, sessionmaker

from backend.models import JobRun
from backend.services.bucket_rows import HOURS, MINUTES, day_of
from backend.services.call_purge import ROWS_PER_STEP, Expiry, Leaving, purge_calls
from backend.services.idempotency_service import purge_answers
from backend.services.job_service import Pause, no_pause
from backend.services.session_service import purge_refresh_tokens
from backend.services.spans import HOUR, floor_hour
from backend.services.transactions import begin_writing, rows_changed

MINUTES_KEPT = timedelta(hours=3)
JOB_RUNS_KEPT = timedelta(days=90)
JOB_RUNS: Table = JobRun.__table__  # type: ignore[assignment]


@dataclass(frozen=True, slots=True)
class Purged:
    """How many rows went."""

    calls: int
    minutes: int
    job_runs: int
    refresh_tokens: int
    kept_answers: int


def purge(sessions: sessionmaker[Session], now: datetime, retention_days: int, *, pause: Pause = no_pause) -> Purged:
    """Delete what is past its time: calls, minute buckets, job runs, sign-ins, kept answers."""
    expiry = Expiry(purge_cutoff(now, retention_days), now)
    return Purged(
        calls=purge_calls(sessions, expiry, pause, _hours_marked(expiry.cutoff)),
        minutes=_delete_in_steps(sessions, MINUTES, MINUTES.c.minute_timestamp < now - MINUTES_KEPT, pause),
        job_runs=_delete_in_steps(sessions, JOB_RUNS, JOB_RUNS.c.slot < now - JOB_RUNS_KEPT, pause),
        refresh_tokens=_delete_at_once(sessions, partial(purge_refresh_tokens, expired_before=now)),
        kept_answers=_delete_at_once(sessions, partial(purge_answers, now=now)),
    )


def purge_cutoff(now: datetime, retention_days: int) -> datetime:
    """Give the day before which calls go: whole days only, so that no day is ever half there."""
    return day_of(now - timedelta(days=retention_days))


def _hours_marked(cutoff: datetime) -> Leaving:
    """Give what marks the hours from a call that is about to go up to the cutoff, each once in a purge."""
    marked_from = cutoff

    def mark(session: Session, oldest: datetime) -> None:
        nonlocal marked_from
        first = floor_hour(oldest)
        if first < marked_from:
            doomed = HOURS.c.hour_timestamp.between(first, marked_from - HOUR)
            session.execute(update(HOURS).where(doomed, text("NOT is_purged")).values(is_purged=True))
            marked_from = first

    return mark


def _delete_in_steps(
    sessions: sessionmaker[Session], table: Table, condition: ColumnElement[bool], pause: Pause
) -> int:
    total = 0
    while True:
        with sessions.begin() as session:
            begin_writing(session)
            some = select(table.c.id).where(condition).limit(ROWS_PER_STEP)
            gone = rows_changed(session.execute(delete(table).where(table.c.id.in_(some))))
        total += gone
        if gone < ROWS_PER_STEP:
            return total
        pause()


def _delete_at_once(sessions: sessionmaker[Session], rows: Callable[[Session], int]) -> int:
    """Delete what is never much."""
    with sessions.begin() as session:
        begin_writing(session)
        return rows(session)
