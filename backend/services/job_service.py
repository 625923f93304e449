"""Scheduled jobs run once: whoever inserts the row of (job, slot) runs it, the others find it taken.

Called by the hourly aggregation. A run whose process died is taken over once its claim is stale; so is one that is
merely slow, which is why every job must be idempotent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Table, delete, select, update
from sqlalchemy.orm import Session, sessionmaker

from backend.core.clock import Clock
from backend.core.logging import get_logger
from backend.models import JobRun
from backend.services.transactions import begin_writing, insert_into, rows_changed

STALE_AFTER = timedelta(minutes=15)
JOB_RUNS: Table = JobRun.__table__  # type: ignore[assignment]
log = get_logger(__name__)

Pause = Callable[[], None]
"""Called between two steps of a job, so that others get their turn; may raise Interrupted."""


class Interrupted(Exception):
    """The process is to end; the job's claim is given back and its next run does the rest."""


def no_pause() -> None:
    """Go on at once."""


def run_once(
    sessions: sessionmaker[Session],
    clock: Clock,
    job: str,
    slot: datetime,
    work: Callable[[], Mapping[str, Any]],
) -> Mapping[str, Any] | None:
    """Run a job for a slot unless it ran or runs already; give its result, or None when it was not ours to run.

    Args:
        work: idempotent; gives a JSON-ready result. When it raises, the claim is given back and the error passes on.
    """
    started_at = clock.now()
    if not _claim(sessions, job, slot, started_at):
        return None
    try:
        result = work()
    except BaseException:
        _give_back(sessions, job, slot, started_at)
        raise
    with sessions.begin() as session:
        begin_writing(session)
        finished = update(JOB_RUNS).where(*_is_ours(job, slot, started_at))
        session.execute(finished.values(finished_at=clock.now(), result=dict(result)))
    log.info("job_finished", job=job, slot=slot.isoformat(), **result)
    return result


def last_finished_slot(sessions: sessionmaker[Session], job: str) -> datetime | None:
    """Give the latest slot for which a job has finished."""
    slots = select(JOB_RUNS.c.slot).where(JOB_RUNS.c.job == job, JOB_RUNS.c.finished_at.is_not(None))
    with sessions() as session:
        latest: datetime | None = session.scalar(slots.order_by(JOB_RUNS.c.slot.desc()).limit(1))
    return latest


def _claim(sessions: sessionmaker[Session], job: str, slot: datetime, now: datetime) -> bool:
    """Take a slot that nobody has, or one whose owner has been silent for too long."""
    row = {"job": job, "slot": slot, "started_at": now}
    with sessions.begin() as session:
        begin_writing(session)
        inserting = insert_into(session, JOB_RUNS).values(row).on_conflict_do_nothing()
        if session.scalar(inserting.returning(JOB_RUNS.c.id)) is not None:
            return True
        stale = (
            update(JOB_RUNS)
            .where(JOB_RUNS.c.job == job, JOB_RUNS.c.slot == slot, JOB_RUNS.c.finished_at.is_(None))
            .where(JOB_RUNS.c.started_at < now - STALE_AFTER)
            .values(started_at=now)
        )
        taken_over = rows_changed(session.execute(stale)) == 1
    if taken_over:
        log.warning("job_taken_over", job=job, slot=slot.isoformat())
    return taken_over


def _give_back(sessions: sessionmaker[Session], job: str, slot: datetime, started_at: datetime) -> None:
    with sessions.begin() as session:
        begin_writing(session)
        session.execute(delete(JOB_RUNS).where(*_is_ours(job, slot, started_at)))


def _is_ours(job: str, slot: datetime, started_at: datetime) -> tuple[Any, ...]:
    """Give the conditions under which a claim is still the one made at that moment."""
    columns = JOB_RUNS.c
    return (
        columns.job == job,
        columns.slot == slot,
        columns.started_at == started_at,
        columns.finished_at.is_(None),
    )
