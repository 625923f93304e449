"""Lists in parts: newest first, continued from a cursor that stays right while rows are added or deleted.

Called by the services that list rows with an integer id. A cursor is opaque to clients and holds no secret.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar, TypeVarTuple

from sqlalchemy import Select
from sqlalchemy.orm import InstrumentedAttribute

from backend.core.errors import InvalidInput

ID_MAX = 2**63 - 1
ROW_ID_MAX = 2**31 - 1
"""Of an INTEGER column, as PostgreSQL has it; a larger number is an error there, not merely unknown."""
RowT = TypeVar("RowT")
_Entities = TypeVarTuple("_Entities")


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which part of a list: at most `limit` rows after `cursor`; an empty cursor begins."""

    limit: int
    cursor: str = ""


@dataclass(frozen=True, slots=True)
class Page(Generic[RowT]):
    """A part of a list and where the next one begins; None on the last."""

    rows: Sequence[RowT]
    next_cursor: str | None


class BadCursor(InvalidInput):
    """The cursor is none that a list gave."""

    def __init__(self) -> None:
        super().__init__(
            "cursor: take it from the Link header of the page before",
            details={"field": "cursor", "constraint": "cursor"},
        )


def narrowed(
    statement: Select[*_Entities],
    column: InstrumentedAttribute[int],
    part: PageRequest,
    *,
    id_max: int = ROW_ID_MAX,
) -> Select[*_Entities]:
    """Narrow a statement to a part of its rows by descending id, and one more, which tells whether there is a next.

    Args:
        column: the row's id.
        part: what was asked for.
        id_max: what the column can hold.
    """
    if part.cursor:
        statement = statement.where(column < min(_id_in(part.cursor), id_max))
    return statement.order_by(column.desc()).limit(part.limit + 1)


def page(rows: Sequence[RowT], ids: Sequence[int], part: PageRequest) -> Page[RowT]:
    """Give the page out of what a narrowed statement found.

    Args:
        rows: at most one more than the limit.
        ids: of the rows, in the same order.
    """
    if len(rows) <= part.limit:
        return Page(rows, None)
    return Page(rows[: part.limit], encoded(str(ids[part.limit - 1])))


def encoded(place: str) -> str:
    """Give a place in a list as the cursor that clients carry."""
    return base64.urlsafe_b64encode(place.encode()).decode().rstrip("=")


def decoded(cursor: str) -> str:
    """Read the place out of a cursor.

    Raises:
        BadCursor: it is none that a list gave.
    """
    try:
        return base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        raise BadCursor from None


def _id_in(cursor: str) -> int:
    """Read the id out of a cursor."""
    text = decoded(cursor)
    if not text.isdigit() or len(text) > 18:
        raise BadCursor
    return int(text)
