"""Single calls have a table for each day: who makes it, who drops it, and who reads it alone. On both databases."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, func, inspect, select, text
from sqlalchemy.orm import Session, sessionmaker

from backend.core.clock import FrozenClock
from backend.core.ids import moment_in, new_request_id, request_id_at
from backend.core.moments import microseconds_of
from backend.engine.metering.calls import Calls
from backend.engine.metering.reader import JournalReader
from backend.models import APIRequest, APIUsageEvent, CallPlace
from backend.services import call_days
from backend.services.call_days import make_days
from backend.services.call_rows import known_request_ids
from backend.services.journal_service import fold_all
from backend.services.retention_service import purge
from backend.services.transactions import is_sqlite
from tests.databases import opened
from tests.metering import NOON, append, export_apis, record

Sessions = sessionmaker[Session]
DAY = timedelta(days=1)


@pytest.fixture
def postgres(postgres_uri: str) -> Iterator[Sessions]:
    """Give sessions on PostgreSQL."""
    with opened(postgres_uri) as made:
        yield made


def parts(sessions: Sessions) -> list[str]:
    """Give what the names of the days' tables end with."""
    engine = sessions.kw["bind"]
    names = [name.removeprefix("calls_") for name in inspect(engine).get_table_names() if name.startswith("calls_")]
    return sorted(name for name in names if name.isdecimal())


def counts(sessions: Sessions) -> dict[str, int]:
    """Give how many calls each table holds that holds any; `rest` for those of no day."""
    with sessions() as session:
        rest = "calls" if is_sqlite(session) else "calls_rest"
        tables = {"rest": rest, **{day: f"calls_{day}" for day in parts(sessions)}}
        found = {part: session.scalar(text(f"SELECT count(*) FROM {name}")) for part, name in tables.items()}  # noqa: S608
    return {part: number for part, number in found.items() if number}


def test_the_fold_makes_the_days_of_its_calls_and_the_next(
    sessions: Sessions, folder: Path, reader: JournalReader, account_id: str, clock: FrozenClock
) -> None:
    """A day is there before its first call; what a broken clock names gets none, and is kept all the same."""
    (api_id,) = export_apis(sessions, account_id=account_id)
    times = [NOON, NOON - 2 * DAY, NOON + 9 * DAY, NOON - 500 * DAY]
    append(folder, *(record(api_id, at, account_id=account_id) for at in times))
    assert fold_all(sessions, reader, clock=clock) == 4
    assert parts(sessions) == ["20260312", "20260314", "20260315"]
    assert counts(sessions) == {"20260312": 1, "20260314": 1, "rest": 2}
    with sessions() as session:
        assert session.scalars(select(APIUsageEvent.occurred_at).order_by(APIUsageEvent.id)).all() == times
        assert session.scalars(select(APIRequest.timestamp).order_by(APIRequest.id)).all() == times


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
    assert counts(sessions) == {"20260323": 2}


def test_ids_count_the_calls_of_all_days_and_never_repeat(
    sessions: Sessions, folder: Path, reader: JournalReader, account_id: str, clock: FrozenClock
) -> None:
    """Who follows a log asks for what was recorded after a call: a purge must not begin the numbers anew."""
    append(folder, *(record(9, NOON - number * DAY, account_id=account_id) for number in (0, 3, 500, 3, 0)))
    fold_all(sessions, reader, clock=clock)
    clock.moment = NOON + 40 * DAY
    assert purge(sessions, clock.moment, 1).calls == 5
    append(folder, record(9, clock.moment, account_id=account_id))
    fold_all(sessions, reader, clock=clock)
    with sessions() as session:
        assert session.scalars(select(APIUsageEvent.id)).all() == [6]


def test_a_place_is_written_once(
    sessions: Sessions, folder: Path, reader: JournalReader, account_id: str, clock: FrozenClock
) -> None:
    """Whatever a thousand calls have in common stands in one row, in one fold and in the next."""
    for _ in range(2):
        calls = [record(9, NOON, account_id=account_id, key_id=("a", None)[at % 2]) for at in range(20)]
        append(folder, *calls, record(9, NOON, account_id=account_id, key_id="a", method="PUT"))
        fold_all(sessions, reader, clock=clock)
    with sessions() as session:
        places = session.execute(select(CallPlace.key_id, CallPlace.method).order_by(CallPlace.id)).all()
        assert sorted(map(str, places)) == ["('a', 'POST')", "('a', 'PUT')", "(None, 'POST')"]
        assert session.scalar(select(func.count(APIUsageEvent.id))) == 42


