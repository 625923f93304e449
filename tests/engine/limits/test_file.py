import struct
from multiprocessing.pool import Pool
from pathlib import Path

import pytest

from backend.engine.limits import layout
from backend.engine.limits.errors import StateCorruptError, StateFullError
from backend.engine.limits.limiter import StateLimiter
from backend.engine.limits.rules import Policy
from backend.engine.limits.state import SharedState
from tests.engine.limits import workers
from tests.engine.limits.conftest import HandClock


def write_word(path: Path, at: int, word: int) -> None:
    with path.open("r+b") as file:
        file.seek(at * layout.WORD_BYTES)
        file.write(struct.pack("=Q", word))


def make(path: Path, clock: HandClock, calls: int) -> Policy:
    """Leave a state behind in which a key has been called."""
    policy = Policy("p", "k", 50, 60.0)
    state = SharedState.open(path, clock=clock)
    limiter = StateLimiter(state, clock)
    for _ in range(calls):
        limiter.admit((policy,))
    state.bump_generation()
    state.close()
    return policy


def test_a_file_that_is_something_else_is_left_alone(path: Path) -> None:
    """A wrong setting must not overwrite a database."""
    path.write_bytes(b"SQLite format 3\0" + bytes(8192))
    before = path.read_bytes()
    with pytest.raises(StateCorruptError, match="not a shared state"):
        SharedState.open(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize(("at", "word"), [(layout.VERSION_AT, 99), (layout.ENTRIES_AT, 3), (layout.ARENA_NEXT_AT, 1)])
def test_a_broken_or_older_file_is_made_anew_when_nobody_uses_it(
    path: Path, clock: HandClock, at: int, word: int
) -> None:
    """After an update or a crash of the machine the workers start, with empty windows."""
    policy = make(path, clock, 50)
    write_word(path, at, word)
    state = SharedState.open(path, clock=clock)
    assert StateLimiter(state, clock).usage(policy).calls == 0
    state.close()


@pytest.mark.slow
def test_a_file_broken_while_in_use_is_refused(path: Path, pool: Pool, state: SharedState) -> None:
    """A worker of another version must not pull the counters from under those that are running."""
    assert state.generation() == 1
    write_word(path, layout.VERSION_AT, 99)
    with pytest.raises(StateCorruptError, match="in use by another process"):
        pool.apply(workers.bump, (str(path), 1))


def test_an_empty_file_and_a_half_made_one_are_no_obstacle(path: Path, clock: HandClock) -> None:
    """A kill while the file was being made leaves nothing behind that stops the next start."""
    path.write_bytes(b"")
    path.with_name("limits.bin.new").write_bytes(b"half")
    state = SharedState.open(path, clock=clock)
    assert StateLimiter(state, clock).admit((Policy("p", "k", 1, 1.0),)).allowed
    assert path.stat().st_mode & 0o777 == 0o600
    state.close()


def test_windows_survive_a_restart_of_everything(path: Path, clock: HandClock) -> None:
    """Restarting the service hands out no second window, and forgets no generation."""
    policy = make(path, clock, 50)
    clock.forward(59)
    state = SharedState.open(path, clock=clock)
    limiter = StateLimiter(state, clock)
    assert not limiter.admit((policy,)).allowed
    assert state.generation() == 2
    clock.forward(1)
    assert limiter.admit((policy,)).allowed
    state.close()


def test_a_rebuild_drops_what_a_power_cut_tore(path: Path, clock: HandClock) -> None:
    """Pages of different ages are not believed: one counter starts anew, the others go on."""
    torn = make(path, clock, 20)
    whole = Policy("p", "other", 50, 60.0)
    state = SharedState.open(path, clock=clock)
    limiter = StateLimiter(state, clock)
    limiter.admit((whole,))
    place = state.acquire((torn.key,))[0]
    at = place.at
    state.release()
    state.close()
    tears = [(layout.RING, (1 << 40) << layout.RING_SHIFT | 4), (layout.RING, 1 << layout.RING_SHIFT | 63)]
    for word, torn_word in [*tears, (layout.KIND, 99)]:
        write_word(path, at + word, torn_word)
        state = SharedState.open(path, clock=clock)
        limiter = StateLimiter(state, clock)
        assert (limiter.usage(torn).calls, limiter.usage(whole).calls) == (0, 1)
        limiter.admit((torn,))
        at = state.acquire((torn.key,))[0].at
        state.release()
        state.close()


@pytest.mark.slow
def test_compact_gives_space_back_when_alone(path: Path, clock: HandClock, pool: Pool) -> None:
    """Outgrown rings and expired counters go, live calls stay, and nothing moves under another process."""
    state = SharedState.open(path, clock=clock)
    limiter = StateLimiter(state, clock)
    for number in range(100):
        for _ in range(600):
            limiter.admit((Policy("p", f"old{number}", 600, 60.0),))
    clock.forward(30)
    young = Policy("p", "young", 600, 60.0)
    for _ in range(500):
        limiter.admit((young,))
    clock.forward(30)
    before = path.stat().st_size
    assert state.compact()
    assert path.stat().st_size < before
    assert limiter.usage(young).calls == 500
    assert limiter.admit((young,)).remaining == 99
    assert pool.apply(workers.bump, (str(path), 1)) == state.generation() == 2
    state.close()


@pytest.mark.slow
def test_compact_waits_for_nobody(path: Path, pool: Pool) -> None:
    """While another process uses the file compact does nothing and says so."""
    assert pool.apply(workers.compact_beside_a_child, (str(path),)) == (False, True)


def test_expired_counters_make_room_and_living_ones_do_not(path: Path, clock: HandClock) -> None:
    """A flood of new names cannot fill the index for good, nor push out a counter that still counts."""
    state = SharedState.open(path, entries=256, clock=clock)
    limiter = StateLimiter(state, clock)
    days = [Policy("day", f"day{number}", 5, 86400.0) for number in range(40)]
    limiter.admit(days, 5)
    for number in range(2000):
        assert limiter.admit((Policy("p", f"flood{number}", 1, 1.0), Policy("q", f"more{number}", 1, 1.0))).allowed
        clock.forward(0.1)
    assert [limiter.usage(day).calls for day in days] == [5] * 40
    burst = [Policy("p", f"burst{number}", 1, 1.0) for number in range(300)]
    with pytest.raises(StateFullError):
        limiter.admit(burst)
    assert {limiter.usage(policy).calls for policy in burst} == {0}
    clock.forward(2)
    assert limiter.admit((Policy("p", "after", 1, 1.0),)).allowed
    assert [limiter.usage(day).calls for day in days] == [5] * 40
    state.close()


@pytest.mark.slow
def test_a_counter_somebody_decides_about_is_not_taken_over(path: Path, pool: Pool) -> None:
    """A call counted at the moment its counter looked expired is not lost."""
    assert pool.apply(workers.flood_beside_a_decision, (str(path),)) == 1


@pytest.mark.slow
def test_a_full_disk_is_an_error_and_not_the_end_of_the_worker(path: Path, pool: Pool) -> None:
    """Without room the caller gets StateFullError, nothing is counted, and known counters go on."""
    assert pool.apply(workers.count_on_a_full_disk, (str(path),)) == ("StateFullError", 0, True)


def test_unused_counters_cost_no_disk(state: SharedState, path: Path) -> None:
    """A million entries are there for the taking and take no space before."""
    assert state.generation() == 1
    assert path.stat().st_size > layout.ENTRIES_DEFAULT * layout.ENTRY_WORDS * layout.WORD_BYTES
    assert path.stat().st_blocks * 512 < 4 * layout.ARENA_BYTES_FIRST
