import threading
from multiprocessing.pool import Pool
from pathlib import Path

import pytest

from backend.engine.limits.credit_cells import CREDITS_MAX, CreditCells, NotEnough, UnknownAccount
from backend.engine.limits.limiter import StateLimiter
from backend.engine.limits.rules import DailyQuota, Policy, Rule, TokenBucket
from backend.engine.limits.state import SharedState
from tests.engine.limits import mixed_workers
from tests.engine.limits.conftest import HandClock


@pytest.fixture
def cells(state: SharedState) -> CreditCells:
    return CreditCells(state)


def test_reservations_follow_one_another_up_to_the_ceiling(cells: CreditCells) -> None:
    """Credits are taken in order and never beyond what the account has."""
    assert cells.publish("a", 100, 1, position_if_absent=20)
    assert cells.reserve("a", 30) == (50, 50)
    with pytest.raises(NotEnough) as refusal:
        cells.reserve("a", 51)
    assert refusal.value.remaining == 50
    assert cells.reserve("a", 0) == (50, 50)
    assert cells.reserve("a", 50) == (100, 0)
    assert (cells.position("a"), cells.ceiling("a")) == (100, 100)


def test_an_account_nobody_published_is_unknown(cells: CreditCells) -> None:
    """Without a ceiling nothing is given out, and asking makes no cell."""
    with pytest.raises(UnknownAccount):
        cells.reserve("nobody", 1)
    assert (cells.position("nobody"), cells.ceiling("nobody")) == (None, None)


def test_only_a_newer_version_is_heard(cells: CreditCells) -> None:
    """Two who publish at once cannot leave the older balance standing."""
    assert cells.publish("a", 100, 5, position_if_absent=0)
    assert not cells.publish("a", 900, 5, position_if_absent=0)
    assert not cells.publish("a", 900, 4, position_if_absent=0)
    assert cells.ceiling("a") == 100
    assert cells.publish("a", 40, 6, position_if_absent=0)
    assert cells.ceiling("a") == 40


def test_a_ceiling_below_the_position_gives_out_nothing(cells: CreditCells) -> None:
    """Credits taken back after they were reserved leave a debt, not a negative reservation."""
    cells.publish("a", 100, 1, position_if_absent=0)
    cells.reserve("a", 80)
    for version, ceiling in ((2, 50), (3, -10)):
        cells.publish("a", ceiling, version, position_if_absent=0)
        with pytest.raises(NotEnough) as refusal:
            cells.reserve("a", 1)
        assert refusal.value.remaining == 0
    assert cells.position("a") == 80


def test_a_cell_that_lost_reservations_is_moved_up(cells: CreditCells) -> None:
    """What the database knows to be reserved is not given out again, whatever a power cut left in the file."""
    cells.publish("a", 100, 7, position_if_absent=10)
    assert not cells.publish("a", 100, 7, position_if_absent=60)
    assert cells.position("a") == 60
    assert not cells.publish("a", 100, 7, position_if_absent=30)
    assert cells.position("a") == 60


@pytest.mark.parametrize(("ceiling", "version", "position"), [(1, -1, 0), (1, 1, -1), (CREDITS_MAX + 1, 1, 0)])
def test_numbers_a_cell_cannot_hold_are_refused(cells: CreditCells, ceiling: int, version: int, position: int) -> None:
    """A mistake does not wrap around into a fortune."""
    with pytest.raises(ValueError, match="no cell"):
        cells.publish("a", ceiling, version, position_if_absent=position)
    with pytest.raises(ValueError, match="never gives"):
        cells.reserve("a", -1)


def test_cells_survive_restart_compaction_and_any_time(path: Path, clock: HandClock) -> None:
    """A rebuild keeps every credit cell, and of the rest what still matters."""
    window, bucket, day = Policy("w", "k", 9, 60.0), TokenBucket("b", "k", 9, 6), DailyQuota("d", "k", 9)
    clock.now -= clock.now % (86_400 * 10**9)
    state = SharedState.open(path, clock=clock)
    CreditCells(state).publish("a", 100, 3, position_if_absent=20)
    CreditCells(state).reserve("a", 5)
    StateLimiter(state, clock).admit((window, bucket, day), 6)
    assert state.compact()
    limiter = StateLimiter(state, clock)
    assert [limiter.peek(rule).remaining for rule in (window, bucket, day)] == [3, 3, 3]
    assert not limiter.admit((TokenBucket("b", "k", 9, 60),), 4).allowed
    clock.forward(59)
    state.close()
    state = SharedState.open(path, clock=clock)
    limiter = StateLimiter(state, clock)
    assert [limiter.peek(rule).remaining for rule in (window, day)] == [3, 3]
    assert limiter.peek(TokenBucket("b", "k", 9, 60)).remaining == 9
    clock.forward(400 * 86_400)
    assert state.compact()
    cells = CreditCells(state)
    assert cells.reserve("a", 5) == (30, 70)
    assert not cells.publish("a", 900, 3, position_if_absent=0)
    state.close()


