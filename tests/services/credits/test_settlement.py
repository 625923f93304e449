"""What a call costs leaves the account once, in whatever order, late or failed; nothing else does."""

from __future__ import annotations

import random

import pytest
from sqlalchemy.orm import Session, sessionmaker

from backend.core.clock import FrozenClock
from backend.core.errors import InsufficientCredits
from backend.core.plans import FREE
from backend.services.credit_sweep import release_expired
from tests.services.credits.accounts import Payer

ALLOWANCE = FREE.monthly_credits
HOLD_SECONDS = 60


def test_a_batch_is_charged_as_one_movement(payer: Payer) -> None:
    """Ten calls in one fold are one settlement of ten calls, and the month counts them."""
    payer.settle([payer.call(3) for _ in range(10)])
    assert (payer.credits, payer.held, payer.kinds) == (ALLOWANCE - 30, 0, ["grant", "settle"])
    assert (payer.row.month_consumed, payer.row.month_calls) == (30, 10)


def test_a_call_that_is_still_running_is_a_hold(payer: Payer) -> None:
    """What an earlier call reserved is not spendable and not consumed until its record comes."""
    running, done = payer.call(5), payer.call(2)
    payer.settle([done])
    assert (payer.credits, payer.held, payer.row.month_consumed) == (ALLOWANCE - 7, 5, 2)
    payer.settle([running])
    assert (payer.credits, payer.held, payer.row.month_consumed) == (ALLOWANCE - 7, 0, 7)
    assert payer.kinds == ["grant", "hold", "settle", "settle"]


def test_a_failed_call_costs_nothing(payer: Payer) -> None:
    """A caller never pays for our crash, and can spend the same credits at once."""
    payer.has_exactly(10)
    payer.settle([payer.call(10, fails=True)])
    assert (payer.credits, payer.held) == (10, 0)
    payer.settle([payer.call(10)])
    assert payer.credits == 0


def test_a_failed_call_that_was_a_hold_is_released(payer: Payer) -> None:
    """A gap filled by a failure goes back as a release."""
    failing, done = payer.call(5, fails=True), payer.call(2)
    payer.settle([done])
    payer.settle([failing])
    assert (payer.credits, payer.held) == (ALLOWANCE - 2, 0)
    assert payer.kinds == ["grant", "hold", "settle", "release"]


def test_a_hold_longer_than_the_cost_gives_the_rest_back(payer: Payer) -> None:
    """What a call reserved and did not use is spendable again."""
    payer.has_exactly(10)
    call = payer.call(10)
    payer.settle([call._replace(credits=4)])
    assert payer.credits == 6
    assert payer.gate.reserve(payer.id, 6)


def test_an_expired_hold_is_given_back_and_charged_if_the_call_was_answered_after_all(
    payer: Payer, sessions: sessionmaker[Session], clock: FrozenClock
) -> None:
    """The work was done: it is paid, even below 0, and the next call is refused."""
    payer.has_exactly(10)
    late, done = payer.call(6), payer.call(4)
    payer.settle([done])
    clock.advance(HOLD_SECONDS + 1)
    payer.gate.publish_all(release_expired(sessions, clock.now(), HOLD_SECONDS))
    assert (payer.credits, payer.held) == (6, 0)
    payer.settle([payer.call(6)])
    payer.settle([late])
    assert (payer.credits, payer.held) == (-6, 0)
    with pytest.raises(InsufficientCredits) as refusal:
        payer.call(1)
    assert refusal.value.details == {"required": 1, "available": 0}


@pytest.mark.parametrize("seed", range(12))
def test_any_history_ends_with_what_was_paid(
    payer: Payer, sessions: sessionmaker[Session], clock: FrozenClock, seed: int
) -> None:
    """Calls of any size, settled in any order and batches, holds expiring in between: the balance is exact."""
    choose = random.Random(seed)  # noqa: S311 - a history that can be repeated, no secret
    waiting, paid = [payer.call(choose.randint(1, 9), fails=choose.random() < 0.2) for _ in range(150)], 0
    while waiting:
        choose.shuffle(waiting)
        count = choose.randint(1, 40)
        batch, waiting = waiting[:count], waiting[count:]
        payer.settle(batch)
        paid += sum(call.credits for call in batch)
        if choose.random() < 0.3:
            clock.advance(HOLD_SECONDS + 1)
            payer.gate.publish_all(release_expired(sessions, clock.now(), HOLD_SECONDS))
        if choose.random() < 0.5:
            waiting.append(payer.call(choose.randint(1, 9)))
        assert payer.credits + payer.held == ALLOWANCE - paid
    assert payer.held == 0
    assert payer.cells.position(payer.id) == payer.row.reserved_position
    assert payer.cells.ceiling(payer.id) == payer.row.reserved_position + payer.credits


def test_records_of_an_account_that_is_gone_stop_nothing(payer: Payer) -> None:
    """A deleted account's last calls settle with nobody, and everybody else's settle."""
    stranger = payer.call(5)._replace(account_id="gone")
    mine = payer.call(2)
    payer.settle([stranger, mine])
    assert payer.credits == ALLOWANCE - 7