def test_many_may_make_the_same_days(sessions: Sessions) -> None:
    """Two folds that meet at midnight both go on."""
    moments = [microseconds_of(NOON - number * DAY) for number in range(5)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: make_days(sessions, moments, NOON), range(8)))
    assert len(parts(sessions)) == 5 + len(["tomorrow"])


def test_days_that_another_makes_meanwhile_are_not_made_again(postgres: Sessions) -> None:
    """Who waited for its turn sees what was made in the turn before, though it asked already."""
    with ThreadPoolExecutor(1) as pool, postgres.begin() as other:
        other.execute(text("LOCK TABLE ONLY calls IN SHARE UPDATE EXCLUSIVE MODE"))
        late = pool.submit(make_days, postgres, (), NOON)
        while not late.done() and not other.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")):
            time.sleep(0.01)
        begins = microseconds_of(NOON.replace(hour=0))
        days = f"FROM ({begins}) TO ({begins + 86_400_000_000})"
        other.execute(text(f"CREATE TABLE calls_20260314 PARTITION OF calls FOR VALUES {days}"))
        other.commit()
        late.result()
    assert parts(postgres) == ["20260314", "20260315"]


def test_who_reads_for_long_holds_up_no_fold(
    postgres: Sessions,
    folder: Path,
    reader: JournalReader,
    account_id: str,
    clock: FrozenClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A backup over midnight has the calls go into the rest, and they move once it is over."""
    monkeypatch.setattr(call_days, "MAKE_WAIT_MS", 20)
    append(folder, record(9, account_id=account_id))
    with postgres.begin() as backup:
        backup.scalar(select(func.count(APIUsageEvent.id)))
        assert fold_all(postgres, reader, clock=clock) == 1
    assert counts(postgres) == {"rest": 1}
    append(folder, record(9, account_id=account_id))
    fold_all(postgres, reader, clock=clock)
    assert counts(postgres) == {"20260314": 2}


def test_a_purge_drops_days_and_waits_for_no_reader(
    sessions: Sessions,
    folder: Path,
    reader: JournalReader,
    account_id: str,
    clock: FrozenClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whole days go without a row being looked for; one that somebody reads on PostgreSQL goes at the next purge."""
    monkeypatch.setattr(call_days, "DROP_WAIT_MS", 20)
    append(folder, *(record(9, NOON + number * DAY, account_id=account_id) for number in range(-3, 1)))
    fold_all(sessions, reader, clock=clock)
    with sessions.begin() as backup:
        backup.scalar(select(func.count(APIUsageEvent.id)))
        gone = 2 if is_sqlite(backup) else 0
        assert purge(sessions, NOON, 1).calls == gone
    assert purge(sessions, NOON, 1).calls == 2 - gone
    assert parts(sessions) == ["20260313", "20260314", "20260315"]
    assert counts(sessions) == {"20260313": 1, "20260314": 1}


def test_a_dropped_day_is_not_written_once_more(sqlite_uri: str) -> None:
    """Some builds of SQLite fill each page that becomes free with zeros: a busy day holds the lock for seconds."""
    with opened(sqlite_uri) as sessions, sessions() as session:
        assert session.scalar(text("PRAGMA secure_delete")) == len(["off", "on", "fast"]) - 1


def test_known_calls_are_looked_for_in_their_days_alone(sessions: Sessions) -> None:
    """However many days are kept, a fold looks into those that its batch names."""
    make_days(sessions, [microseconds_of(NOON - number * DAY) for number in range(10)], NOON)
    asked: list[tuple[str, object]] = []
    with sessions() as session:
        engine = session.get_bind()
        assert isinstance(engine, Engine)
        event.listen(engine, "before_cursor_execute", lambda *given: asked.append((given[2], given[3])))
        known_request_ids(session, Calls.of([record(1, datetime(2026, 3, 10, 8, tzinfo=UTC), account_id="a")]))
        looked = [one for one in asked if "request_id IN" in one[0]]
        explain = "EXPLAIN QUERY PLAN" if is_sqlite(session) else "EXPLAIN"
        plans = [
            str(row)
            for statement, parameters in looked
            for row in session.connection().exec_driver_sql(f"{explain} {statement}", parameters)  # type: ignore[arg-type]
        ]
    plan = "\n".join(plans)
    assert "calls_20260310" in plan
    assert "calls_20260311" not in plan


def test_an_id_tells_when_it_was_made() -> None:
    """Its day is where the call is looked for first; any other text tells nothing."""
    assert moment_in(request_id_at(1_764_500_000_123)) == 1_764_500_000_123
    assert moment_in(new_request_id().upper()) is None
    assert moment_in("req_1") is None
    assert moment_in("") is None
