"""Erasure: takes what was sent to deleted APIs, and what they answered, out of the rows of their calls.

A busy API has millions of calls. Whoever deletes it writes down that its bodies must go, and from then on the logs show
none; the background process takes them out in small transactions, which let the fold in between.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Table, delete, or_, select, update
from sqlalchemy.orm import Session, sessionmaker

from backend.core.logging import get_logger
from backend.models import BodyErasure
from backend.models.partitions import MOMENT
from backend.services.call_days import tables_of
from backend.services.job_service import Pause, no_pause
from backend.services.transactions import begin_writing, insert_into, rows_changed

ROWS_PER_STEP = 2_000
BEFORE_ALL = -(1 << 63)
ERASURES: Table = BodyErasure.__table__  # type: ignore[assignment]
log = get_logger(__name__)


def ask_erasure(session: Session, api_ids: Collection[int]) -> None:
    """Write down that the bodies of some APIs must go.

    The APIs must be deleted in the same transaction, before: a fold that holds one of them writes its bodies first.
    """
    if api_ids:
        rows = [{"api_id": api_id} for api_id in api_ids]
        session.execute(insert_into(session, ERASURES).on_conflict_do_nothing(), rows)


def erase_bodies(sessions: sessionmaker[Session], *, pause: Pause = no_pause) -> int:
    """Take out the bodies of all APIs for which that was asked; give how many calls had some."""
    with sessions() as session:
        asked = session.scalars(select(ERASURES.c.api_id).order_by(ERASURES.c.api_id)).all()
    total = 0
    for api_id in asked:
        erased = _erase(sessions, api_id, pause)
        log.info("bodies_erased", api_id=api_id, calls=erased)
        total += erased
    return total


def _erase(sessions: sessionmaker[Session], api_id: int, pause: Pause) -> int:
    """Walk through all tables of calls, also those that are made meanwhile out of one that was not walked yet."""
    walked, total = set[str](), 0
    while True:
        with sessions() as session:
            table = next((one for one in tables_of(session) if one.name not in walked), None)
        if table is None:
            break
        total += _walk(sessions, table, api_id, pause)
        walked.add(table.name)
    with sessions.begin() as session:
        begin_writing(session)
        session.execute(delete(ERASURES).where(ERASURES.c.api_id == api_id))
    return total


def _walk(sessions: sessionmaker[Session], calls: Table, api_id: int, pause: Pause) -> int:
    """Go through an API's calls of one table along the index of its API, so many moments a transaction."""
    moment, theirs = calls.c[MOMENT], calls.c.api_id == api_id
    has_bodies = or_(calls.c.request_data.is_not(None), calls.c.response_data.is_not(None))
    erased = update(calls).values(request_data=None, response_data=None)
    last, total = BEFORE_ALL, 0
    while True:
        following = (theirs, moment > last)
        with sessions.begin() as session:
            begin_writing(session)
            if all(one.name != calls.name for one in tables_of(session)):
                return total  # Its day was purged.
            step_ends = select(moment).where(*following).order_by(moment).offset(ROWS_PER_STEP - 1).limit(1)
            ends: int | None = session.scalar(step_ends)
            span = following if ends is None else (*following, moment <= ends)
            total += rows_changed(session.execute(erased.where(*span, has_bodies)))
        pause()
        if ends is None:
            return total
        last = ends
