"""The purge of single calls: whole days, and ranges of ids of what belongs to no day.

Called by retention. What belongs to no day is little, and stands nearly in the order of time: no index on time is
needed to find what is too old. What is younger than its neighbours stays, what came late goes with those around it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, Table, delete, func, select
from sqlalchemy.orm import Session, sessionmaker

from backend.core.moments import microseconds_of, moment_of
from backend.models.partitions import MOMENT
from backend.services.bucket_rows import HOURS_A_DAY
from backend.services.call_days import drop_days, rest_of
from backend.services.job_service import Pause
from backend.services.spans import HOUR
from backend.services.transactions import begin_writing, rows_changed

ROWS_PER_STEP = 2_000
Leaving = Callable[[Session, datetime], None]
"""Takes the moment of the oldest call that is about to go, in the transaction in which it goes or in one before."""


class Expiry(NamedTuple):
    """Which calls go."""

    cutoff: datetime
    """Those before it, the first moment of a day: the part of a day that is too old stays until the day is."""
    now: datetime
    """Later ones have a broken clock behind them."""


def purge_calls(sessions: sessionmaker[Session], expiry: Expiry, pause: Pause, leaving: Leaving) -> int:
    """Delete the calls that are too old; give how many went."""

    def day_leaves(day: datetime) -> None:
        # The latest hour first: whoever is told of the first moment of a day takes it for all of the day at once.
        for hour in reversed(range(HOURS_A_DAY)):
            with sessions.begin() as session:
                begin_writing(session)
                leaving(session, day + hour * HOUR)
            pause()

    dropped = drop_days(sessions, expiry.cutoff, day_leaves)
    with sessions() as session:
        rest = rest_of(session).table
    return dropped + _walk(sessions, rest, expiry, pause, leaving)


def _walk(sessions: sessionmaker[Session], calls: Table, expiry: Expiry, pause: Pause, leaving: Leaving) -> int:
    """Go through the calls of no day from the first, a step a transaction, up to the first step in which all stay."""
    last, total = 0, 0
    while True:
        with sessions.begin() as session:
            begin_writing(session)
            step = _look(session, calls, last, expiry)
            if step.old:
                leaving(session, moment_of(step.oldest))
                old = (calls.c.id > last, calls.c.id <= step.last, calls.c[MOMENT] < microseconds_of(expiry.cutoff))
                total += rows_changed(session.execute(delete(calls).where(*old)))
        # A step of rows from the future alone is passed over: what is too old may stand behind them.
        if step.rows < ROWS_PER_STEP or (step.present and not step.old):
            return total
        last = step.last
        pause()


def _look(session: Session, calls: Table, last: int, expiry: Expiry) -> Row[Any]:
    """Tell of the rows that follow an id: how many, the last id, how many are old and how many of the time kept."""
    rows = select(calls.c.id, calls.c[MOMENT].label("moment")).where(calls.c.id > last).order_by(calls.c.id)
    some = rows.limit(ROWS_PER_STEP).subquery()
    cutoff, now = microseconds_of(expiry.cutoff), microseconds_of(expiry.now)
    is_old = some.c.moment < cutoff
    return session.execute(
        select(
            func.count().label("rows"),
            func.max(some.c.id).label("last"),
            func.count().filter(is_old).label("old"),
            func.count().filter(some.c.moment.between(cutoff, now)).label("present"),
            func.min(some.c.moment).label("oldest"),
        ).select_from(some)
    ).one()
