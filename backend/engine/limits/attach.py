"""Opening the shared state's file: who may replace it, and what a replacement keeps.

Called by SharedState when it opens, after a fork, and to compact. Every process that uses the file holds a shared
flock on it; whoever gets the exclusive one is alone, builds a new file beside it and renames. Never cuts a file in use.
"""

import fcntl
import mmap
import os
from contextlib import suppress
from pathlib import Path

from backend.engine.limits.errors import StateCorruptError, StateError, StateFullError
from backend.engine.limits.layout import (
    EDITION,
    EXTRA,
    GENERATION_AT,
    HEAD,
    HEAD_BYTES,
    HIGH,
    KIND,
    LOW,
    MUTEXES_AT,
    RING,
    STRUCTURE,
    WINDOW,
    WORD_BYTES,
    Health,
    LockKind,
    inspect,
    lock_kind,
    write_header,
)
from backend.engine.limits.locks import Locks, MutexLocks, RecordLocks
from backend.engine.limits.log import Log
from backend.engine.limits.naming import CounterKind
from backend.engine.limits.table import Identity, Table, address_of
from backend.engine.native.locks import Mutexes, mutexes

_WORDS = {CounterKind.BUCKET, CounterKind.DAY, CounterKind.CREDITS}


def attach(path: Path, *, entries: int, now: int) -> int:
    """Open the file and join its users; whoever comes first makes it, or rebuilds what is there.

    Args:
        path: a file on a local disk; made with mode 0600 when missing.
        entries: size of the index when the file has to be made.
        now: ns; a rebuild drops the calls that have expired by then.

    Returns:
        A descriptor that holds the shared flock; closing it leaves.

    Raises:
        StateCorruptError: the file is something else, or is broken while others use it.
    """
    is_rebuilt = False
    while True:
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        is_joined = False
        try:
            if not is_rebuilt and is_alone(fd) and is_current(fd, path):
                rebuild(fd, path, entries=entries, now=now)
                is_rebuilt = True
                continue
            fcntl.flock(fd, fcntl.LOCK_SH)
            # Another process may have renamed a rebuilt file over this one, or died before it could.
            is_joined = is_current(fd, path) and _is_usable(fd, path)
            if is_joined:
                return fd
            is_rebuilt = False
        finally:
            if not is_joined:
                os.close(fd)


def is_alone(fd: int) -> bool:
    """Take the exclusive flock if nobody else uses the file. A refusal loses the shared one if it was held."""
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def is_current(fd: int, path: Path) -> bool:
    """Say whether the path still names the open file."""
    try:
        return os.path.samestat(os.fstat(fd), path.stat())
    except FileNotFoundError:
        return False


def rebuild(fd: int, path: Path, *, entries: int, now: int) -> None:
    """Replace the file by a fresh one with the calls that still matter; the caller holds the exclusive flock.

    Raises:
        StateCorruptError: the file is something else and is left alone.
    """
    health = inspect(fd)
    if health is Health.FOREIGN:
        raise StateCorruptError(f"{path} is not a shared state; move it away")
    fresh_path = path.with_name(f"{path.name}.new")
    fresh_path.unlink(missing_ok=True)
    fresh_fd = os.open(fresh_path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        write_header(fresh_fd, entries, generation=1, kind=_own_kind())
        functions = mutexes()
        if functions is not None:
            _make_mutexes(functions, fresh_fd)
        if health is Health.GOOD:
            _carry_over(fd, fresh_fd, now)
        fresh_path.replace(path)
    finally:
        os.close(fresh_fd)


def locks_of(fd: int, table: Table) -> Locks:
    """Give what a file that was attached is locked with."""
    functions = mutexes()
    return RecordLocks(fd) if functions is None else MutexLocks(functions, table.mutexes_address)


def _own_kind() -> LockKind:
    return LockKind.RECORDS if mutexes() is None else LockKind.MUTEXES


def _make_mutexes(functions: Mutexes, fd: int) -> None:
    with mmap.mmap(fd, HEAD_BYTES) as head:
        error = functions.make(address_of(head) + MUTEXES_AT * WORD_BYTES, STRUCTURE + 1)
    if error:
        raise StateError(f"no locks can be made: {os.strerror(error)}")


def _carry_over(fd: int, fresh_fd: int, now: int) -> None:
    old, fresh = Table(fd), Table(fresh_fd)
    try:
        fresh.words[GENERATION_AT] = old.words[GENERATION_AT]
        for at in old.entries():
            # A start with a counter less is better than none.
            with suppress(StateFullError):
                kind = old.words[at + KIND]
                if kind == CounterKind.WINDOW:
                    _carry_window(old, at, fresh, now)
                elif kind in _WORDS:
                    _carry_word(old, at, fresh, now)
    finally:
        old.close()
        fresh.close()


def _carry_window(old: Table, at: int, fresh: Table, now: int) -> None:
    # After a power cut pages may be of different ages: what does not add up is dropped, not believed.
    if not old.is_mapped(at) or not old.words[at + RING]:
        return
    log = Log(old.words, at)
    stamps = log.kept_after(max(0, now - log.window))
    if not stamps or stamps != sorted(stamps):
        return
    entry = _insert_like(old, at, fresh)
    copy = Log(fresh.words, entry)
    copy.widen(log.window)
    while len(stamps) > copy.mask:
        fresh.grow(entry)
        copy.load(fresh.words, entry)
    for stamp in stamps:
        copy.append(stamp, 1)
        copy.load(fresh.words, entry)


def _carry_word(old: Table, at: int, fresh: Table, now: int) -> None:
    if old.is_expired(at, now):
        return
    entry = _insert_like(old, at, fresh)
    for word in (HEAD, WINDOW, EXTRA, EDITION):
        fresh.words[entry + word] = old.words[at + word]


def _insert_like(old: Table, at: int, fresh: Table) -> int:
    words = old.words
    return fresh.insert(Identity(words[at + HIGH], words[at + LOW], words[at + KIND]), 0, lambda _high: False)


def _is_usable(fd: int, path: Path) -> bool:
    health = inspect(fd)
    if health is Health.BLANK:
        return False
    if health is Health.GOOD:
        kind = lock_kind(fd)
        if kind == _own_kind():
            return True
        started = "with" if kind == LockKind.MUTEXES else "without"
        raise StateCorruptError(f"{path} is in use by a process that was started {started} the C kernel: stop it first")
    raise StateCorruptError(f"{path} is broken or of another version, and in use by another process")
