"""The days of single calls: made before their calls come, found by whoever reads, dropped when all of a day is too old.

Called by the fold, the logs, the recount and the purge. A day has a table of its own on both databases: on PostgreSQL
a partition of `calls`, on SQLite one beside it. Calls whose day has no table stand in the table of the rest, and move
when their day gets one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, FromClause, Table, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.schema import CreateIndex, CreateTable

from backend.core.logging import get_logger
from backend.core.moments import microseconds_of, moment_of
from backend.models import Call
from backend.models.call import day_table
from backend.models.call_views import create_views, drop_views
from backend.models.partitions import CALLS, MOMENT, REST, partition_name
from backend.services.spans import DAY
from backend.services.transactions import begin_writing, is_sqlite

DAY_US = 86_400_000_000
DAYS_BACK_MAX = 400
"""Days that are older, or later than tomorrow, have a broken clock behind them and get no table."""
MAKE_WAIT_MS = 500
DROP_WAIT_MS = 1_000
"""While a change of partitions waits for a long reader, everybody else waits behind it: rather another time."""
WHOLE: Table = Call.__table__  # type: ignore[assignment]
log = get_logger(__name__)


class Day(NamedTuple):
    """One UTC day, by its number since 1970."""

    number: int

    @property
    def name(self) -> str:
        """The name of the day's table."""
        return partition_name(f"{self.begins:%Y%m%d}")

    @property
    def begins(self) -> datetime:
        """The day's first moment."""
        return moment_of(self.number * DAY_US)

    @property
    def bounds(self) -> tuple[int, int]:
        """Where the day begins and where it ends, not included, in microseconds since 1970."""
        return self.number * DAY_US, (self.number + 1) * DAY_US


class Part(NamedTuple):
    """Some of the calls: those of one day, or those of none."""

    table: Table
    bounds: tuple[int, int] | None = None
    """The day's, where the table holds other days too: the end not included, microseconds since 1970."""

    def within(self, calls: FromClause) -> tuple[ColumnElement[bool], ...]:
        """Give the conditions that leave other days' calls out of the table, whatever it is called in a statement."""
        if self.bounds is None:
            return ()
        begins, ends = self.bounds
        return calls.c[MOMENT] >= begins, calls.c[MOMENT] < ends


