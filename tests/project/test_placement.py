"""Workers keep to a processor each; what they start beside serving does not."""

from __future__ import annotations

import ctypes
import os
import threading
from collections.abc import Callable
from multiprocessing import get_context
from typing import Any

import orjson
import pytest

from backend.core.placement import anywhere, give_way, place_worker, processors
from backend.engine.serving.lockdown import Limits
from backend.engine.serving.sandbox import run_child

pytestmark = pytest.mark.skipif(len(processors()) < 2, reason="there is one processor")

_libc = ctypes.CDLL(None)
WHERE = "import os; print(sorted(os.sched_getaffinity(0)))"


def in_a_process(work: Callable[[], Any]) -> Any:
    """Run something in a forked process, which may be placed without harm to this one."""
    context = get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=lambda: sender.send(work()))
    process.start()
    sender.close()  # else a process that fails would be waited for
    found = receiver.recv()
    process.join()
    return found


def of_a_thread() -> tuple[list[int], int]:
    """Give where a new thread may run, and its policy."""
    found: list[tuple[list[int], int]] = []
    thread = threading.Thread(target=lambda: found.append((sorted(os.sched_getaffinity(0)), os.sched_getscheduler(0))))
    thread.start()
    thread.join()
    return found[0]


@pytest.mark.parametrize("number", [0, 1])
def test_a_worker_and_its_threads_keep_to_one_processor(number: int) -> None:
    """Which one follows from its number, so that whoever replaces it goes there too."""
    allowed = processors()

    def work() -> tuple[list[int], int]:
        place_worker(number, len(allowed))
        return of_a_thread()

    assert in_a_process(work) == ([allowed[number]], os.SCHED_OTHER)


def test_a_thread_that_gives_way_cuts_in_on_nobody() -> None:
    """Nor do the threads that it starts: gunicorn's main thread does so before there are others."""

    def work() -> tuple[int, int]:
        place_worker(0, len(processors()))
        give_way()
        return os.sched_getscheduler(0), of_a_thread()[1]

    assert in_a_process(work) == (os.SCHED_BATCH, os.SCHED_BATCH)


def test_a_worker_that_is_not_placed_gives_no_way() -> None:
    """Its threads may be on several processors, where the kernel knows better."""

    def work() -> int:
        place_worker(0, len(processors()) + 1)
        give_way()
        return os.sched_getscheduler(0)

    assert in_a_process(work) == os.SCHED_OTHER


@pytest.mark.parametrize("more", [-1, 1])
def test_fewer_or_more_workers_than_processors_go_where_the_kernel_puts_them(more: int) -> None:
    """One worker that computes in two threads may use two processors, and two busy ones of many too."""

    def work() -> tuple[list[int], int]:
        place_worker(0, len(processors()) + more)
        return of_a_thread()

    assert in_a_process(work) == (processors(), os.SCHED_OTHER)


def test_long_work_may_go_anywhere_and_comes_back() -> None:
    """Of two long calls to one worker, one may use the processor that idles."""

    def work() -> tuple[list[int], list[int]]:
        place_worker(1, len(processors()))
        with anywhere():
            during = processors()
        return during, processors()

    assert in_a_process(work) == (processors(), [processors()[1]])


def test_of_two_at_long_work_one_is_sent_elsewhere() -> None:
    """The kernel alone would leave both threads on the worker's own processor until they are done."""

    def work() -> tuple[int, int, list[int]]:
        place_worker(0, len(processors()))
        inside, leave = threading.Event(), threading.Event()

        def compute() -> None:
            with anywhere():
                inside.set()
                leave.wait()

        thread = threading.Thread(target=compute)
        thread.start()
        inside.wait()
        before = _libc.sched_getcpu()
        with anywhere():
            during = _libc.sched_getcpu()
        leave.set()
        thread.join()
        return before, during, processors()

    before, during, after = in_a_process(work)
    assert before == processors()[0]
    assert during != before
    assert after == [before]


def test_a_third_goes_where_fewest_are() -> None:
    """One is left on the worker's own processor; it does not count who went there and back."""

    def work() -> list[int]:
        own, other, *_ = processors()
        place_worker(0, len(processors()))
        found: list[int] = []
        leave = threading.Event()

        def compute(inside: threading.Event, until: threading.Event) -> None:
            with anywhere():
                found.append(_libc.sched_getcpu())
                inside.set()
                until.wait()

        def begin(until: threading.Event) -> threading.Thread:
            inside = threading.Event()
            thread = threading.Thread(target=compute, args=(inside, until))
            thread.start()
            inside.wait()
            return thread

        ended = threading.Event()
        first = begin(ended)
        second = begin(leave)
        ended.set()
        first.join()
        third = begin(leave)
        leave.set()
        second.join()
        third.join()
        return [[own, other].index(one) for one in found]

    assert in_a_process(work)[:3] == [0, 1, 0]


def test_long_work_inside_long_work_stays_where_it_is() -> None:
    """A long body's many rows are one call."""

    def work() -> tuple[list[int], list[int], list[int]]:
        place_worker(0, len(processors()))
        with anywhere():
            with anywhere():
                inner = processors()
            between = processors()
        return inner, between, processors()

    assert in_a_process(work) == (processors(), processors(), processors()[:1])


def test_what_a_worker_inspects_runs_anywhere() -> None:
    """An upload takes no time from the calls of one worker in particular."""

    def work() -> bytes:
        place_worker(1, len(processors()))
        return run_child(WHERE, b"", files=(), limits=Limits()).output

    assert orjson.loads(in_a_process(work)) == processors()
