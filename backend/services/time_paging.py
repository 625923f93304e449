"""Lists in parts: newest first by the rows' time, then by their id.

Called by the services that list keys and apps, whose ids are texts, and by the logs of calls, which keep cursors of
their own. A cursor is opaque to clients and holds no secret.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar, TypeVarTuple

from sqlalchemy import Select, and_, or_
from sqlalchemy.orm import InstrumentedAttribute

from backend.services.paging import BadCursor, Page, PageRequest, decoded, encoded

RowT = TypeVar("RowT")
_Entities = TypeVarTuple("_Entities")
Mark = tuple[datetime, str]
_ID_LENGTH_MAX = 64


def narrowed_by_time(
    statement: Select[*_Entities],
    moment: InstrumentedAttribute[datetime],
    row_id: InstrumentedAttribute[str],
    part: PageRequest,
) -> Select[*_Entities]:
    """Narrow a statement to a part of its rows, newest first, and one more, which tells whether there is a next."""
    return newest_first(statement, (moment, row_id), _mark_in(part.cursor) if part.cursor else None, part.limit)


def newest_first(
    statement: Select[*_Entities],
    columns: tuple[InstrumentedAttribute[datetime], InstrumentedAttribute[Any]],
    after: tuple[datetime, int | str] | None,
    limit: int,
) -> Select[*_Entities]:
    """Narrow a statement to `limit` rows after one of them, newest first, and one more.

    Args:
        columns: the rows' time and their id.
        after: time and id of the row before the first; None begins.
        limit: how many.
    """
    moment, row_id = columns
    if after is not None:
        time, last_id = after
        before = or_(moment < time, and_(moment == time, row_id < last_id))
        # The first condition is implied by the second; it is what an index can be entered with.
        statement = statement.where(moment <= time, before)
    return statement.order_by(moment.desc(), row_id.desc()).limit(limit + 1)


def page_by_time(rows: Sequence[RowT], mark: Callable[[RowT], Mark], part: PageRequest) -> Page[RowT]:
    """Give the page out of what a narrowed statement found.

    Args:
        rows: at most one more than the limit.
        mark: gives a row's time and id.
        part: what was asked for.
    """
    if len(rows) <= part.limit:
        return Page(rows, None)
    kept = rows[: part.limit]
    time, last_id = mark(kept[-1])
    return Page(kept, encoded(f"{time.astimezone(UTC).isoformat()}|{last_id}"))


def _mark_in(cursor: str) -> Mark:
    """Read time and id out of a cursor."""
    time, _, last_id = decoded(cursor).partition("|")
    try:
        moment = datetime.fromisoformat(time).astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadCursor from None
    if not last_id or len(last_id) > _ID_LENGTH_MAX or not last_id.isprintable():
        raise BadCursor
    return moment, last_id
