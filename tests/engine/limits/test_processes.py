import threading
from multiprocessing.pool import Pool
from pathlib import Path

import pytest

from backend.engine.limits.errors import StateClosedError
from backend.engine.limits.limiter import StateLimiter
from backend.engine.limits.rules import Policy
from backend.engine.limits.state import SharedState
from tests.engine.limits import workers

pytestmark = pytest.mark.slow
PROCESSES = 8


def test_eight_processes_get_exactly_the_limit(path: Path, tmp_path: Path, pool: Pool) -> None:
    """However many workers serve a key, its window admits its limit: no call more, none less."""
    clock = tmp_path / "clock"
    policy = (Policy("plan", "k", 1000, 60.0),)
    state = SharedState.open(path)
    totals = []
    for now in (10**18, 10**18 + 60 * 10**9 - 1, 10**18 + 60 * 10**9):
        clock.write_text(str(now))
        calls = [(str(path), str(clock), policy, 400)] * PROCESSES
        totals.append(sum(pool.starmap(workers.hammer, calls, chunksize=1)))
    state.close()
    assert totals == [1000, 0, 1000]


def test_decisions_over_several_counters_are_atomic(path: Path, pool: Pool) -> None:
    """With shared and crossing policies from all sides every counter holds exactly the calls admitted, no deadlock."""
    a, b, c = (Policy(name, name, limit, 60.0) for name, limit in (("a", 90), ("b", 120), ("c", 150)))
    sequences = ((a, b), (b, c), (c, a), (b,), (c, b, a))
    state = SharedState.open(path)
    results = pool.starmap(workers.hammer_in_turns, [(str(path), sequences)] * PROCESSES, chunksize=1)
    admitted = [sum(column) for column in zip(*results, strict=True)]
    limiter = StateLimiter(state, lambda: workers.NOW)
    for policy in (a, b, c):
        count = sum(n for n, policies in zip(admitted, sequences, strict=True) if policy in policies)
        assert limiter.usage(policy).calls == count <= policy.limit
    assert limiter.peek(b).remaining == 0
    state.close()


def test_rings_and_file_grow_under_all_processes(path: Path, pool: Pool) -> None:
    """A process whose mapping is older than the file sees the calls others counted beyond it."""
    state = SharedState.open(path)
    limiter = StateLimiter(state, lambda: workers.NOW)
    shared = Policy("p", "shared0", 3000, 60.0)
    limiter.admit((shared,))
    before = path.stat().st_size
    calls = [(str(path), "shared", 1, 3000), *((str(path), f"own{n}", 60, 300) for n in range(PROCESSES - 1))]
    admitted = pool.starmap(workers.fill, calls, chunksize=1)
    assert admitted == [2999] + [60 * 300] * (PROCESSES - 1)
    assert path.stat().st_size > before
    assert limiter.usage(shared).calls == 3000
    assert [limiter.usage(Policy("p", f"own{n}59", 300, 60.0)).calls for n in range(PROCESSES - 1)] == [300] * 7
    state.close()


def test_a_bump_is_seen_by_every_process_and_none_is_lost(path: Path, pool: Pool) -> None:
    """A revoked key is refused on the next request of every worker: the generation is one number for all."""
    state = SharedState.open(path)
    before = state.generation()
    seen = pool.starmap(workers.bump, [(str(path), 200)] * PROCESSES, chunksize=1)
    assert state.generation() == max(seen) == before + PROCESSES * 200
    assert pool.apply(workers.bump, (str(path), 0)) == state.generation()
    state.close()


def test_threads_of_one_process_get_exactly_the_limit(path: Path) -> None:
    """Record locks do not tell threads apart; the state does."""
    state = SharedState.open(path)
    limiter = StateLimiter(state, lambda: workers.NOW)
    policies = (Policy("a", "a", 500, 60.0), Policy("b", "b", 700, 60.0))
    admitted: list[bool] = []

    def run() -> None:
        admitted.extend(limiter.admit(policies).allowed for _ in range(150))

    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(admitted) == 500
    state.close()


def test_a_fork_counts_with_its_parent(path: Path, pool: Pool) -> None:
    """A worker forked after the state was opened, even while a thread held its lock, shares the same window."""
    child, parent, counted = pool.apply(workers.fork_in_the_middle, (str(path),))
    assert (child, parent, counted) == (60, 39, 100)


def test_opening_twice_in_one_process_gives_one_state(path: Path) -> None:
    """A second descriptor on the file would drop the first one's locks when it is closed."""
    first, second = SharedState.open(path), SharedState.open(path)
    assert first is second
    first.close()
    assert second.generation() == 1
    second.close()
    second.close()
    with pytest.raises(StateClosedError):
        second.generation()
    with pytest.raises(StateClosedError):
        StateLimiter(second).admit((Policy("p", "k", 1, 1.0),))
