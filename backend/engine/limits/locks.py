"""What counters are locked with, against every other process: mutexes in the file, or records of it without a C kernel.

Used by SharedState, one thread of a process at a time. Locks are numbers, taken in ascending order, so that no two
processes wait for each other. Both kinds go with the process that holds them, wherever it is killed. All users of one
file use one kind: its header says which, and `attach` refuses the other.
"""

import errno
import os
from abc import ABC, abstractmethod
from collections.abc import Iterable
from fcntl import LOCK_EX, LOCK_NB, LOCK_UN, lockf

from backend.engine.limits.errors import StateError
from backend.engine.native.locks import Mutexes

_RECORDS_AT = 1 << 50
"""Bytes that are locked lie far beyond any file's end."""


class Locks(ABC):
    """Locks that are taken one after the other and released together."""

    def __init__(self) -> None:
        self._held: list[int] = []

    def take(self, numbers: Iterable[int]) -> None:
        """Wait for each lock that is not held yet, in the order given."""
        for number in numbers:
            if number not in self._held:
                # Before it is taken: whatever interrupts this in between, nothing stays locked.
                self._held.append(number)
                self._wait_for(number)

    def claim(self, number: int) -> bool:
        """Take a lock without waiting; False when somebody holds it, this process included."""
        if number in self._held:
            return False
        self._held.append(number)
        is_taken = self._could_take(number)
        if not is_taken:
            self._held.pop()
        return is_taken

    def release(self) -> None:
        """Release all."""
        self._give_back(self._held)
        self._held.clear()

    @abstractmethod
    def _wait_for(self, number: int) -> None: ...

    @abstractmethod
    def _could_take(self, number: int) -> bool: ...

    @abstractmethod
    def _give_back(self, numbers: Iterable[int]) -> None: ...


class MutexLocks(Locks):
    """Robust mutexes in the file. Giving back what another process holds is refused, and harms nobody.

    Args:
        functions: of the C kernel.
        address: of the first; the mapping must not move.
    """

    def __init__(self, functions: Mutexes, address: int) -> None:
        super().__init__()
        self._functions = functions
        self._address = address

    def _wait_for(self, number: int) -> None:
        error = self._functions.attempt(self._address, number)
        if error == errno.EBUSY:
            error = self._functions.take(self._address, number)
        if error:
            raise StateError(f"lock {number} cannot be had: {os.strerror(error)}")

    def _could_take(self, number: int) -> bool:
        return self._functions.attempt(self._address, number) == 0

    def _give_back(self, numbers: Iterable[int]) -> None:
        for number in numbers:
            self._functions.release(self._address, number)


class RecordLocks(Locks):
    """Record locks of the file."""

    def __init__(self, fd: int) -> None:
        super().__init__()
        self._fd = fd

    def _wait_for(self, number: int) -> None:
        while True:
            try:
                lockf(self._fd, LOCK_EX, 1, _RECORDS_AT + number)
            except OSError as error:
                # The kernel looks for cycles between processes, not threads, and over all files. Our order has none;
                # what looks like one is gone when the other thread moves on.
                if error.errno != errno.EDEADLK:
                    raise
                os.sched_yield()
            else:
                break

    def _could_take(self, number: int) -> bool:
        try:
            lockf(self._fd, LOCK_EX | LOCK_NB, 1, _RECORDS_AT + number)
        except (BlockingIOError, PermissionError):
            return False
        return True

    def _give_back(self, numbers: Iterable[int]) -> None:  # noqa: ARG002 - all at once
        lockf(self._fd, LOCK_UN, 0, _RECORDS_AT)
