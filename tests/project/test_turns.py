"""Of the threads that answer calls one takes them all, until a call holds it up."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from queue import SimpleQueue

import pytest

from backend.core import turns
from backend.core.turns import Turns

SECONDS_MAX = 20.0
Work = Callable[[], object]


class Pool:
    """Threads that take calls out of one queue, as granian's do."""

    def __init__(self, threads: int) -> None:
        self.joined: list[int] = []
        self.turns = Turns(lambda: self.joined.append(threading.get_ident()))
        self.by: list[int] = []
        """Which thread answered, call by call."""
        self._queue: SimpleQueue[tuple[Work, threading.Event] | None] = SimpleQueue()
        self._threads = [threading.Thread(target=self._serve, daemon=True) for _ in range(threads)]
        for thread in self._threads:
            thread.start()

    def send(self, work: Work = lambda: None) -> threading.Event:
        """Send a call; give what is set once it is answered."""
        answered = threading.Event()
        self._queue.put((work, answered))
        return answered

    def ask(self, work: Work = lambda: None) -> None:
        """Send a call and wait for its answer."""
        assert self.send(work).wait(SECONDS_MAX), "nobody answers"

    def settle(self) -> int:
        """Send short calls until one thread is left that takes them; give it."""
        deadline = time.monotonic() + SECONDS_MAX
        while True:
            del self.by[:]
            for _ in range(50):
                self.ask()
            if len(set(self.by)) == 1:
                return self.by[0]
            assert time.monotonic() < deadline, "several threads go on taking calls"

    def _serve(self) -> None:
        while (task := self._queue.get()) is not None:
            work, answered = task
            seat = self.turns.begin()
            try:
                work()
                self.by.append(threading.get_ident())
                answered.set()
            finally:
                self.turns.end(seat)


@pytest.fixture
def held() -> Iterator[threading.Event]:
    """Give what long calls wait for; it comes at the end of the test at the latest."""
    end = threading.Event()
    yield end
    end.set()


def hold(pool: Pool, end: threading.Event, work: Work = lambda: None) -> threading.Event:
    """Send a call that takes until `end`, and wait until it is begun; give what is set once it is answered."""
    begun = threading.Event()

    def long() -> None:
        work()
        begun.set()
        end.wait(SECONDS_MAX)

    answered = pool.send(long)
    assert begun.wait(SECONDS_MAX)
    return answered


def test_short_calls_are_taken_by_one_thread() -> None:
    """Each of the others took one at most, and waits since then."""
    pool = Pool(4)
    pool.settle()
    for _ in range(500):
        pool.ask()
    assert len(set(pool.by)) == 1
    assert len(pool.joined) == len(set(pool.joined)) <= 4


def test_another_takes_over_while_a_call_is_held_up(held: threading.Event) -> None:
    """As by a body that comes slowly; afterwards there is again one that takes all."""
    pool = Pool(3)
    first = pool.settle()
    answered = hold(pool, held)
    pool.ask()
    second = pool.settle()
    assert second != first
    held.set()
    assert answered.wait(SECONDS_MAX)
    assert pool.settle() == second


def test_whoever_slept_a_while_is_watched_all_the_same(held: threading.Event) -> None:
    """Between calls the one that watches waits for a bell, and the next call rings it."""
    pool = Pool(2)
    pool.settle()
    deadline = time.monotonic() + SECONDS_MAX
    while not pool.turns._is_dozing:
        assert time.monotonic() < deadline
        time.sleep(0.005)
    hold(pool, held)
    pool.ask()


def test_a_call_that_is_known_to_be_long_is_not_waited_for(
    held: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says so itself, and the next one is taken at once."""
    monkeypatch.setattr(turns, "PATIENCE_SECONDS", 3600.0)
    pool = Pool(2)
    first = pool.settle()
    hold(pool, held, pool.turns.pass_on)
    pool.ask()
    assert pool.by[-1] != first


@pytest.mark.parametrize("threads", [1, 3])
def test_with_all_held_up_the_first_that_is_free_goes_on(threads: int) -> None:
    """Nobody watches any more, so whoever is done takes the next call itself."""
    pool = Pool(threads)
    ends = [threading.Event() for _ in range(threads)]
    answered = [hold(pool, end) for end in ends]
    waiting = pool.send()
    assert not waiting.wait(0.1)
    ends[-1].set()
    assert waiting.wait(SECONDS_MAX)
    assert answered[-1].is_set()
    pool.settle()
    for end, one in zip(ends, answered, strict=True):
        end.set()
        assert one.wait(SECONDS_MAX)
    pool.settle()


def test_calls_of_all_lengths_are_all_answered() -> None:
    """Long ones and short ones, some of which say that they are long; nobody is left behind."""
    pool, dice = Pool(6), random.Random(7)  # noqa: S311 - lengths of calls

    def work() -> Work:
        seconds, says_so = dice.choice((0.0, 0.0, 0.001, 0.015, 0.04)), dice.random() < 0.5

        def run() -> None:
            if seconds and says_so:
                pool.turns.pass_on()
            time.sleep(seconds)

        return run

    answers = [pool.send(work()) for _ in range(600)]
    assert all(one.wait(SECONDS_MAX) for one in answers)
    pool.settle()


def test_no_turns_no_passing_on() -> None:
    """Where threads take no turns, as under gunicorn, nothing happens."""
    turns.pass_on()
