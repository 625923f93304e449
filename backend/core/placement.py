"""Which processor a worker runs on: one of its own, where there are as many workers as processors.

A call passes from the thread that reads the socket to the one that answers, and back. On one processor that is a
switch; over two it is an interrupt, and in a virtual machine one that the host must deliver. Called by workers as they
start, around long batches and by the sandbox. Linux; elsewhere a no-op.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections import Counter
from collections.abc import Iterable, Iterator

_before: frozenset[int] | None = None
_long: Counter[int] = Counter()
"""How many long pieces of work this process has begun on each processor, and not ended."""
_lock = threading.Lock()


def processors() -> list[int]:
    """Give the numbers of those that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return sorted(os.sched_getaffinity(0))
    return list(range(os.cpu_count() or 1))


def place_worker(number: int, workers: int) -> None:
    """Keep this process, and the threads that it has yet to start, on one processor.

    With fewer or more workers than processors it goes where the kernel puts it: of a few that are busy, two could have
    the same one while another idles.

    Args:
        number: which of the workers it is, from 0 and below `workers`; the one that replaces it has the same.
        workers: how many there are.
    """
    global _before  # noqa: PLW0603 - a process is placed once
    allowed = processors()
    if workers != len(allowed) or not hasattr(os, "sched_setaffinity"):
        return
    with contextlib.suppress(OSError):
        os.sched_setaffinity(0, {allowed[number]})
        _before = frozenset(allowed)


def give_way() -> None:
    """Let this thread of a placed worker, when it wakes, wait for the one at work; threads that it starts do so too.

    A thread that answers calls then does not cut in on the one that reads and writes the sockets, nor on another.
    """
    if _before is not None:
        with contextlib.suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))


@contextlib.contextmanager
def anywhere() -> Iterator[None]:
    """Let this thread, and children that it starts, use every processor for a while.

    For milliseconds of work an idle one is worth the way there. Where another thread of this process is at such work
    already, this one goes to another processor at once: the kernel would leave both where they are for as long as they
    take. Inside another `anywhere` nothing changes.
    """
    own = set() if _before is None else os.sched_getaffinity(0)
    if _before is None or own == _before:
        yield
        return
    with _lock:
        chosen = min(_before, key=lambda one: (_long[one], one not in own))
        _long[chosen] += 1
    if chosen not in own:
        _go({chosen})
    _go(_before)
    try:
        yield
    finally:
        _go(own)
        with _lock:
            _long[chosen] -= 1


def _go(where: Iterable[int]) -> None:
    # Refused only where an operator took all of these away in the meantime: then the kernel has chosen others.
    with contextlib.suppress(OSError):
        os.sched_setaffinity(0, where)
