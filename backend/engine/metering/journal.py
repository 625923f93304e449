"""The journal: one append-only file per worker process, holding the calls it answered.

A worker appends before the answer leaves; `backend.engine.metering.reader` reads what the database does not
hold yet. Once `append` returns, the record survives the death of the process (it is in the kernel's page
cache), though not of the machine. Never fsyncs, never deletes, never waits for a reader.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import threading
import time
import weakref
from pathlib import Path

from backend.core.errors import Unavailable

SUFFIX = ".jsonl"
DRAFT_SUFFIX = ".draft"
SEGMENT_BYTES_MAX = 64 * 1024 * 1024


class JournalFull(Unavailable):
    """The record of a call could not be written; the call must not be answered as served."""

    def __init__(self, cause: str) -> None:
        super().__init__("The call could not be recorded; try again later", internal=f"journal: {cause}")


class JournalWriter:
    """Appends the records of this process, whatever its threads, to a segment of its own.

    The segment is under an exclusive flock as long as its owner lives, which is how a reader tells a finished
    segment from one that will grow. A forked child begins a segment of its own.

    Args:
        folder: must exist.
        segment_bytes_max: a longer segment is followed by a new one.
    """

    def __init__(self, folder: Path, *, segment_bytes_max: int = SEGMENT_BYTES_MAX) -> None:
        self._folder = folder
        self._bytes_max = segment_bytes_max
        self._lock = threading.Lock()
        self._fd = -1
        self._bytes = 0
        self._is_begun = False
        """A segment is open, and this process began it."""
        _writers.add(self)

    def append(self, line: bytes) -> None:
        """Add one record, newline included, by one write.

        Raises:
            JournalFull: no room, or the file system refuses; nothing of the line is left behind.
        """
        with self._lock:
            if not self._is_begun or self._bytes + len(line) > self._bytes_max:
                self._begin_segment()
            try:
                written = os.write(self._fd, line)
            except OSError as error:
                raise JournalFull(str(error)) from error
            if written == len(line):
                self._bytes += written
                return
            self._take_back()
        raise JournalFull(f"{written} of {len(line)} bytes written")

    def close(self) -> None:
        """End the segment; its flock goes with it. A later append begins another."""
        with self._lock:
            self._leave_segment()

    def begin_anew(self) -> None:
        """Forget in a forked child the parent's segment, and a lock that another of its threads held meanwhile."""
        self._lock = threading.Lock()
        self._is_begun = False

    def _begin_segment(self) -> None:
        try:
            fd = create_segment(self._folder)
        except OSError as error:
            raise JournalFull(str(error)) from error
        self._leave_segment()
        self._fd, self._bytes, self._is_begun = fd, 0, True

    def _leave_segment(self) -> None:
        """Close without unlocking: in a forked child the flock is still the parent's."""
        if self._fd >= 0:
            os.close(self._fd)
        self._fd, self._is_begun = -1, False

    def _take_back(self) -> None:
        """Undo a short write; a segment that cannot be mended ends here, and readers skip its torn end."""
        try:
            os.ftruncate(self._fd, self._bytes)
        except OSError:
            self._leave_segment()


def create_segment(folder: Path) -> int:
    """Make a segment of a new name, locked before any reader can see it; give its descriptor."""
    name = f"{time.time_ns():020d}-{os.getpid()}-{secrets.token_hex(8)}{SUFFIX}"
    draft = folder / f"{name}{DRAFT_SUFFIX}"
    fd = os.open(draft, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        draft.rename(folder / name)
    except OSError:
        os.close(fd)
        with contextlib.suppress(OSError):
            draft.unlink()
        raise
    return fd


def begun_us(segment: str) -> int:
    """Give when a segment was begun, in microseconds since 1970, as its name says; 0 where it does not."""
    nanoseconds = segment.partition("-")[0]
    return int(nanoseconds) // 1_000 if nanoseconds.isdecimal() else 0


_writers: weakref.WeakSet[JournalWriter] = weakref.WeakSet()


def _begin_anew() -> None:
    for writer in tuple(_writers):
        writer.begin_anew()


os.register_at_fork(after_in_child=_begin_anew)
