"""The proof of the books: what the ledger adds up to is what every account is said to have.

Called by `flask credits verify`. Reads one moment of the database and changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, sessionmaker

from backend.services.credit_ledger import CREDITS, POSTINGS, TRANSACTIONS, Book
from backend.services.credit_settlement import HOLDS
from backend.services.transactions import begin_snapshot


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that does not add up."""

    about: str
    """An account or a transaction."""
    what: str
    expected: int
    found: int

    def __str__(self) -> str:
        return f"{self.about}: {self.what} is {self.found}, must be {self.expected}"


@dataclass(frozen=True, slots=True)
class Proof:
    """What a verification looked at and what it found."""

    accounts: int
    transactions: int
    differences: tuple[Difference, ...]


def verify(sessions: sessionmaker[Session]) -> Proof:
    """Compare every account with the ledger, and every movement with itself."""
    with sessions() as session:
        begin_snapshot(session)
        differences = (
            *_unbalanced(session),
            *_unlike_the_ledger(session),
            *_wrong_last_balance(session),
            *_misplaced_holds(session),
            *_wrong_month(session),
        )
        return Proof(
            accounts=session.scalar(select(func.count()).select_from(CREDITS)) or 0,
            transactions=session.scalar(select(func.count()).select_from(TRANSACTIONS)) or 0,
            differences=differences,
        )


def _unbalanced(session: Session) -> Iterator[Difference]:
    """Find movements whose postings do not sum to 0, or that have none."""
    total = func.sum(POSTINGS.c.amount)
    statement = select(POSTINGS.c.transaction_id, total).group_by(POSTINGS.c.transaction_id).having(total != 0)
    for transaction_id, amount in session.execute(statement):
        yield Difference(f"transaction {transaction_id}", "the sum of its postings", 0, int(amount))
    empty = select(TRANSACTIONS.c.id).outerjoin(POSTINGS, POSTINGS.c.transaction_id == TRANSACTIONS.c.id)
    for transaction_id in session.scalars(empty.where(POSTINGS.c.id.is_(None))):
        yield Difference(f"transaction {transaction_id}", "the number of its postings", 2, 0)


def _unlike_the_ledger(session: Session) -> Iterator[Difference]:
    """Find accounts whose credits or holds are not what the ledger adds up to."""
    available, held = _book_sums("available").subquery(), _book_sums("held").subquery()
    open_now = (
        select(HOLDS.c.account_id, func.sum(HOLDS.c.end - HOLDS.c.start).label("total"))
        .group_by(HOLDS.c.account_id)
        .subquery()
    )
    totals = [func.coalesce(part.c.total, 0) for part in (available, held, open_now)]
    statement = select(CREDITS.c.account_id, CREDITS.c.current_credits, *totals)
    for part in (available, held, open_now):
        statement = statement.outerjoin(part, part.c.account_id == CREDITS.c.account_id)
    for account_id, current, in_available, in_held, in_holds in session.execute(statement):
        if current != in_available:
            yield Difference(f"account {account_id}", "current_credits", int(in_available), current)
        if in_held != in_holds:
            yield Difference(f"account {account_id}", "the sum of its open holds", int(in_held), int(in_holds))


def _wrong_last_balance(session: Session) -> Iterator[Difference]:
    """Find accounts whose last movement left another balance than they have."""
    last = select(func.max(TRANSACTIONS.c.id).label("id")).group_by(TRANSACTIONS.c.account_id).subquery()
    statement = (
        select(CREDITS.c.account_id, CREDITS.c.current_credits, TRANSACTIONS.c.balance_after)
        .join(TRANSACTIONS, TRANSACTIONS.c.account_id == CREDITS.c.account_id)
        .join(last, last.c.id == TRANSACTIONS.c.id)
        .where(TRANSACTIONS.c.balance_after != CREDITS.c.current_credits)
    )
    for account_id, current, after in session.execute(statement):
        yield Difference(f"account {account_id}", "the balance after its last movement", current, after)


def _misplaced_holds(session: Session) -> Iterator[Difference]:
    """Find holds that overlap, are empty, or lie where the database does not know the number line."""
    other = HOLDS.alias()
    overlaps = and_(
        other.c.account_id == HOLDS.c.account_id,
        other.c.id != HOLDS.c.id,
        other.c.start < HOLDS.c.end,
        other.c.end > HOLDS.c.start,
    )
    is_wrong: ColumnElement[bool] = or_(
        HOLDS.c.start >= HOLDS.c.end,
        HOLDS.c.end > CREDITS.c.reserved_position,
        select(other.c.id).where(overlaps).exists(),
    )
    statement = (
        select(HOLDS.c.account_id, func.count())
        .join(CREDITS, CREDITS.c.account_id == HOLDS.c.account_id)
        .where(is_wrong)
        .group_by(HOLDS.c.account_id)
    )
    for account_id, count in session.execute(statement):
        yield Difference(f"account {account_id}", "the number of its misplaced holds", 0, count)


def _wrong_month(session: Session) -> Iterator[Difference]:
    """Find accounts whose month's consumption is not what was settled since the month's allowance."""
    granted = TRANSACTIONS.alias()
    key = "allowance:" + CREDITS.c.account_id + ":" + CREDITS.c.allowance_month
    since = and_(POSTINGS.c.account_id == CREDITS.c.account_id, POSTINGS.c.transaction_id > granted.c.id)
    statement = (
        select(CREDITS.c.account_id, CREDITS.c.month_consumed, func.coalesce(func.sum(POSTINGS.c.amount), 0))
        .join(granted, granted.c.idempotency_key == key)
        .outerjoin(POSTINGS, and_(since, POSTINGS.c.book == "consumed"))
        .group_by(CREDITS.c.account_id, CREDITS.c.month_consumed)
    )
    for account_id, stored, settled in session.execute(statement):
        if stored != settled:
            yield Difference(f"account {account_id}", "month_consumed", int(settled), stored)


def _book_sums(book: Book) -> Select[tuple[str, int]]:
    total = func.sum(POSTINGS.c.amount).label("total")
    return select(POSTINGS.c.account_id, total).where(POSTINGS.c.book == book).group_by(POSTINGS.c.account_id)
