"""What counters are locked with, against every other process: mutexes in the file, or records of it without a C kernel.

Used by SharedState, one thread of a process at a time. Locks are numbers, taken in ascending order, so that no two
processes wait for each other. Both kinds go with the process that holds them, wherever it is killed. All users of one
file use one kind: its header says which, and `attach` refuses the other.
"""

import errno
import os
from collections.abc import Iterable
from fcntl import LOCK_EX, LOCK_NB, LOCK_UN, lockf
from typing import Protocol

from backend.engine.limits.errors import StateError
from backend.engine.native.locks import Mutexes

_RECORDS_AT = 1 << 50
"""Bytes that are locked lie far beyond any file's end."""


class Locks(Protocol):
    """Locks that are taken one after the other and released together."""

    def take(self, numbers: Iterable[int]) -> None:
        """Wait for each lock, in the order given."""
        ...

    def attempt(self, number: int) -> bool:
        """Take a lock without waiting; say whether it could be taken."""
        ...

    def release(self) -> None:
        """Release all."""
        ...


class MutexLocks:
    """Robust mutexes in the file.

    Args:
        functions: of the C kernel.
        address: of the first; the mapping must not move.
    """

    def __init__(self, functions: Mutexes, address: int) -> None:
        self._functions = functions
        self._address = address
        self._held: list[int] = []

    def take(self, numbers: Iterable[int]) -> None:
        """Take locks; see Locks."""
        functions, address = self._functions, self._address
        for number in numbers:
            # Before it is taken: whatever interrupts this in between, nothing stays locked. Releasing what another
            # process has is refused.
            self._held.append(number)
            error = functions.attempt(address, number)
            if error == errno.EBUSY:
                error = functions.take(address, number)
            if error:
                raise StateError(f"lock {number} cannot be had: {os.strerror(error)}")

    def attempt(self, number: int) -> bool:
        """Take a lock at once; see Locks."""
        self._held.append(number)
        is_taken = self._functions.attempt(self._address, number) == 0
        if not is_taken:
            self._held.pop()
        return is_taken

    def release(self) -> None:
        """Release all; see Locks."""
        while self._held:
            self._functions.release(self._address, self._held.pop())


class RecordLocks:
    """Record locks of the file."""

    def __init__(self, fd: int) -> None:
        self._fd = fd

    def take(self, numbers: Iterable[int]) -> None:
        """Take locks; see Locks."""
        for number in numbers:
            while True:
                try:
                    lockf(self._fd, LOCK_EX, 1, _RECORDS_AT + number)
                except OSError as error:
                    # The kernel looks for cycles between processes, not threads, and over all files. Our order has
                    # none; what looks like one is gone when the other thread moves on.
                    if error.errno != errno.EDEADLK:
                        raise
                    os.sched_yield()
                else:
                    break

    def attempt(self, number: int) -> bool:
        """Take a lock at once; see Locks."""
        try:
            lockf(self._fd, LOCK_EX | LOCK_NB, 1, _RECORDS_AT + number)
        except (BlockingIOError, PermissionError):
            return False
        return True

    def release(self) -> None:
        """Release all; see Locks."""
        lockf(self._fd, LOCK_UN, 0, _RECORDS_AT)
