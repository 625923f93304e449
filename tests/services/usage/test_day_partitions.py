"""PostgreSQL keeps a partition of single calls for each day: who makes it, who drops it, and who reads it alone."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, delete, event, func, select, text
from sqlalchemy.orm import Session, sessionmaker

from backend.core.clock import FrozenClock
from backend.core.moments import microseconds_of
from backend.engine.metering.calls import Calls
from backend.engine.metering.reader import JournalReader
from backend.models import APIRequest, APIUsageEvent, ExportedAPI
from backend.services import day_partitions
from backend.services.day_partitions import make_partitions
from backend.services.journal_service import fold_all
from backend.services.retention_service import purge
from backend.services.usage_rows import known_request_ids
from tests.databases import opened
from tests.metering import NOON, append, export_apis, record

Sessions = sessionmaker[Session]
DAY = timedelta(days=1)
TABLES = ("api_requests", "api_usage_events")


@pytest.fixture
def sessions(postgres_uri: str) -> Iterator[Sessions]:
    """Give sessions on PostgreSQL."""
    with opened(postgres_uri) as made:
        yield made


def parts(sessions: Sessions, table: str = "api_usage_events") -> list[str]:
    """Give what the names of a table's partitions end with."""
    names = text("SELECT relname FROM pg_class WHERE relispartition AND relkind = 'r' AND starts_with(relname, :table)")
    with sessions() as session:
        return sorted(name.removeprefix(f"{table}_") for name in session.scalars(names, {"table": table}))


def stands_in(sessions: Sessions) -> list[str]:
    """Give the partition of each event, in the order in which they were written."""
    with sessions() as session:
        return list(session.scalars(text("SELECT tableoid::regclass::text FROM api_usage_events ORDER BY id")))


def test_the_fold_makes_the_days_of_its_calls_and_the_next(
    sessions: Sessions, folder: Path, reader: JournalReader, account_id: str, clock: FrozenClock
) -> None:
    """A day is there before its first call; what a broken clock names gets none, and is kept all the same."""
    (api_id,) = export_apis(sessions, account_id=account_id)
    times = [NOON, NOON - 2 * DAY, NOON + 9 * DAY, NOON - 500 * DAY]
    append(folder, *(record(api_id, at, account_id=account_id) for at in times))
    assert fold_all(sessions, reader, clock=clock) == 4
    for table in TABLES:
        assert parts(sessions, table) == ["20260312", "20260314", "20260315", "rest"]
    assert stands_in(sessions) == [
        "api_usage_events_20260314", "api_usage_events_20260312", "api_usage_events_rest", "api_usage_events_rest"
    ]  # fmt: skip


def test_calls_of_the_rest_move_when_their_day_comes(
    sessions: Sessions, folder: Path, reader: JournalReader, account_id: str, clock: FrozenClock
) -> None:
    """A clock that was nine days ahead stops no fold nine days later, and its calls still count once."""
    early = record(9, NOON + 9 * DAY, account_id=account_id)
    append(folder, early)
    fold_all(sessions, reader, clock=clock)
    clock.moment = NOON + 9 * DAY
    append(folder, record(9, NOON + 9 * DAY, account_id=account_id), early)
    assert fold_all(sessions, reader, clock=clock) == 1
    assert stands_in(sessions) == ["api_usage_events_20260323"] * 2


def test_many_may_make_the_same_days(sessions: Sessions) -> None:
    """Two folds that meet at midnight both go on."""
    moments = [microseconds_of(NOON - number * DAY) for number in range(5)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: make_partitions(sessions, moments, NOON), range(8)))
    assert len(parts(sessions)) == 5 + len(["tomorrow", "rest"])


def test_days_that_another_makes_meanwhile_are_not_made_again(sessions: Sessions) -> None:
    """Who waited for its turn sees what was made in the turn before, though it asked already."""
    with ThreadPoolExecutor(1) as pool, sessions.begin() as other:
        other.execute(text("LOCK TABLE ONLY api_requests IN SHARE UPDATE EXCLUSIVE MODE"))
        late = pool.submit(make_partitions, sessions, (), NOON)
        while not late.done() and not other.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")):
            time.sleep(0.01)
        for table in TABLES:
            days = "FROM ('2026-03-14') TO ('2026-03-15')"
            other.execute(text(f"CREATE TABLE {table}_20260314 PARTITION OF {table} FOR VALUES {days}"))
        other.commit()
        late.result()
    for table in TABLES:
        assert parts(sessions, table) == ["20260314", "20260315", "rest"]


def test_who_reads_for_long_holds_up_no_fold(
    sessions: Sessions,
    folder: Path,
    reader: JournalReader,
    account_id: str,
    clock: FrozenClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A backup over midnight has the calls go into the rest, and they move once it is over."""
    monkeypatch.setattr(day_partitions, "MAKE_WAIT_MS", 20)
    append(folder, record(9, account_id=account_id))
    with sessions.begin() as backup:
        backup.scalar(select(func.count(APIUsageEvent.id)))
        assert fold_all(sessions, reader, clock=clock) == 1
    assert parts(sessions) == ["rest"]
    append(folder, record(9, account_id=account_id))
    fold_all(sessions, reader, clock=clock)
    assert stands_in(sessions) == ["api_usage_events_20260314"] * 2


def test_a_purge_drops_days_and_waits_for_no_reader(
    sessions: Sessions,
    folder: Path,
    reader: JournalReader,
    account_id: str,
    clock: FrozenClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whole days go without a row being looked for; one that somebody reads goes at the next purge."""
    monkeypatch.setattr(day_partitions, "DROP_WAIT_MS", 20)
    append(folder, *(record(9, NOON + number * DAY, account_id=account_id) for number in range(-3, 1)))
    fold_all(sessions, reader, clock=clock)
    with sessions.begin() as backup:
        backup.scalar(select(func.count(APIUsageEvent.id)))
        assert purge(sessions, NOON, 1).usage_events == 0
    assert purge(sessions, NOON, 1).usage_events == 2
    assert parts(sessions) == ["20260313", "20260314", "20260315", "rest"]


def test_deleting_an_api_takes_its_calls_of_every_day(
    sessions: Sessions, folder: Path, reader: JournalReader, clock: FrozenClock
) -> None:
    """Foreign keys hold across partitions, those that were made later included."""
    api_id, other = export_apis(sessions, 2)
    append(folder, *(record(api, NOON - number * DAY) for number in range(3) for api in (api_id, other)))
    fold_all(sessions, reader, clock=clock)
    with sessions.begin() as session:
        session.execute(delete(ExportedAPI).where(ExportedAPI.id == api_id))
        assert set(session.scalars(select(APIRequest.api_id))) == {other}


def test_known_calls_are_looked_for_in_their_days_alone(sessions: Sessions) -> None:
    """However many days are kept, a fold looks into those that its batch names."""
    make_partitions(sessions, [microseconds_of(NOON - number * DAY) for number in range(10)], NOON)
    asked: list[tuple[str, tuple[str, ...]]] = []
    with sessions() as session:
        engine = session.get_bind()
        assert isinstance(engine, Engine)
        event.listen(engine, "before_cursor_execute", lambda *given: asked.append((given[2], given[3])))
        known_request_ids(session, Calls.of([record(1, datetime(2026, 3, 10, 8, tzinfo=UTC), account_id="a")]))
        ((statement, parameters),) = asked
        plan = "\n".join(session.connection().exec_driver_sql(f"EXPLAIN {statement}", parameters).scalars())
    assert "api_usage_events_20260310" in plan
    assert "api_usage_events_20260311" not in plan
