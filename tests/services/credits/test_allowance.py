"""Allowances: once a month, spent first, gone with the month; what was bought or given stays."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from backend.core.clock import FrozenClock
from backend.core.plans import BUSINESS, FREE, PRO
from backend.models import Account, AuditEntry, UserCredits
from backend.services.credit_allowance import change_of_plan, ensure_credits
from tests.services.credits.accounts import Payer, new_account

APRIL = datetime(2026, 4, 1, 0, 0, 1, tzinfo=UTC)
ALLOWANCE = FREE.monthly_credits
Sessions = sessionmaker[Session]


def grant(sessions: Sessions, account_id: str, now: datetime) -> bool:
    """Ask for the allowance of the present month."""
    with sessions.begin() as session:
        return ensure_credits(session, account_id, now)


def change(payer: Payer, plan: str) -> int:
    """Change the plan as an administrator does."""
    with payer.sessions.begin() as session:
        session.get_one(Account, payer.id).plan = plan
        return change_of_plan(session, payer.id, plan, payer.clock.now())


def test_an_allowance_is_granted_once_a_month(payer: Payer, sessions: Sessions) -> None:
    """However often it is asked for, and by whomever."""
    assert [grant(sessions, payer.id, payer.clock.now()) for _ in range(3)] == [True, False, False]
    assert (payer.credits, payer.row.month_granted) == (ALLOWANCE, ALLOWANCE)


def test_what_is_left_of_a_month_goes_with_it(payer: Payer, sessions: Sessions) -> None:
    """A new month begins with its own allowance, not with two."""
    payer.settle([payer.call(100)])
    assert grant(sessions, payer.id, APRIL)
    assert payer.kinds == ["grant", "settle", "expire", "grant"]
    assert (payer.credits, payer.row.month_consumed, payer.row.month_calls) == (ALLOWANCE, 0, 0)


def test_the_allowance_is_spent_before_what_was_given(payer: Payer, sessions: Sessions) -> None:
    """Given credits survive the month as far as the allowance covered what was consumed."""
    payer.settle([payer.call(100)])
    payer.give(500)
    grant(sessions, payer.id, APRIL)
    assert payer.credits == ALLOWANCE + 500
    payer.clock.moment = APRIL
    payer.settle([payer.call(ALLOWANCE + 200)])
    grant(sessions, payer.id, datetime(2026, 5, 1, tzinfo=UTC))
    assert payer.credits == ALLOWANCE + 300


def test_calls_of_the_last_second_are_paid_with_the_old_month(payer: Payer) -> None:
    """What is admitted before midnight and settled after it does not eat into the new allowance."""
    running = payer.call(40)
    payer.clock.moment = APRIL
    payer.gate.renew(payer.id)
    payer.settle([running])
    assert payer.credits == ALLOWANCE


def test_an_empty_account_is_served_from_the_first_second_of_a_month(payer: Payer) -> None:
    """Nobody waits for an hourly job: a refusal looks whether the month is new."""
    payer.settle([payer.call(ALLOWANCE)])
    payer.clock.moment = APRIL
    payer.settle([payer.call(1)])
    assert payer.credits == ALLOWANCE - 1


def test_a_clock_that_lags_grants_no_old_month(payer: Payer, sessions: Sessions) -> None:
    """Machines disagree about midnight; the later one decides."""
    grant(sessions, payer.id, APRIL)
    assert not grant(sessions, payer.id, payer.clock.now())
    assert payer.row.allowance_month == "2026-04"


def test_a_larger_plan_grants_the_difference_once(payer: Payer) -> None:
    """Changing back and forth earns nothing; a smaller plan takes nothing back within the month."""
    payer.settle([payer.call(10)])
    grants = [change(payer, plan) for plan in ("pro", "free", "pro", "business", "free", "business")]
    assert grants == [PRO.monthly_credits - ALLOWANCE, 0, 0, BUSINESS.monthly_credits - PRO.monthly_credits, 0, 0]
    assert payer.credits == BUSINESS.monthly_credits - 10


def test_the_plan_of_the_day_decides_the_next_month(payer: Payer, sessions: Sessions) -> None:
    """After a downgrade the next month has the smaller allowance."""
    grant(sessions, payer.id, payer.clock.now())
    change(payer, "business")
    change(payer, "free")
    grant(sessions, payer.id, APRIL)
    assert payer.credits == ALLOWANCE


def test_grants_and_expiries_are_in_the_audit_trail(payer: Payer, sessions: Sessions) -> None:
    """Nobody asked for them: the system is named."""
    grant(sessions, payer.id, payer.clock.now())
    grant(sessions, payer.id, APRIL)
    with sessions() as session:
        entries = session.scalars(select(AuditEntry).where(AuditEntry.account_id == payer.id).order_by(AuditEntry.seq))
        told = [(entry.action, entry.details["amount"], entry.actor["type"]) for entry in entries]
    granted, expired = ("credits.granted", ALLOWANCE, "system"), ("credits.expired", ALLOWANCE, "system")
    assert told == [granted, expired, granted]


def test_a_rolled_back_grant_never_was(sessions: Sessions, clock: FrozenClock) -> None:
    """Credits and ledger are one transaction with what asked for them."""
    account_id = new_account(sessions)
    with sessions() as session:
        ensure_credits(session, account_id, clock.now())
        session.rollback()
    with sessions() as session:
        assert session.get(UserCredits, account_id) is None
