"""Reservations: exact whoever asks first, whatever was lost, and refused when nobody can tell."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session, sessionmaker

from backend.core.clock import FrozenClock
from backend.core.errors import InsufficientCredits, Unavailable
from backend.core.plans import FREE
from backend.engine.limits.credit_cells import CreditCells, CreditLine
from backend.engine.limits.state import SharedState
from backend.services.credit_gate import CreditGate
from tests.services.credits.accounts import Payer, new_account

WORKERS = 8
Sessions = sessionmaker[Session]


def admitted(gates: list[CreditGate], account_id: str, tries: int) -> int:
    """Call with several workers at once, as often each; give how many calls were admitted."""
    together = Barrier(len(gates))

    def run(gate: CreditGate) -> int:
        together.wait()
        return sum(passes(gate, account_id) for _ in range(tries))

    with ThreadPoolExecutor(len(gates)) as pool:
        return sum(pool.map(run, gates))


def passes(gate: CreditGate, account_id: str) -> bool:
    """Tell whether one credit can be reserved."""
    try:
        gate.reserve(account_id, 1)
    except InsufficientCredits:
        return False
    return True


def test_an_account_that_nobody_has_met_has_its_allowance(payer: Payer) -> None:
    """The first call of a new account is served, whoever made the account."""
    with pytest.raises(InsufficientCredits) as refusal:
        payer.call(FREE.monthly_credits + 1)
    assert refusal.value.details == {"required": FREE.monthly_credits + 1, "available": FREE.monthly_credits}
    payer.call(FREE.monthly_credits)
    assert payer.kinds == ["grant"]


def test_workers_that_meet_an_account_at_once_spend_its_credits_once(
    payer: Payer, reborn: CreditLine, sessions: Sessions, clock: FrozenClock
) -> None:
    """Eight workers, none of which knows the account, admit exactly what it has."""
    payer.has_exactly(50)
    gates = [CreditGate(reborn, sessions, clock) for _ in range(WORKERS)]
    assert admitted(gates, payer.id, 25) == 50
    assert reborn.ceiling(payer.id) == reborn.position(payer.id)


def test_what_lost_state_had_admitted_is_charged_once(
    payer: Payer, reborn: CreditLine, sessions: Sessions, clock: FrozenClock
) -> None:
    """Records of before the loss settle beside those of after it: each once, none for the other."""
    before = [payer.call(7) for _ in range(3)]
    payer.settle(before[:1])
    after = replace(payer, cells=reborn, gate=CreditGate(reborn, sessions, clock))
    later = [after.call(11) for _ in range(3)]
    assert min(call.hold_end for call in later) > max(call.hold_end for call in before)
    after.settle([later[1], before[2]])
    after.settle([later[0], before[1], later[2]])
    assert (after.credits, after.held) == (FREE.monthly_credits - 3 * 7 - 3 * 11, 0)


def test_a_ceiling_that_was_published_late_changes_nothing(payer: Payer, cells: CreditCells) -> None:
    """Publishers overtake each other; the newer version stays."""
    payer.has_exactly(10)
    old = payer.row
    payer.give(-10)
    cells.publish(
        payer.id,
        old.current_credits + old.reserved_position,
        old.version,
        position_if_absent=old.reserved_position,
    )
    with pytest.raises(InsufficientCredits):
        payer.call()


def test_without_shared_state_nothing_is_admitted(payer: Payer, state: SharedState) -> None:
    """The limiter being down admits; the ledger being down refuses, and says that it may be tried again."""
    state.close()
    with pytest.raises(Unavailable):
        payer.call()


def test_without_the_database_only_known_accounts_are_admitted(
    payer: Payer, cells: CreditCells, clock: FrozenClock
) -> None:
    """The usual call needs no database; an account without a cell waits for it."""
    payer.call()

    away = sessionmaker(create_engine("sqlite:////nowhere/modelport.db"))
    gate = CreditGate(cells, away, clock)
    assert gate.reserve(payer.id, 1)
    with pytest.raises(Unavailable):
        gate.reserve(new_account(payer.sessions), 1)
