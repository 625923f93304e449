"""The proof finds whatever does not add up, and names it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import delete, insert, update
from sqlalchemy.orm import Session, sessionmaker

from backend.models import CreditHold, CreditPosting, CreditTransaction, UserCredits
from backend.services.credit_gate import CreditGate
from backend.services.credit_ledger import UnbalancedMovement, lock_one
from backend.services.credit_verification import verify
from tests.metering import NOON
from tests.services.credits.accounts import Payer

FORGERIES: dict[str, Callable[[str], Any]] = {
    "current_credits": lambda _: update(UserCredits).values(current_credits=UserCredits.current_credits + 1),
    "month_consumed": lambda _: update(UserCredits).values(month_consumed=UserCredits.month_consumed - 1),
    "the sum of its open holds": lambda _: delete(CreditHold),
    "the number of its misplaced holds": lambda account_id: insert(CreditHold).values(
        account_id=account_id, start=5, end=5, seen_at=NOON
    ),
    "the sum of its postings": lambda _: (
        update(CreditPosting).where(CreditPosting.book == "consumed").values(amount=CreditPosting.amount + 1)
    ),
    "the number of its postings": lambda account_id: insert(CreditTransaction).values(
        account_id=account_id, kind="adjust"
    ),
    "the balance after its last movement": lambda account_id: insert(CreditTransaction).values(
        account_id=account_id, kind="adjust", balance_after=7
    ),
}


@pytest.fixture
def busy(sessions: sessionmaker[Session], gate: CreditGate, cells: Any, clock: Any) -> Payer:
    """An account with a settlement and a hold, whose books are right."""
    made = Payer.new(sessions, gate, cells, clock)
    made.call(5)
    made.settle([made.call(2)])
    proof = verify(sessions)
    assert (proof.accounts, proof.transactions, proof.differences) == (1, 3, ())
    return made


@pytest.mark.parametrize("what", FORGERIES)
def test_a_forged_row_is_found(busy: Payer, sessions: sessionmaker[Session], what: str) -> None:
    """Whoever changes a row by hand is found out by the rows that were not changed."""
    with sessions.begin() as session:
        session.execute(FORGERIES[what](busy.id))
    assert what in {difference.what for difference in verify(sessions).differences}


def test_a_movement_that_does_not_balance_is_never_written(busy: Payer, sessions: sessionmaker[Session]) -> None:
    """Credits come from somewhere and go somewhere."""
    with sessions.begin() as session:
        standing = lock_one(session, busy.id, NOON)
        with pytest.raises(UnbalancedMovement):
            standing.move("adjust", {"available": 5, "issued": -4})
    assert verify(sessions).differences == ()
