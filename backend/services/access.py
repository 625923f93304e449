"""Who is looking, and what they may see.

Every service that reads an owned row takes a Viewer first. Holds no rule about a single table and never
answers "forbidden" for a row: what a viewer may not see is simply not found.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypeVarTuple

from sqlalchemy import Select
from sqlalchemy.orm import InstrumentedAttribute

from backend.core.errors import Forbidden
from backend.engine.keys import Environment
from backend.engine.scopes import covers

_Entities = TypeVarTuple("_Entities")


class ScopeMissing(Forbidden):
    """Whoever asks does not hold the scope that this takes."""

    def __init__(self, scope: str) -> None:
        super().__init__(
            f"This takes the scope {scope}, which is not yours to use or give",
            details={"reason": "scope", "scope": scope},
        )


@dataclass(frozen=True, slots=True)
class Viewer:
    """The account on whose behalf rows are read or changed, signed in or through one of its keys."""

    account_id: str
    is_admin: bool = False
    """Never through a key."""
    email: str = ""
    environment: Environment | None = None
    """Of the key; a session sees both."""
    scopes: frozenset[str] | None = None
    """What the key may do; None for a session, which may do everything."""
    key_id: str | None = None
    expires_at: datetime | None = None
    """When the key stops working; None for a session, and for a key that never does."""

    def may(self, scope: str) -> bool:
        """Tell whether a scope is held."""
        return self.scopes is None or covers(self.scopes, scope)

    def sees(self, environment: str) -> bool:
        """Tell whether logs, usage and keys of an environment are the viewer's to see."""
        return self.environment is None or self.environment == environment

    def require(self, scope: str) -> None:
        """Refuse a key that does not hold a scope.

        Raises:
            ScopeMissing: it does not.
        """
        if not self.may(scope):
            raise ScopeMissing(scope)


def visible(statement: Select[*_Entities], column: InstrumentedAttribute[str], viewer: Viewer) -> Select[*_Entities]:
    """Narrow a statement to the rows that the viewer may see: their own, or all for an administrator.

    Args:
        column: the account id of the row's owner.
    """
    return statement if viewer.is_admin else statement.where(column == viewer.account_id)
