"""An account whose calls reserve, are answered and are settled, as a test tells them to."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Self

from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from backend.core.clock import FrozenClock
from backend.core.ids import new_uuid
from backend.engine.limits.credit_cells import CreditLine
from backend.engine.metering.calls import Calls
from backend.engine.metering.records import CallRecord
from backend.models import Account, CreditHold, CreditTransaction, UserCredits
from backend.services.credit_gate import CreditGate
from backend.services.credit_ledger import lock_one, write
from backend.services.credit_settlement import settle
from backend.services.transactions import begin_writing
from tests.metering import record


def new_account(sessions: sessionmaker[Session], plan: str = "free") -> str:
    """Make an account; give its id."""
    account_id = new_uuid()
    with sessions.begin() as session:
        session.add(Account(id=account_id, email=f"{account_id}@example.com", name="Ann", password_hash="x", plan=plan))
    return account_id


@dataclass(frozen=True)
class Payer:
    """An account and what its calls go through."""

    id: str
    sessions: sessionmaker[Session]
    gate: CreditGate
    cells: CreditLine
    clock: FrozenClock

    @classmethod
    def new(cls, sessions: sessionmaker[Session], gate: CreditGate, cells: CreditLine, clock: FrozenClock) -> Self:
        """Make an account."""
        return cls(new_account(sessions), sessions, gate, cells, clock)

    def call(self, cost: int = 1, *, fails: bool = False) -> CallRecord:
        """Reserve for a call and give the record of its answer, which is not settled yet."""
        end = self.gate.reserve(self.id, cost)
        status = 500 if fails else 200
        charged = 0 if fails else cost
        return record(account_id=self.id, credits=charged, hold=cost, hold_end=end, status_code=status)

    def settle(self, records: Collection[CallRecord]) -> None:
        """Fold records."""
        with self.sessions.begin() as session:
            begin_writing(session)
            moved = settle(session, Calls.of(records), self.clock.now())
        self.gate.publish_all(moved)

    def give(self, amount: int) -> None:
        """Adjust the credits, down too."""
        with self.sessions.begin() as session:
            standing = lock_one(session, self.id, self.clock.now())
            standing.move("adjust", {"available": amount, "issued": -amount})
            write(session, [standing], self.clock.now())
        self.gate.publish(self.id)

    def has_exactly(self, amount: int) -> None:
        """Begin with that many credits and no allowance left to come."""
        self.settle([self.call(1, fails=True)])
        self.give(amount - self.credits)

    @property
    def row(self) -> UserCredits:
        """What the database says."""
        with self.sessions() as session:
            return session.get_one(UserCredits, self.id)

    @property
    def credits(self) -> int:
        """What can be spent."""
        return self.row.current_credits

    @property
    def held(self) -> int:
        """What is on hold."""
        with self.sessions() as session:
            total = func.sum(CreditHold.end - CreditHold.start)
            return int(session.scalar(select(total).where(CreditHold.account_id == self.id)) or 0)

    @property
    def kinds(self) -> list[str]:
        """The movements so far."""
        with self.sessions() as session:
            mine = select(CreditTransaction.kind).where(CreditTransaction.account_id == self.id)
            return list(session.scalars(mine.order_by(CreditTransaction.id)))
