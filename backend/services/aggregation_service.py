"""The hourly aggregation: fold what is left, recount the closed hours, purge what is too old. Once for each hour.

Called by `MonitoringService.aggregate_metrics` and by the background process, whose scheduler asks more often than once
an hour: whoever comes second finds the hour done.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session, sessionmaker

from backend.core.clock import Clock
from backend.engine.metering.reader import JournalReader
from backend.services import job_service
from backend.services.job_service import Pause, no_pause
from backend.services.journal_service import NO_PORTS, FoldPorts, fold_all
from backend.services.retention_service import purge, purge_cutoff
from backend.services.rollup_service import Drift, recount
from backend.services.spans import DAY, HOUR, floor_hour

JOB = "aggregate_metrics"


@dataclass(frozen=True, slots=True)
class Aggregation:
    """What one run of the hourly aggregation did."""

    hour: datetime
    """The hour that was open while it ran."""
    folded: int
    recounted: int
    drifts: tuple[Drift, ...]
    purged_calls: int
    purged_minutes: int
    purged_job_runs: int
    purged_refresh_tokens: int
    purged_kept_answers: int


def aggregate(
    sessions: sessionmaker[Session],
    reader: JournalReader,
    clock: Clock,
    retention_days: int,
    *,
    pause: Pause = no_pause,
    ports: FoldPorts = NO_PORTS,
) -> Aggregation | None:
    """Run the aggregation of the present hour; None when it ran already, here or on another machine.

    This machine's journal is folded first, so that a closed hour is whole before it is recounted. Calls that another
    machine folds later open their hour again.
    """
    hour = floor_hour(clock.now())
    done: list[Aggregation] = []

    def work() -> dict[str, Any]:
        now = clock.now()
        folded = fold_all(sessions, reader, clock=clock, ports=ports)
        since = _since(sessions, hour, purge_cutoff(now, retention_days))
        found = recount(sessions, since=since, closed=hour, pause=pause)
        gone = purge(sessions, now, retention_days, pause=pause)
        done.append(
            Aggregation(
                hour=hour,
                folded=folded,
                recounted=found.spans,
                drifts=found.drifts,
                purged_calls=gone.calls,
                purged_minutes=gone.minutes,
                purged_job_runs=gone.job_runs,
                purged_refresh_tokens=gone.refresh_tokens,
                purged_kept_answers=gone.kept_answers,
            )
        )
        return _to_json(done[0])

    job_service.run_once(sessions, clock, JOB, hour, work)
    return done[0] if done else None


def _since(sessions: sessionmaker[Session], hour: datetime, cutoff: datetime) -> datetime:
    """Give the first hour that no finished run has looked at, within a day at first and within retention later."""
    last = job_service.last_finished_slot(sessions, JOB)
    begin = hour - DAY if last is None else last - HOUR
    return max(begin, cutoff + HOUR)


def _to_json(done: Aggregation) -> dict[str, Any]:
    return {
        "folded": done.folded,
        "recounted": done.recounted,
        "drifts": [
            {
                "api_id": drift.api_id,
                "hour": drift.hour.isoformat(),
                "stored_count": drift.stored_count,
                "counted": drift.counted,
            }
            for drift in done.drifts
        ],
        "purged_calls": done.purged_calls,
        "purged_minutes": done.purged_minutes,
        "purged_job_runs": done.purged_job_runs,
        "purged_refresh_tokens": done.purged_refresh_tokens,
        "purged_kept_answers": done.purged_kept_answers,
    }
