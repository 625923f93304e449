"""Reservations of calls that never finished come back; what nobody was told is told again."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy.orm import Session, sessionmaker

from backend.core.clock import FrozenClock
from backend.core.errors import InsufficientCredits
from backend.core.plans import FREE
from backend.engine.limits.credit_cells import CreditCells
from backend.services.credit_gate import CreditGate
from backend.services.credit_ledger import lock_one, write
from backend.services.credit_sweep import CreditSweep
from tests.services.credits.accounts import Payer

HOLD_SECONDS = 60


@pytest.fixture
def sweep(sessions: sessionmaker[Session], cells: CreditCells, gate: CreditGate) -> CreditSweep:
    """The background process's."""
    return CreditSweep(sessions, cells, gate, HOLD_SECONDS)


def pass_time(sweep: CreditSweep, clock: FrozenClock, seconds: float, *, is_caught_up: bool = True) -> None:
    """Sweep now and after some time."""
    sweep.sweep(clock.now(), is_caught_up=is_caught_up)
    clock.advance(seconds)
    sweep.sweep(clock.now(), is_caught_up=is_caught_up)


def test_a_reservation_without_a_record_comes_back(payer: Payer, sweep: CreditSweep, clock: FrozenClock) -> None:
    """A worker killed in the middle of the last call: its credits are on hold, then spendable again."""
    payer.has_exactly(10)
    payer.call(10)
    pass_time(sweep, clock, 2)
    assert (payer.credits, payer.held) == (0, 10)
    pass_time(sweep, clock, HOLD_SECONDS)
    assert (payer.credits, payer.held) == (10, 0)
    payer.settle([payer.call(10)])
    assert payer.credits == 0


def test_a_running_call_loses_nothing_to_the_sweep(payer: Payer, sweep: CreditSweep, clock: FrozenClock) -> None:
    """A call that is still on its way is a hold for a while, and is charged when it comes."""
    payer.has_exactly(10)
    running = payer.call(10)
    pass_time(sweep, clock, 2)
    pass_time(sweep, clock, HOLD_SECONDS / 2)
    with pytest.raises(InsufficientCredits):
        payer.call(1)
    payer.settle([running])
    assert (payer.credits, payer.held) == (0, 0)


def test_nothing_is_given_back_while_records_wait_to_be_folded(
    payer: Payer, sweep: CreditSweep, clock: FrozenClock
) -> None:
    """A background process that was down for an hour folds first."""
    running, done = payer.call(10), payer.call(1)
    payer.settle([done])
    pass_time(sweep, clock, 3_600, is_caught_up=False)
    assert payer.held == 10
    payer.settle([running])
    pass_time(sweep, clock, 1)
    assert (payer.credits, payer.held) == (FREE.monthly_credits - 11, 0)


def test_busy_accounts_have_no_holds_for_being_busy(payer: Payer, sweep: CreditSweep, clock: FrozenClock) -> None:
    """Calls that are always a moment ahead of the fold are no trail."""
    waiting = payer.call()
    for _ in range(5):
        sweep.sweep(clock.now(), is_caught_up=True)
        clock.advance(2)
        following = payer.call()
        payer.settle([waiting])
        waiting = following
    assert "hold" not in payer.kinds


def test_a_change_that_was_never_published_is_published_by_the_sweep(
    payer: Payer, sweep: CreditSweep, sessions: sessionmaker[Session], clock: FrozenClock
) -> None:
    """Whoever committed it was killed before telling shared state."""
    payer.has_exactly(1)
    sweep.sweep(clock.now(), is_caught_up=True)
    with sessions.begin() as session:
        standing = lock_one(session, payer.id, clock.now())
        standing.move("adjust", {"available": 5, "issued": -5})
        write(session, [standing], clock.now())
    with pytest.raises(InsufficientCredits):
        payer.call(6)
    sweep.sweep(clock.now(), is_caught_up=True)
    assert payer.call(6)


def test_a_new_month_reaches_accounts_that_are_not_called(payer: Payer, sweep: CreditSweep, clock: FrozenClock) -> None:
    """The turn of the month is not left to the first call."""
    payer.settle([payer.call(100)])
    sweep.sweep(clock.now(), is_caught_up=True)
    clock.moment = datetime(2026, 4, 1, tzinfo=UTC)
    sweep.sweep(clock.now(), is_caught_up=True)
    assert (payer.row.allowance_month, payer.credits) == ("2026-04", FREE.monthly_credits)
