"""Lists in parts of rows whose ids are texts: newest first by their time, then by id.

Called by the services that list keys and apps. A cursor is opaque to clients and holds no secret.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TypeVar, TypeVarTuple

from sqlalchemy import Select, and_, or_
from sqlalchemy.orm import InstrumentedAttribute

from backend.services.paging import BadCursor, Page, PageRequest

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
    if part.cursor:
        time, last_id = _mark_in(part.cursor)
        statement = statement.where(or_(moment < time, and_(moment == time, row_id < last_id)))
    return statement.order_by(moment.desc(), row_id.desc()).limit(part.limit + 1)


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
    text = f"{time.astimezone(UTC).isoformat()}|{last_id}"
    return Page(kept, base64.urlsafe_b64encode(text.encode()).decode().rstrip("="))


def _mark_in(cursor: str) -> Mark:
    """Read time and id out of a cursor."""
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode("ascii")
        time, _, last_id = text.partition("|")
        moment = datetime.fromisoformat(time).astimezone(UTC)
    except (binascii.Error, ValueError, OverflowError):
        raise BadCursor from None
    if not last_id or len(last_id) > _ID_LENGTH_MAX or not last_id.isprintable():
        raise BadCursor
    return moment, last_id
