"""A day of an API is what its hours add up to, whoever wrote them. On both databases."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from backend.core.clock import FrozenClock
from backend.engine.metering.buckets import Bucket
from backend.engine.metering.reader import JournalReader
from backend.models import APIMetric, APIMetricDay, APIMetricMinute
from backend.services.aggregation_service import aggregate
from backend.services.bucket_rows import DAYS, HOURS, Span, bucket_columns, bucket_of, day_of
from backend.services.journal_service import FoldPorts, fold_once
from tests.metering import NOON, append, export_apis, record

Sessions = sessionmaker[Session]
HOUR = timedelta(hours=1)
RETENTION_DAYS = 30


def days(sessions: Sessions) -> dict[Span, tuple[Bucket, list[int]]]:
    """Give the rows of days, with the calls of each hour."""
    with sessions() as session:
        rows = session.execute(select(DAYS.c.api_id, DAYS.c.day_timestamp, DAYS.c.hour_counts, *bucket_columns(DAYS)))
        return {(row.api_id, row.day_timestamp): (bucket_of(row), row.hour_counts) for row in rows}


def added_up(sessions: Sessions) -> dict[Span, tuple[Bucket, list[int]]]:
    """Give the same out of the rows of hours."""
    found: dict[Span, tuple[Bucket, list[int]]] = {}
    with sessions() as session:
        for row in session.execute(select(HOURS.c.api_id, HOURS.c.hour_timestamp, *bucket_columns(HOURS))):
            day, counts = found.setdefault((row.api_id, day_of(row.hour_timestamp)), (Bucket(), [0] * 24))
            day.merge(bucket_of(row))
            counts[row.hour_timestamp.hour] += row.request_count
    return found


def check(sessions: Sessions) -> None:
    """Hold every day against its hours."""
    stored, wanted = days(sessions), added_up(sessions)
    assert stored.keys() == wanted.keys()
    for span, (day, counts) in wanted.items():
        assert stored[span][0].agrees_with(day)
        assert stored[span][1] == counts


def test_a_day_is_what_its_hours_add_up_to(sessions: Sessions, folder: Path, reader: JournalReader) -> None:
    """In however many folds the calls come, and across midnight."""
    apis = export_apis(sessions, 2)
    for part in range(3):
        append(
            folder,
            *(
                record(
                    apis[number % 2],
                    NOON + number * timedelta(minutes=47),
                    status_code=(200, 200, 429, 500)[number % 4],
                    response_time=0.001 * (1 + number * 7 % 11),
                )
                for number in range(part, 60, 3)
            ),
        )
        fold_once(sessions, reader)
    assert len(days(sessions)) == 2 * 3
    check(sessions)


def test_a_repaired_hour_repairs_its_day(
    sessions: Sessions, folder: Path, reader: JournalReader, clock: FrozenClock
) -> None:
    """What the recount corrects is corrected on the pages of a month too."""
    (api_id,) = export_apis(sessions)
    append(
        folder, *(record(api_id, NOON + number * HOUR / 2, response_time=0.01 * (1 + number)) for number in range(5))
    )
    fold_once(sessions, reader)
    with sessions.begin() as session:
        session.execute(update(APIMetric).where(APIMetric.hour_timestamp == NOON).values(request_count=99))
        session.execute(update(APIMetricDay).values(request_count=102, hour_counts=[99] * 24))
    clock.moment = NOON + 5 * HOUR
    done = aggregate(sessions, reader, clock, RETENTION_DAYS)
    assert done is not None
    assert len(done.drifts) == 1
    check(sessions)


def test_minutes_of_a_backlog_are_not_written(
    sessions: Sessions, folder: Path, reader: JournalReader, clock: FrozenClock
) -> None:
    """After an outage the fold does not write what the next purge would take; the last hours are there all the same."""
    (api_id,) = export_apis(sessions)
    append(folder, record(api_id, NOON - 4 * HOUR), record(api_id, NOON - HOUR))
    clock.moment = NOON
    fold_once(sessions, reader, clock=clock, ports=FoldPorts(minutes_kept=3 * HOUR))
    with sessions() as session:
        assert session.scalars(select(APIMetricMinute.minute_timestamp)).all() == [NOON - HOUR]
        assert len(session.scalars(select(APIMetric.id)).all()) == 2
