"""The purge of single calls: whole days on PostgreSQL, ranges of ids on SQLite and of what belongs to no day.

Called by retention. Calls are written nearly in order of time, so those that are too old stand at the beginning of
their table, and no index on time is needed to find them: one that is younger than its neighbours stays, one that came
late goes with those it stands among.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import FromClause, Row, Table, column, delete, func, select, table
from sqlalchemy.orm import Session, sessionmaker

from backend.models.base import UTCDateTime
from backend.models.partitions import BY_DAY, REST, partition_name
from backend.services.bucket_rows import day_of
from backend.services.day_partitions import drop_days
from backend.services.job_service import Pause
from backend.services.transactions import begin_writing, is_sqlite, rows_changed

ROWS_PER_STEP = 2_000
Leaving = Callable[[Session, datetime], None]
"""Takes the moment of the oldest call that is about to go, in the transaction in which it goes or in one before."""


class Expiry(NamedTuple):
    """Which calls go."""

    cutoff: datetime
    """Those before it."""
    now: datetime
    """Later ones have a broken clock behind them."""


def purge_calls(sessions: sessionmaker[Session], calls: Table, expiry: Expiry, pause: Pause, leaving: Leaving) -> int:
    """Delete the calls that are too old from one of the tables of calls; give how many went."""
    with sessions() as session:
        is_one_table = is_sqlite(session)
    if is_one_table:
        return _walk(sessions, calls.name, BY_DAY[calls.name], expiry, pause=pause, leaving=leaving)
    # Whole days only: the part of a day that is too old stays until the day is.
    expiry = expiry._replace(cutoff=day_of(expiry.cutoff))

    def day_leaves(day: datetime) -> None:
        with sessions.begin() as session:
            leaving(session, day)
        pause()

    dropped = drop_days(sessions, calls.name, expiry.cutoff, day_leaves)
    rest = partition_name(calls.name, REST)
    return dropped + _walk(sessions, rest, BY_DAY[calls.name], expiry, pause=pause, leaving=leaving)


def _walk(
    sessions: sessionmaker[Session], name: str, moment: str, expiry: Expiry, *, pause: Pause, leaving: Leaving
) -> int:
    """Go through a table from its first row, a step a transaction, up to the first step in which all are to stay."""
    calls = table(name, column("id"), column(moment, UTCDateTime))
    last, total = 0, 0
    while True:
        with sessions.begin() as session:
            begin_writing(session)
            step = _look(session, calls, calls.c[moment], last, expiry)
            if step.old:
                leaving(session, step.oldest)
                old = (calls.c.id > last, calls.c.id <= step.last, calls.c[moment] < expiry.cutoff)
                total += rows_changed(session.execute(delete(calls).where(*old)))
        # A step of rows from the future alone is passed over: what is too old may stand behind them.
        if step.rows < ROWS_PER_STEP or (step.present and not step.old):
            return total
        last = step.last
        pause()


def _look(session: Session, calls: FromClause, moment: Any, last: int, expiry: Expiry) -> Row[Any]:  # noqa: ANN401 - a column
    """Tell of the rows that follow an id: how many, the last id, how many are old and how many of the time kept."""
    rows = select(calls.c.id, moment.label("moment")).where(calls.c.id > last).order_by(calls.c.id)
    some = rows.limit(ROWS_PER_STEP).subquery()
    is_old = some.c.moment < expiry.cutoff
    return session.execute(
        select(
            func.count().label("rows"),
            func.max(some.c.id).label("last"),
            func.count().filter(is_old).label("old"),
            func.count().filter(some.c.moment.between(expiry.cutoff, expiry.now)).label("present"),
            func.min(some.c.moment).label("oldest"),
        ).select_from(some)
    ).one()
