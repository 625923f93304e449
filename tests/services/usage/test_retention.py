"""Single calls go after their time; what they add up to stays. On both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from backend.core.clock import FrozenClock
from backend.engine.metering.reader import JournalReader
from backend.models import APIUsageEvent, APIUsageRollupDay
from backend.services import call_purge
from backend.services.aggregation_service import aggregate
from backend.services.journal_service import fold_all
from backend.services.retention_service import purge
from tests.metering import NOON, append, record

Sessions = sessionmaker[Session]
RETENTION_DAYS = 30
CUTOFF = NOON - timedelta(days=RETENTION_DAYS)
HOUR = timedelta(hours=1)
NO_DAY = NOON - timedelta(days=500)
"""So long ago that no day is kept for it."""
BROKEN_CLOCK = datetime(2099, 1, 1, tzinfo=UTC)


def moments(sessions: Sessions) -> list[datetime]:
    """Give when the events that are there occurred, in the order in which they were written."""
    with sessions() as session:
        return list(session.scalars(select(APIUsageEvent.occurred_at).order_by(APIUsageEvent.id)))


def test_events_are_purged_in_steps_and_rollups_stay(
    sessions: Sessions, folder: Path, reader: JournalReader, account_id: str, clock: FrozenClock
) -> None:
    """A log is as long as the retention, also where more is too old than one step takes; usage goes back further."""
    new = CUTOFF + 24 * HOUR
    many = call_purge.ROWS_PER_STEP + 10
    calls = [record(9, NO_DAY, account_id=account_id) for _ in range(many)]
    append(folder, *calls, record(9, new, account_id=account_id))
    fold_all(sessions, reader, clock=clock)
    pauses: list[None] = []
    done = aggregate(sessions, reader, clock, RETENTION_DAYS, pause=lambda: pauses.append(None))
    assert done is not None
    assert done.purged_calls == many
    assert pauses
    assert moments(sessions) == [new]
    with sessions() as session:
        assert session.scalar(select(func.sum(APIUsageRollupDay.calls))) == many + 1


def test_a_call_goes_with_its_day(
    sessions: Sessions, folder: Path, reader: JournalReader, account_id: str, clock: FrozenClock
) -> None:
    """The day that is partly too old waits until all of it is."""
    midnight = CUTOFF.replace(hour=0)
    times = [midnight - HOUR, midnight, CUTOFF - HOUR, CUTOFF]
    append(folder, *(record(9, at, account_id=account_id) for at in times))
    fold_all(sessions, reader, clock=clock)
    assert purge(sessions, NOON, RETENTION_DAYS).calls == 1
    assert moments(sessions) == times[1:]
    assert purge(sessions, NOON + 12 * HOUR, RETENTION_DAYS).calls == 3
    assert moments(sessions) == []


def test_a_broken_clock_stops_no_purge(
    sessions: Sessions,
    folder: Path,
    reader: JournalReader,
    account_id: str,
    clock: FrozenClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Calls of the future stand before those that are too old, more of them than one step looks at."""
    monkeypatch.setattr(call_purge, "ROWS_PER_STEP", 3)
    times = [*[BROKEN_CLOCK] * 7, NO_DAY, NO_DAY]
    append(folder, *(record(9, at, account_id=account_id) for at in times))
    fold_all(sessions, reader, clock=clock)
    assert purge(sessions, NOON, RETENTION_DAYS).calls == 2
    assert moments(sessions) == [BROKEN_CLOCK] * 7


def test_a_call_that_came_late_goes_with_its_neighbours(
    sessions: Sessions,
    folder: Path,
    reader: JournalReader,
    account_id: str,
    clock: FrozenClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is too old stands at the beginning: a purge looks no further than the first calls that stay."""
    monkeypatch.setattr(call_purge, "ROWS_PER_STEP", 3)
    # None of these days has a table: they stand in the rest, as they came.
    ahead = NOON + timedelta(days=9)
    append(folder, *(record(9, at, account_id=account_id) for at in [NO_DAY, *[ahead] * 6, NO_DAY]))
    fold_all(sessions, reader, clock=clock)
    assert purge(sessions, ahead, RETENTION_DAYS).calls == 1
    assert moments(sessions) == [*[ahead] * 6, NO_DAY]
    assert purge(sessions, ahead + timedelta(days=31), RETENTION_DAYS).calls == 7
    assert moments(sessions) == []
