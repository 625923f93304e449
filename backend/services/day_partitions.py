"""The days of single calls on PostgreSQL: made before their calls come, dropped when all of a day is too old.

Called by the fold and by the purge; does nothing on SQLite, where a table of calls is one table. Calls whose day has no
partition stand in the partition of the rest, and move when their day gets one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

from backend.core.logging import get_logger
from backend.core.moments import moment_of
from backend.models.partitions import BY_DAY, REST, partition_name
from backend.services.bucket_rows import day_of
from backend.services.spans import DAY
from backend.services.transactions import is_sqlite
from backend.services.usage_rows import DAY_US

DAYS_BACK_MAX = 400
"""Days that are older, or later than tomorrow, have a broken clock behind them and get no partition."""
MAKE_WAIT_MS = 500
DROP_WAIT_MS = 1_000
"""While a change of partitions waits for a long reader, everybody else waits behind it: rather another time."""
log = get_logger(__name__)


class Partition(NamedTuple):
    """One day of one table."""

    table: str
    day: datetime

    @property
    def name(self) -> str:
        """The partition's own name as a table."""
        return partition_name(self.table, f"{self.day:%Y%m%d}")

    @property
    def bounds(self) -> tuple[str, str]:
        """Where the day begins and where it ends, not included."""
        return f"'{self.day:%Y-%m-%d}'", f"'{self.day + DAY:%Y-%m-%d}'"


def make_partitions(sessions: sessionmaker[Session], moments_us: Iterable[int], now: datetime) -> None:
    """Make what is missing for calls at some moments, for today and for tomorrow.

    Partitions that cannot be had at once are left for the next time, and the calls go into the rest.
    """
    with sessions() as session:
        if is_sqlite(session):
            return
        wanted = _wanted(moments_us, day_of(now))
        if not _missing(session, wanted):
            return

    def work(session: Session) -> None:
        # One maker at a time, and the lock before the question: PostgreSQL may answer it from what it remembers of the
        # catalogue, and it is the lock of a table that makes it look again.
        for table in BY_DAY:
            session.execute(text(f"LOCK TABLE ONLY {table} IN SHARE UPDATE EXCLUSIVE MODE"))
        for partition in _missing(session, wanted):
            _make(session, partition)

    _in_short_turn(sessions, MAKE_WAIT_MS, work)


def drop_days(
    sessions: sessionmaker[Session], table: str, cutoff: datetime, leaving: Callable[[datetime], None]
) -> int:
    """Drop the days of a table that end at a moment or before; give how many rows went.

    Args:
        leaving: takes the beginning of each day before it is dropped.
    """
    total = 0
    for partition in _stored(sessions, table):
        if partition.day + DAY > cutoff:
            break
        leaving(partition.day)
        with sessions() as session:
            rows = session.scalar(text(f"SELECT count(*) FROM {partition.name}")) or 0  # noqa: S608 - our own name
        drop = text(f"DROP TABLE IF EXISTS {partition.name}")
        if not _in_short_turn(sessions, DROP_WAIT_MS, lambda session, drop=drop: session.execute(drop)):  # type: ignore[misc]
            break
        total += rows
    return total


def _wanted(moments_us: Iterable[int], today: datetime) -> list[Partition]:
    named = {moment_of(day * DAY_US) for day in {moment // DAY_US for moment in moments_us}}
    days = {day for day in named if timedelta() <= today - day <= DAYS_BACK_MAX * DAY} | {today, today + DAY}
    return [Partition(table, day) for day in sorted(days) for table in BY_DAY]


def _missing(session: Session, wanted: Sequence[Partition]) -> list[Partition]:
    there = text("SELECT name FROM unnest(CAST(:names AS text[])) AS name WHERE to_regclass(name) IS NOT NULL")
    found = set(session.scalars(there, {"names": [partition.name for partition in wanted]}))
    return [partition for partition in wanted if partition.name not in found]


def _stored(sessions: sessionmaker[Session], table: str) -> list[Partition]:
    """Give the days that a table has, oldest first."""
    names = text("SELECT CAST(inhrelid AS regclass) FROM pg_inherits WHERE inhparent = CAST(:name AS regclass)")
    with sessions() as session:
        ends = [name.removeprefix(f"{table}_") for name in session.scalars(names, {"name": table})]
    days = sorted(datetime.strptime(end, "%Y%m%d").replace(tzinfo=UTC) for end in ends if end.isdecimal())
    return [Partition(table, day) for day in days]


def _make(session: Session, partition: Partition) -> None:
    """Make a day, and take into it what stands in the rest.

    Made beside the table and attached to it, which stops only those who use the rest; a new part of the table itself
    would wait for everybody who reads it.
    """
    (table, name, (begins, ends)), moment = (partition.table, partition.name, partition.bounds), BY_DAY[partition.table]
    rest = partition_name(table, REST)
    for statement in (
        f"LOCK TABLE {rest} IN ACCESS EXCLUSIVE MODE",
        f"CREATE TABLE {name} (LIKE {table} INCLUDING DEFAULTS)",
        f"INSERT INTO {name} SELECT * FROM {rest} WHERE {moment} >= {begins} AND {moment} < {ends}",  # noqa: S608
        f"DELETE FROM {rest} WHERE {moment} >= {begins} AND {moment} < {ends}",  # noqa: S608
        f"ALTER TABLE {table} ATTACH PARTITION {name} FOR VALUES FROM ({begins}) TO ({ends})",
    ):
        session.execute(text(statement))


def _in_short_turn(sessions: sessionmaker[Session], wait_ms: int, work: Callable[[Session], object]) -> bool:
    """Change partitions in a transaction that waits for nobody for long; tell whether it was done."""
    try:
        with sessions.begin() as session:
            session.execute(text(f"SET LOCAL lock_timeout = {wait_ms}"))
            work(session)
    except OperationalError as error:
        log.warning("partitions_left_for_later", why=str(error.orig))
        return False
    return True
