"""The books: double-entry movements of credits, and each account's projection, changed in the same transaction.

Called by the other credit services, never by routes. Whoever changes an account's credits locks its row first, moves
credits on the `Standing` that this gives, and writes: movements are inserted, the row follows, its version rises by
one. Postings of a movement sum to 0; nothing here updates or deletes one. Commits nothing: the caller's transaction
does.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Table, bindparam, insert, select, update
from sqlalchemy.orm import Session

from backend.models import CreditPosting, CreditTransaction, UserCredits
from backend.schemas.credits import MovementKind
from backend.services.transactions import insert_into

Book = Literal["available", "held", "issued", "consumed", "expired"]
"""available and held are the account's own; the others are the house's, kept per account."""

CREDITS: Table = UserCredits.__table__  # type: ignore[assignment]
TRANSACTIONS: Table = CreditTransaction.__table__  # type: ignore[assignment]
POSTINGS: Table = CreditPosting.__table__  # type: ignore[assignment]
IDS_PER_QUERY = 500
COUNTED = (
    "current_credits",
    "reserved_position",
    "version",
    "allowance_month",
    "month_granted",
    "month_consumed",
    "month_calls",
)


class UnbalancedMovement(AssertionError):
    """A movement whose postings do not sum to 0: a defect of the caller, never written."""


@dataclass(slots=True)
class Movement:
    """One transaction of the ledger."""

    kind: MovementKind
    postings: Mapping[Book, int]
    balance_after: int
    reason: str
    actor_id: str | None
    calls: int
    idempotency_key: str | None
    id: int = 0
    """Given by `write`."""


@dataclass(slots=True)
class Standing:
    """What an account has, while its row is locked."""

    account_id: str
    current_credits: int
    reserved_position: int
    version: int
    allowance_month: str
    month_granted: int
    month_consumed: int
    month_calls: int
    movements: list[Movement] = field(default_factory=list)

    @property
    def ceiling(self) -> int:
        """How far reservations may go on the account's number line."""
        return self.current_credits + self.reserved_position

    def in_flight(self, reached: int | None) -> int:
        """Give how many credits are reserved beyond what the database knows.

        Args:
            reached: how far reservations went; None where nobody can tell, which counts as no further.
        """
        return max(0, (reached or 0) - self.reserved_position)

    def move(
        self,
        kind: MovementKind,
        postings: Mapping[Book, int],
        *,
        reason: str = "",
        actor_id: str | None = None,
        calls: int = 0,
        idempotency_key: str | None = None,
    ) -> Movement:
        """Add a movement; `write` puts it down.

        Raises:
            UnbalancedMovement: the postings do not sum to 0.
        """
        if sum(postings.values()):
            raise UnbalancedMovement(f"{kind} {dict(postings)} of {self.account_id}")
        self.current_credits += postings.get("available", 0)
        made = Movement(kind, postings, self.current_credits, reason, actor_id, calls, idempotency_key)
        self.movements.append(made)
        return made


def lock(session: Session, account_ids: Collection[str]) -> dict[str, Standing]:
    """Lock the rows of some accounts until the transaction ends; accounts without one are absent.

    On SQLite the caller has begun to write.
    """
    ordered = sorted(account_ids)
    columns = [CREDITS.c.account_id, *(CREDITS.c[name] for name in COUNTED)]
    found: dict[str, Standing] = {}
    for place in range(0, len(ordered), IDS_PER_QUERY):
        some = CREDITS.c.account_id.in_(ordered[place : place + IDS_PER_QUERY])
        statement = select(*columns).where(some).order_by(CREDITS.c.account_id).with_for_update()
        found.update((row.account_id, Standing(*row)) for row in session.execute(statement))
    return found


def lock_one(session: Session, account_id: str, now: datetime) -> Standing:
    """Lock the row of one account, made when there is none. Begins with a write, as SQLite needs it.

    Raises:
        IntegrityError: no such account.
    """
    row = {"account_id": account_id, "updated_at": now}
    session.execute(insert_into(session, CREDITS).values(row).on_conflict_do_nothing())
    return lock(session, [account_id])[account_id]


def write(session: Session, standings: Iterable[Standing], now: datetime) -> None:
    """Put down the movements of locked accounts and what the accounts have after them; versions rise by one."""
    changed = list(standings)
    if not changed:
        return
    for standing in changed:
        standing.version += 1
    _insert(session, [(standing.account_id, move) for standing in changed for move in standing.movements], now)
    statement = (
        update(CREDITS)
        .where(CREDITS.c.account_id == bindparam("named"))
        .values({name: bindparam(f"new_{name}") for name in COUNTED} | {"updated_at": now})
    )
    rows = [
        {"named": standing.account_id, **{f"new_{name}": getattr(standing, name) for name in COUNTED}}
        for standing in changed
    ]
    session.execute(statement, rows)


def _insert(session: Session, movements: list[tuple[str, Movement]], now: datetime) -> None:
    if not movements:
        return
    rows = [_transaction_row(account_id, movement, now) for account_id, movement in movements]
    inserted = insert(TRANSACTIONS).returning(TRANSACTIONS.c.id, sort_by_parameter_order=True)
    ids = session.scalars(inserted, rows).all()
    postings: list[dict[str, Any]] = []
    for transaction_id, (account_id, movement) in zip(ids, movements, strict=True):
        movement.id = transaction_id
        postings += (
            {"transaction_id": transaction_id, "account_id": account_id, "book": book, "amount": amount}
            for book, amount in movement.postings.items()
            if amount
        )
    session.execute(insert(POSTINGS), postings)


def _transaction_row(account_id: str, movement: Movement, now: datetime) -> dict[str, Any]:
    return {
        "account_id": account_id,
        "kind": movement.kind,
        "reason": movement.reason,
        "actor_id": movement.actor_id,
        "calls": movement.calls,
        "balance_after": movement.balance_after,
        "idempotency_key": movement.idempotency_key,
        "created_at": now,
    }
