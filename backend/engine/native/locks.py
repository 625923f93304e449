"""Locks that the processes of a machine share in a mapped file, made by locks.c; used by the shared state."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from functools import cache
from typing import Final, NamedTuple

from backend.engine.native.library import library

LOCK_BYTES: Final = 64
"""As in locks.c."""


class Mutexes(NamedTuple):
    """The functions of locks.c. The first argument is the address of the locks; all but `release` give an errno.

    Attributes:
        make: with how many there are, in a file that nobody else uses.
        attempt: with a lock's number: take it, unless somebody keeps it for long (EBUSY). Keeps the interpreter's lock.
        take: with its number: wait for it, without the interpreter's lock.
        release: with its number, by the thread that took it.
    """

    make: Callable[[int, int], int]
    attempt: Callable[[int, int], int]
    take: Callable[[int, int], int]
    release: Callable[[int, int], None]


@cache
def mutexes() -> Mutexes | None:
    """Give the functions; None without a library."""
    both = library()
    if both is None:
        return None
    held, released = both
    make, attempt, release = held.modelport_locks_make, held.modelport_lock_try, held.modelport_lock_release
    take = released.modelport_lock_take
    for function in (make, attempt, take, release):
        function.argtypes, function.restype = (ctypes.c_void_p, ctypes.c_int64), ctypes.c_int
    release.restype = None
    return Mutexes(make, attempt, take, release)
