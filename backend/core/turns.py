"""Which of a process's threads takes the next call: one does while calls are short, another once a call takes long.

Threads that wait for calls side by side disturb each other: each is woken for calls that the other takes, and one that
the kernel stops half way through a call waits for all that the other answers meanwhile. Here one of them, the leader,
answers call after call, and the others wait behind it. One of those watches, and becomes the leader as soon as a call
holds the old one up: a body that comes slowly, a page of the portal, a long batch.

Source: Schmidt and others, Leader/Followers, in Pattern-Oriented Software Architecture 2 (2000).
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from threading import get_ident
from typing import Final

PATIENCE_SECONDS: Final = 0.01
"""A call that still runs at the second look is a long one."""


class Seat:
    """What is known of a thread that answers calls; written by that thread alone."""

    __slots__ = ("calls", "is_busy", "thread")

    def __init__(self, thread: int) -> None:
        self.thread = thread
        self.calls = 0
        self.is_busy = False


class Turns:
    """The turns of one process's threads.

    Args:
        joined: is called once by each thread, before its first call.
    """

    def __init__(self, joined: Callable[[], object] = lambda: None) -> None:
        self._joined = joined
        self._leader: Seat | None = None
        """Who takes the next call; None while nobody is free to."""
        self._seats: dict[int, Seat] = {}
        self._watch = threading.Lock()
        """Held by the one that watches; the others wait for it."""
        self._bell = threading.Event()
        self._is_dozing = False
        """The one that watches waits for the bell, however long that takes."""

    def begin(self) -> Seat:
        """Begin a call. Give the seat of this thread, with which it ends the call."""
        seat = self._leader
        if seat is None or seat.thread != get_ident():
            seat = self._seat()
        seat.calls += 1
        seat.is_busy = True
        if self._is_dozing:
            self._bell.set()
        return seat

    def end(self, seat: Seat) -> None:
        """End a call that is answered. Comes back when it is this thread that takes the next."""
        seat.is_busy = False
        if seat is not self._leader:
            self._wait(seat)

    def pass_on(self) -> None:
        """Say that the call of this thread will take long: another one takes the next."""
        seat = self._leader
        if seat is not None and seat.thread == get_ident():
            self._leader = None
            self._bell.set()

    def _seat(self) -> Seat:
        thread = get_ident()
        seat = self._seats.get(thread)
        if seat is None:
            self._joined()
            seat = self._seats[thread] = Seat(thread)
        return seat

    def _wait(self, seat: Seat) -> None:
        with self._watch:
            self._look_out()
            self._leader = seat

    def _look_out(self) -> None:
        """Come back when nobody takes calls any more."""
        last: tuple[Seat, int] | None = None
        while (leader := self._leader) is not None:
            now = leader, leader.calls
            if leader.is_busy and now == last:
                return
            self._bell.clear()
            self._is_dozing = not leader.is_busy and now == last
            # Whoever began a call before it could see that this one dozes is seen here.
            is_idle = self._is_dozing and not leader.is_busy and self._leader is leader
            self._bell.wait(None if is_idle else PATIENCE_SECONDS)
            self._is_dozing = False
            last = now


_turns: Turns | None = None


def take_turns(joined: Callable[[], object]) -> Turns:
    """Give the turns of this process from now on."""
    global _turns  # noqa: PLW0603 - a process has one
    _turns = Turns(joined)
    return _turns


def pass_on() -> None:
    """Say that the call of this thread will take long; nothing where threads take no turns."""
    if _turns is not None:
        _turns.pass_on()