def test_a_flood_of_other_counters_takes_over_no_cell(path: Path, clock: HandClock) -> None:
    """Expired counters of every kind make room for one another; credits, and a day that is not over, stay."""
    clock.now -= clock.now % (86_400 * 10**9)
    state = SharedState.open(path, entries=256, clock=clock)
    cells, limiter = CreditCells(state), StateLimiter(state, clock)
    for number in range(30):
        cells.publish(f"a{number}", 100, 1, position_if_absent=number)
    today = DailyQuota("d", "today", 9)
    limiter.admit((today,), 4)
    for number in range(1500):
        key = f"flood{number}"
        rules = Policy("w", key, 1, 1.0), TokenBucket("b", key, 1, 60), DailyQuota("d", key, 1)
        assert limiter.admit(rules[: 1 + number % 2]).allowed
        assert limiter.admit((rules[number % 2],)).allowed is False
        clock.forward(0.1)
    assert [cells.position(f"a{number}") for number in range(30)] == list(range(30))
    assert limiter.peek(today).remaining == 5
    for number in range(40):
        limiter.admit((DailyQuota("d", f"yesterday{number}", 1),))
    clock.forward(86_400)
    for number in range(150):
        assert limiter.admit((Policy("w", f"late{number}", 1, 60.0),)).allowed
    assert [cells.position(f"a{number}") for number in range(30)] == list(range(30))
    state.close()


def test_an_entry_taken_over_lives_as_long_as_its_new_owner(path: Path, clock: HandClock) -> None:
    """What was a window of a second ends neither as a day after a second, nor as a bucket or as credits."""
    clock.now -= clock.now % (86_400 * 10**9)
    state = SharedState.open(path, entries=128, clock=clock)
    cells, limiter = CreditCells(state), StateLimiter(state, clock)
    for number in range(90):
        limiter.admit((Policy("w", f"short{number}", 1, 1.0),))
    clock.forward(2)
    days: list[Rule] = [DailyQuota("d", f"{number}", 9) for number in range(20)]
    buckets: list[Rule] = [TokenBucket("b", f"{number}", 9, 1) for number in range(20)]
    limiter.admit((*days, *buckets), 4)
    for number in range(20):
        cells.publish(f"a{number}", 100, 1, position_if_absent=number)
    for number in range(400):
        limiter.admit((Policy("w", f"flood{number}", 1, 0.01),))
        clock.forward(0.02)
    assert {limiter.peek(rule).remaining for rule in (*days, *buckets)} == {5}
    assert [cells.position(f"a{number}") for number in range(20)] == list(range(20))
    clock.forward(86_400)
    kept = [Policy("w", f"kept{number}", 9, 60.0) for number in range(80)]
    limiter.admit(kept, 4)
    for number in range(100):
        limiter.admit((Policy("w", f"flood{number}", 1, 0.01),))
        clock.forward(0.02)
    assert {limiter.usage(policy).calls for policy in kept} == {4}
    state.close()


def test_threads_reserve_every_credit_once(cells: CreditCells) -> None:
    """Threads of one worker share the line without overlap or gap."""
    cells.publish("a", 3000, 1, position_if_absent=0)
    ends: list[int] = []

    def reserve() -> None:
        ends.extend(cells.reserve("a", 1).end for _ in range(300))

    threads = [threading.Thread(target=reserve) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ends) == list(range(1, 2401))


@pytest.mark.slow
def test_eight_processes_reserve_every_credit_once(path: Path, pool: Pool) -> None:
    """All workers together give out exactly what is there: no credit twice, none lost."""
    state = SharedState.open(path)
    CreditCells(state).publish("a", 5_003, 1, position_if_absent=1_000)
    results = pool.starmap(mixed_workers.reserve_all, [(str(path), "a", 4)] * 8, chunksize=1)
    assert sorted(end for ends in results for end in ends) == list(range(1_004, 5_003, 4))
    assert CreditCells(state).position("a") == 5_000
    state.close()
