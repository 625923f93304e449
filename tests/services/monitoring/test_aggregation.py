"""Once an hour, closed hours are held against their raw rows, and what is too old goes. On both databases."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session, sessionmaker

from backend.core.clock import FrozenClock
from backend.engine.metering.buckets import Bucket
from backend.engine.metering.journal import JournalWriter
from backend.engine.metering.reader import JournalReader
from backend.engine.metering.records import encode
from backend.models import APIMetric, APIMetricMinute, APIRequest, JobRun
from backend.services import aggregation_service, call_purge, rollup_service
from backend.services.aggregation_service import Aggregation, aggregate
from backend.services.job_service import run_once
from backend.services.journal_service import fold_once
from tests.metering import NOON, append, export_apis, record

Sessions = sessionmaker[Session]
Run = Callable[[], Aggregation]
HOUR = timedelta(hours=1)
RETENTION_DAYS = 30


@pytest.fixture
def run(sessions: Sessions, reader: JournalReader, clock: FrozenClock) -> Run:
    """Gives the aggregation of the clock's present hour, which must not have run yet."""

    def run_it() -> Aggregation:
        done = aggregate(sessions, reader, clock, RETENTION_DAYS)
        assert done is not None
        return done

    return run_it


def hours(sessions: Sessions) -> list[APIMetric]:
    """Give the hour buckets, oldest first."""
    with sessions() as session:
        return list(session.scalars(select(APIMetric).order_by(APIMetric.hour_timestamp, APIMetric.api_id)))


def test_a_closed_hour_that_agrees_is_recounted_once(
    sessions: Sessions, folder: Path, clock: FrozenClock, run: Run
) -> None:
    """No drift is reported where there is none, and the open hour is left alone."""
    (api_id,) = export_apis(sessions)
    append(
        folder, *(record(api_id, NOON + timedelta(minutes=7 * number), response_time=0.1 / 3) for number in range(10))
    )
    clock.moment = NOON + HOUR + timedelta(minutes=10)
    done = run()
    assert (done.folded, done.recounted, done.drifts) == (10, 1, ())
    assert [hour.is_recounted for hour in hours(sessions)] == [True, False]
    clock.advance(3600)
    assert run().recounted == 1
    clock.advance(3600)
    assert run().recounted == 0


def test_drift_is_repaired_and_reported(sessions: Sessions, folder: Path, clock: FrozenClock, run: Run) -> None:
    """A bucket that somebody changed is what its raw rows say again, percentiles included."""
    (api_id,) = export_apis(sessions)
    append(folder, *(record(api_id, response_time=0.1 * (number + 1)) for number in range(5)))
    clock.moment = NOON + HOUR
    fold_once(sessions, JournalReader(folder))
    before = hours(sessions)[0]
    with sessions.begin() as session:
        session.execute(update(APIMetric).values(request_count=99, error_count=7, sketch=None))
    (drift,) = run().drifts
    assert (drift.api_id, drift.hour, drift.stored_count, drift.counted) == (api_id, NOON, 99, 5)
    after = hours(sessions)[0]
    assert (after.request_count, after.error_count, after.sketch) == (5, 0, before.sketch)
    assert after.is_recounted
    with sessions() as session:
        result = session.scalars(select(JobRun)).one().result
    assert result is not None
    assert result["drifts"][0]["stored_count"] == 99


def test_a_bucket_that_is_missing_is_made(sessions: Sessions, folder: Path, clock: FrozenClock, run: Run) -> None:
    """Raw rows without a bucket are found, also after hours in which nothing ran."""
    (api_id,) = export_apis(sessions)
    append(folder, record(api_id), record(api_id))
    fold_once(sessions, JournalReader(folder))
    with sessions.begin() as session:
        session.execute(delete(APIMetric))
    clock.moment = NOON + 5 * HOUR
    (drift,) = run().drifts
    assert (drift.stored_count, drift.counted) == (-1, 2)
    assert [hour.request_count for hour in hours(sessions)] == [2]