def day_at(moment: datetime) -> Day:
    """Give the day of a moment."""
    return Day(microseconds_of(moment) // DAY_US)


def stored_days(session: Session) -> list[Day]:
    """Give the days that have a table, newest first."""
    if is_sqlite(session):
        names = text("SELECT name FROM sqlite_master WHERE type = 'table' AND name GLOB 'calls_[0-9]*'")
    else:
        names = text("SELECT CAST(inhrelid AS regclass) FROM pg_inherits WHERE inhparent = CAST('calls' AS regclass)")
    ends = [str(name).removeprefix(f"{CALLS}_") for name in session.scalars(names)]
    days = [datetime.strptime(f"{end}+0000", "%Y%m%d%z") for end in ends if end.isdecimal()]
    return sorted(map(day_at, days), reverse=True)


def part_of(session: Session, day: Day) -> Part:
    """Give the calls of a day that has a table.

    On PostgreSQL they are asked of `calls`, which is there whatever becomes of the day.
    """
    return Part(day_table(day.name)) if is_sqlite(session) else Part(WHOLE, day.bounds)


def rest_of(session: Session) -> Part:
    """Give the calls that are in no day's table."""
    return Part(WHOLE if is_sqlite(session) else day_table(partition_name(REST)))


def part_at(session: Session, moment: datetime) -> Part:
    """Give the part that has the calls of a moment's day."""
    day = day_at(moment)
    return part_of(session, day) if day in stored_days(session) else rest_of(session)


def tables_of(session: Session) -> list[Table]:
    """Give the tables that hold all calls together, on SQLite the oldest day's first and the rest's last."""
    days = reversed(stored_days(session)) if is_sqlite(session) else ()
    return [*(day_table(day.name) for day in days), WHOLE]


def parts_between(session: Session, first_us: int, last_us: int) -> list[Part]:
    """Give all parts that can hold calls of some time, both ends included."""
    days = [day for day in stored_days(session) if first_us // DAY_US <= day.number <= last_us // DAY_US]
    return [*(part_of(session, day) for day in days), rest_of(session)]


def make_days(sessions: sessionmaker[Session], moments_us: Iterable[int], now: datetime) -> None:
    """Make what is missing for calls at some moments, for today and for tomorrow.

    Days that cannot be had at once are left for the next time, and the calls go into the rest.
    """
    wanted = _wanted(moments_us, day_at(now))
    with sessions() as session:
        if wanted <= set(stored_days(session)):
            return

    def work(session: Session) -> None:
        # One maker at a time, and the lock before the question: PostgreSQL may answer it from what it remembers of the
        # catalogue, and it is the lock of a table that makes it look again.
        if not is_sqlite(session):
            session.execute(text(f"LOCK TABLE ONLY {CALLS} IN SHARE UPDATE EXCLUSIVE MODE"))
        missing = sorted(wanted - set(stored_days(session)))
        for day in missing:
            (_make_beside if is_sqlite(session) else _make_partition)(session, day)
        if missing:
            _show_all(session)

    _in_short_turn(sessions, MAKE_WAIT_MS, work)


def drop_days(sessions: sessionmaker[Session], cutoff: datetime, leaving: Callable[[datetime], None]) -> int:
    """Drop the days that end at a moment or before, the newest first; give how many calls went.

    Args:
        leaving: takes the beginning of each day before it is dropped.
    """
    with sessions() as session:
        days = [day for day in stored_days(session) if day.begins + DAY <= cutoff]
    total = 0
    for day in days:
        leaving(day.begins)
        with sessions() as session:
            rows = session.scalar(text(f"SELECT count(*) FROM {day.name}")) or 0  # noqa: S608 - our own name

        def work(session: Session, day: Day = day) -> None:
            session.execute(text(f"DROP TABLE IF EXISTS {day.name}"))
            _show_all(session)

        if not _in_short_turn(sessions, DROP_WAIT_MS, work):
            break
        total += rows
    return total


def _wanted(moments_us: Iterable[int], today: Day) -> set[Day]:
    named = {Day(number) for number in {moment // DAY_US for moment in moments_us}}
    return {day for day in named if 0 <= today.number - day.number <= DAYS_BACK_MAX} | {today, Day(today.number + 1)}


def _make_partition(session: Session, day: Day) -> None:
    """Make a day on PostgreSQL, and take into it what stands in the rest.

    Made beside the table and attached to it, which stops only those who use the rest; a new part of the table itself
    would wait for everybody who reads it.
    """
    begins, ends = day.bounds
    rest = partition_name(REST)
    for statement in (
        f"LOCK TABLE {rest} IN ACCESS EXCLUSIVE MODE",
        f"CREATE TABLE {day.name} (LIKE {CALLS} INCLUDING DEFAULTS)",
        *_moves(rest, day),
        f"ALTER TABLE {CALLS} ATTACH PARTITION {day.name} FOR VALUES FROM ({begins}) TO ({ends})",
    ):
        session.execute(text(statement))


def _make_beside(session: Session, day: Day) -> None:
    """Make a day on SQLite, and take into it what stands in the rest."""
    table = day_table(day.name)
    session.execute(CreateTable(table))
    for index in sorted(table.indexes, key=lambda one: str(one.name)):
        session.execute(CreateIndex(index))
    for statement in _moves(CALLS, day):
        session.execute(text(statement))


def _moves(rest: str, day: Day) -> tuple[str, str]:
    """Give the statements that move a day's calls out of the rest."""
    begins, ends = day.bounds
    theirs = f"{MOMENT} >= {begins} AND {MOMENT} < {ends}"
    return (
        f"INSERT INTO {day.name} SELECT * FROM {rest} WHERE {theirs}",  # noqa: S608 - names of our own
        f"DELETE FROM {rest} WHERE {theirs}",  # noqa: S608 - names of our own
    )


def _show_all(session: Session) -> None:
    """Have SQLite's views name the tables that there are; PostgreSQL's name one."""
    if is_sqlite(session):
        names = [table.name for table in tables_of(session)]
        for statement in (*drop_views(), *create_views("sqlite", names)):
            session.execute(text(statement))


def _in_short_turn(sessions: sessionmaker[Session], wait_ms: int, work: Callable[[Session], object]) -> bool:
    """Change days in a transaction that waits for nobody for long; tell whether it was done."""
    try:
        with sessions.begin() as session:
            begin_writing(session)
            if not is_sqlite(session):
                session.execute(text(f"SET LOCAL lock_timeout = {wait_ms}"))
            work(session)
    except OperationalError as error:
        log.warning("days_left_for_later", why=str(error.orig))
        return False
    return True
