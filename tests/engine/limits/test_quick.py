"""What C decides is what Python would have decided, and it dies as harmlessly."""

import itertools
import platform
import threading
import time
from collections.abc import Callable
from multiprocessing.pool import Pool
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.engine.limits.credit_cells import CreditCells, NotEnough
from backend.engine.limits.errors import StateCorruptError, StateFullError
from backend.engine.limits.limiter import StateLimiter
from backend.engine.limits.rules import DailyQuota, Policy, Rule, RuleSet, TokenBucket
from backend.engine.limits.state import SharedState
from backend.engine.native.admission import admission
from tests.engine.limits import mixed_workers
from tests.engine.limits.arrivals import costs, mixes, waits
from tests.engine.limits.conftest import HandClock
from tests.engine.limits.workers import bump, hold_for

FUNCTIONS = admission()
pytestmark = pytest.mark.skipif(FUNCTIONS is None, reason="needs the C kernel: `make kernel`")
MIXED: tuple[Rule, ...] = (
    Policy("w", "key", 10_000, 60.0),
    TokenBucket("b", "key", 10_000, 60),
    DailyQuota("d", "key", 10_000),
)


@pytest.fixture
def never(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Give what forbids the limiter and the cells to decide in Python from then on."""

    def forbid() -> None:
        def refuse(*_: object) -> None:
            raise AssertionError("decided in Python")

        monkeypatch.setattr(SharedState, "acquire", refuse)

    return forbid


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(chosen=st.lists(mixes, min_size=1, max_size=3), steps=st.lists(st.tuples(waits, costs), max_size=60))
def test_it_decides_to_the_last_number_as_python_does(
    state: SharedState, path: Path, chosen: list[list[Rule]], steps: list[tuple[int, int]]
) -> None:
    """Any mixes of rules by turns, any costs and moments, a clock that jumps: both count on from the same."""
    clock = HandClock()
    other = SharedState.open(path.with_name("other.bin"), clock=clock)
    quick, plain = StateLimiter(state, clock), StateLimiter(other, clock)
    for limiter, key in itertools.product((quick, plain), "ab"):
        limiter.forget(key)
    by_turns = itertools.cycle([(rules, RuleSet(rules)) for rules in chosen])
    for (wait_us, cost), (rules, together) in zip(steps, by_turns, strict=False):
        clock.now += wait_us * 1000
        assert quick.admit(together, cost) == plain.admit(rules, cost)
    other.close()


def test_a_bucket_keeps_its_level_when_its_pace_changes(state: SharedState, path: Path, clock: HandClock) -> None:
    """The first call at another pace converts the level, in Python; what follows at the same pace is C's."""
    other = SharedState.open(path.with_name("other.bin"), clock=clock)
    quick, plain = StateLimiter(state, clock), StateLimiter(other, clock)
    paces = [RuleSet((TokenBucket("b", "k", 500, per_minute),)) for per_minute in (60, 600)]
    for turn in range(40):
        clock.forward(0.5)
        rules = paces[turn // 4 % 2]
        assert quick.admit(rules, 7) == plain.admit(tuple(rules), 7)
    other.close()


def test_known_counters_are_decided_without_python(
    state: SharedState, clock: HandClock, never: Callable[[], None]
) -> None:
    """After one decision a mix of rules, and after one reservation an account, are C's."""
    limiter, cells, rules = StateLimiter(state, clock), CreditCells(state), RuleSet(MIXED)
    limiter.admit(rules)
    cells.publish("payer", 100, 1, position_if_absent=0)
    cells.reserve("payer", 1)
    never()
    assert [limiter.admit(rules).remaining for _ in range(5)] == [9998, 9997, 9996, 9995, 9994]
    assert cells.reserve("payer", 9) == (10, 90)
    assert cells.reserve("payer", 0) == (10, 90)
    assert cells.reserve("payer", 90) == (100, 0)


def test_the_window_slides_in_c_as_it_does_on_paper(
    state: SharedState, clock: HandClock, never: Callable[[], None]
) -> None:
    """A ring that turned many times over, calls that leave the window one by one and in crowds."""
    limiter, rules = StateLimiter(state, clock), RuleSet((Policy("w", "k", 100, 1.0),))
    for _ in range(200):
        clock.forward(0.02)
        limiter.admit(rules)
    never()
    for pause, inside in ((0.02, 50), (0.02, 50), (0.5, 26), (0.0, 27), (0.99, 3), (2.0, 1), (-5.0, 2), (7.0, 1)):
        clock.forward(pause)
        assert limiter.admit(rules).remaining == 100 - inside


def test_credits_end_where_they_are_used_up(state: SharedState) -> None:
    """C takes what is there; a refusal says what is left, and leaves it."""
    cells = CreditCells(state)
    cells.publish("payer", 10, 1, position_if_absent=0)
    ends = [cells.reserve("payer", 3).end for _ in range(3)]
    assert ends == [3, 6, 9]
    with pytest.raises(NotEnough) as refusal:
        cells.reserve("payer", 3)
    assert refusal.value.remaining == 1
    assert cells.reserve("payer", 1) == (10, 0)


def test_a_counter_that_was_taken_over_is_left_to_python(path: Path, clock: HandClock) -> None:
    """Whose entry has gone to another counter counts in that no more."""
    state = SharedState.open(path, entries=1, clock=clock)
    limiter = StateLimiter(state, clock)
    window, other = Policy("p", "first", 9, 1.0), Policy("p", "second", 9, 1.0)
    first, second = RuleSet((window,)), RuleSet((other,))
    assert [limiter.admit(first).remaining for _ in range(3)] == [8, 7, 6]
    clock.forward(2)
    assert [limiter.admit(second).remaining for _ in range(3)] == [8, 7, 6]
    with pytest.raises(StateFullError):
        limiter.admit(first)
    assert limiter.usage(other).calls == 3
    clock.forward(2)
    assert [limiter.admit(first).remaining for _ in range(3)] == [8, 7, 6]
    state.close()


def test_limits_beyond_64_bits_are_left_to_python(state: SharedState, clock: HandClock) -> None:
    """A limit that no product of C could hold counts like any other."""
    limiter, rules = StateLimiter(state, clock), RuleSet((Policy("p", "k", 10**30, 60.0),))
    assert [limiter.admit(rules).remaining for _ in range(3)] == [10**30 - 1, 10**30 - 2, 10**30 - 3]


def test_more_rules_than_c_takes_are_left_to_python(state: SharedState, clock: HandClock) -> None:
    """Nine rules are decided together all the same."""
    policies = [Policy(f"{n}", f"{n}", 20 + n, 60.0) for n in range(9)]
    rules = RuleSet(policies)
    limiter = StateLimiter(state, clock)
    assert [limiter.admit(rules).remaining for _ in range(3)] == [19, 18, 17]
    assert limiter.usage(policies[8]).calls == 3


@pytest.mark.slow
def test_processes_that_lock_otherwise_are_refused(path: Path, pool_without_kernel: Pool, state: SharedState) -> None:
    """A process without the kernel must not count beside those that have it: neither sees the other's locks."""
    assert state.generation() == 1
    with pytest.raises(StateCorruptError, match="started with the C kernel"):
        pool_without_kernel.apply(bump, (str(path), 1))
    assert state.generation() == 1


@pytest.mark.slow
def test_whoever_keeps_a_lock_is_waited_for(path: Path, pool: Pool, clock: HandClock) -> None:
    """A process that was interrupted inside holds up its own counters, and neither refuses nor loses a call."""
    state = SharedState.open(path, clock=clock)
    limiter, rules = StateLimiter(state, clock), RuleSet((Policy("p", "k", 9, 60.0),))
    limiter.admit(rules)
    inside = path.with_name("inside")
    held = pool.apply_async(hold_for, (str(path), "k", str(inside), 0.3))
    while not inside.exists():
        time.sleep(0.001)
    answers: list[int] = []
    threads = [threading.Thread(target=lambda: answers.append(limiter.admit(rules).remaining)) for _ in range(3)]
    started = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert time.monotonic() - started > 0.1
    assert sorted(answers) == [5, 6, 7]
    held.get(10)
    state.close()


@pytest.mark.slow
@pytest.mark.skipif(platform.machine() != "x86_64", reason="reads the registers of x86-64")
def test_a_kill_at_any_machine_instruction_leaves_every_counter_right(path: Path, pool_with_kernel: Pool) -> None:
    """Wherever C dies, its call counts once or not at all under each rule, and the next process goes on."""
    killed, wrong = pool_with_kernel.apply(mixed_workers.kill_an_admission_in_c, (str(path), MIXED))
    assert not wrong
    assert killed > 200


@pytest.mark.slow
@pytest.mark.skipif(platform.machine() != "x86_64", reason="reads the registers of x86-64")
def test_a_kill_at_any_machine_instruction_takes_credits_whole_or_not(path: Path, pool_with_kernel: Pool) -> None:
    """A reservation is one store, whose lock goes with its holder."""
    killed, taken = pool_with_kernel.apply(mixed_workers.kill_a_reservation_in_c, (str(path),))
    assert taken == {3, 7}
    assert killed > 50
