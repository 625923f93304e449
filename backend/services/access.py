"""Who is looking, and what they may see.

Every service that reads an owned row takes a Viewer first. Holds no rule about a single table and never
answers "forbidden": what a viewer may not see is simply not found.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVarTuple

from sqlalchemy import Select
from sqlalchemy.orm import InstrumentedAttribute

_Entities = TypeVarTuple("_Entities")


@dataclass(frozen=True, slots=True)
class Viewer:
    """The signed-in account on whose behalf rows are read or changed."""

    account_id: str
    is_admin: bool = False


def visible(statement: Select[*_Entities], column: InstrumentedAttribute[str], viewer: Viewer) -> Select[*_Entities]:
    """Narrow a statement to the rows that the viewer may see: their own, or all for an administrator.

    Args:
        column: the account id of the row's owner.
    """
    return statement if viewer.is_admin else statement.where(column == viewer.account_id)