def test_a_bucket_that_changes_meanwhile_is_left_for_the_next_time(
    sessions: Sessions, folder: Path, clock: FrozenClock, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A late call folded between looking and writing is not overwritten."""
    (api_id,) = export_apis(sessions)
    append(folder, record(api_id))
    fold_once(sessions, JournalReader(folder))
    with sessions.begin() as session:
        session.execute(update(APIMetric).values(error_count=7))
    clock.moment = NOON + HOUR

    count = rollup_service._counted_buckets

    def fold_another(session: Session, hour: datetime, api_ids: Sequence[int]) -> Mapping[int, Bucket]:
        counted = count(session, hour, api_ids)
        monkeypatch.undo()
        append(folder, record(api_id))
        fold_once(sessions, JournalReader(folder))
        return counted

    monkeypatch.setattr(rollup_service, "_counted_buckets", fold_another)
    assert run().drifts == ()
    assert [(hour.request_count, hour.is_recounted) for hour in hours(sessions)] == [(2, False)]
    clock.advance(3600)
    assert len(run().drifts) == 1


def test_many_apis_are_recounted_a_step_at_a_time(
    sessions: Sessions, folder: Path, clock: FrozenClock, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each API is held against its own rows, whichever others share its step, and only what differs is repaired."""
    monkeypatch.setattr(rollup_service, "APIS_PER_STEP", 3)
    monkeypatch.setattr(rollup_service, "ROWS_PER_FETCH", 2)
    apis = export_apis(sessions, 7)
    append(
        folder, *(record(api_id, NOON + HOUR * (place % 2)) for place, api_id in enumerate(apis) for _ in range(place))
    )
    fold_once(sessions, JournalReader(folder))
    damaged, lost = apis[2], apis[5]
    with sessions.begin() as session:
        session.execute(update(APIMetric).where(APIMetric.api_id == damaged).values(request_count=99))
        session.execute(delete(APIMetric).where(APIMetric.api_id == lost))
    clock.moment = NOON + 2 * HOUR
    done = run()
    found = sorted((drift.api_id, drift.stored_count, drift.counted) for drift in done.drifts)
    assert (done.recounted, found) == (6, [(damaged, 99, 2), (lost, -1, 5)])
    assert [(hour.api_id, hour.request_count, hour.is_recounted) for hour in hours(sessions)] == [
        *((api_id, place, True) for place, api_id in enumerate(apis) if place and not place % 2),
        *((api_id, place, True) for place, api_id in enumerate(apis) if place % 2),
    ]


def test_the_journal_is_folded_before_the_recount(
    sessions: Sessions, folder: Path, clock: FrozenClock, run: Run
) -> None:
    """A closed hour is whole before it is looked at, though its worker still lives."""
    (api_id,) = export_apis(sessions)
    writer = JournalWriter(folder)
    writer.append(encode(record(api_id)))
    clock.moment = NOON + HOUR
    assert (run().recounted, [hour.is_recounted for hour in hours(sessions)]) == (1, [True])
    writer.close()


def test_old_rows_go_and_their_buckets_stay(
    sessions: Sessions, folder: Path, clock: FrozenClock, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The log is kept for its days; what the dashboard shows of older days is kept for ever."""
    monkeypatch.setattr(call_purge, "ROWS_PER_STEP", 3)
    (api_id,) = export_apis(sessions)
    append(folder, *(record(api_id, NOON) for _ in range(8)), record(api_id, NOON + 40 * 24 * HOUR))
    clock.moment = NOON + 40 * 24 * HOUR + HOUR
    done = run()
    assert (done.purged_calls, done.purged_minutes, done.recounted) == (8, 8 // 8, 2)
    old, new = hours(sessions)
    assert (old.request_count, old.is_purged, new.request_count, new.is_purged) == (8, True, 1, False)
    with sessions() as session:
        assert session.scalar(select(func.count(APIRequest.id))) == 1
        assert session.scalar(select(func.count(APIMetricMinute.id))) == 1


def test_a_purged_hour_is_never_recounted(sessions: Sessions, folder: Path, clock: FrozenClock, run: Run) -> None:
    """Late calls of a purged hour are added to its bucket; a recount would wipe the rest out."""
    (api_id,) = export_apis(sessions)
    append(folder, *(record(api_id) for _ in range(4)))
    clock.moment = NOON + 31 * 24 * HOUR
    run()
    append(folder, record(api_id))
    clock.advance(3600)
    done = run()
    assert (done.recounted, done.drifts, done.purged_calls) == (0, (), 1)
    assert [hour.request_count for hour in hours(sessions)] == [5]


def test_an_hour_is_aggregated_once(sessions: Sessions, reader: JournalReader, clock: FrozenClock, run: Run) -> None:
    """However many workers and machines ask, one runs it."""
    run()
    assert aggregate(sessions, reader, clock, RETENTION_DAYS) is None
    clock.advance(3600)
    run()


def test_a_run_that_died_is_taken_over(sessions: Sessions, clock: FrozenClock) -> None:
    """A machine that is switched off in the middle does not block the hour, nor does it when it comes back."""

    def die() -> dict[str, int]:
        raise SystemExit

    with sessions.begin() as session:
        session.add(JobRun(job="job", slot=NOON, started_at=clock.now()))
    assert run_once(sessions, clock, "job", NOON, lambda: {"ran": 1}) is None
    clock.advance(15 * 60 + 1)
    assert run_once(sessions, clock, "job", NOON, lambda: {"ran": 2}) == {"ran": 2}
    assert run_once(sessions, clock, "job", NOON, lambda: {"ran": 3}) is None
    with pytest.raises(SystemExit):
        run_once(sessions, clock, "job", NOON + HOUR, die)
    assert run_once(sessions, clock, "job", NOON + HOUR, lambda: {"ran": 4}) == {"ran": 4}


def test_a_run_that_was_taken_over_reports_nothing(sessions: Sessions, clock: FrozenClock) -> None:
    """The one that took over is the one whose result is kept."""

    def outlive() -> dict[str, str]:
        clock.advance(16 * 60)
        assert run_once(sessions, clock, "job", NOON, lambda: {"by": "the second"}) is not None
        return {"by": "the first"}

    run_once(sessions, clock, "job", NOON, outlive)
    with sessions() as session:
        assert session.scalars(select(JobRun)).one().result == {"by": "the second"}


def test_old_runs_are_forgotten(sessions: Sessions, clock: FrozenClock, run: Run) -> None:
    """The table of runs does not grow for ever."""
    run()
    clock.advance(91 * 24 * 3600)
    assert run().purged_job_runs == 1
    assert aggregation_service.JOB == "aggregate_metrics"
