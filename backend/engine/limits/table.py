"""Table: the mapped file as an index of counters and an arena of rings.

Used by SharedState and by the rebuild at start. Every change is ordered so that a kill between two stores leaves
a table that is whole. Never locks: `insert`, `grow` and `refresh` need the structure lock, the rest the lock of the
counter they are about.
"""

import ctypes
import mmap
import os
from collections.abc import Callable, Iterator
from typing import NamedTuple, Protocol

from backend.engine.limits.errors import StateCorruptError, StateFullError
from backend.engine.limits.layout import (
    ARENA_NEXT_AT,
    CHANGES_AT,
    DAY_NS,
    DAY_SHIFT,
    EDITION,
    ENTRIES_AT,
    ENTRY_WORDS,
    EXTRA,
    HEAD,
    HEAD_BYTES,
    HIGH,
    INDEX_AT,
    KIND,
    LOW,
    MUTEXES_AT,
    PAGE_BYTES,
    RING,
    RING_LOG2_FIRST,
    RING_LOG2_MASK,
    RING_SHIFT,
    WINDOW,
    WORD_BYTES,
    arena_at,
)
from backend.engine.limits.log import Log
from backend.engine.limits.naming import CounterKind
from backend.engine.native.admission import View

GROWTH_BYTES_MAX = 16 << 20
_ENTRIES_A_PAGE = PAGE_BYTES // WORD_BYTES // ENTRY_WORDS
# At three quarters in use, a run of this many entries without a free or expired one does not happen by chance.
_PATH_ENTRIES = 256
_ZERO_PAGE = bytes(PAGE_BYTES)


class Named(Protocol):
    """Whose an entry is: the halves of its digest, and what it holds."""

    @property
    def high(self) -> int: ...  # noqa: D102 - as above
    @property
    def low(self) -> int: ...  # noqa: D102 - as above
    @property
    def kind(self) -> int: ...  # noqa: D102 - as above


class Identity(NamedTuple):
    """Whose an entry is, as read from another file."""

    high: int
    low: int
    kind: int


class Table:
    """One mapping of the file; `words` is replaced when the mapping grows, so nobody keeps it across a call.

    Attributes:
        pulse: words of the header, which may be read without a lock.
        mutexes_address: of the locks in the file.
    """

    __slots__ = ("_entries", "_fd", "_for_c", "_map", "length", "mutexes_address", "pulse", "words")

    def __init__(self, fd: int, view: View | None = None) -> None:
        """Map a file whose header was found good.

        Args:
            fd: the file.
            view: follows the mapping wherever it goes, until it is closed.
        """
        self._fd = fd
        self._map = mmap.mmap(fd, 0)
        # Header and locks a second time, in a mapping that never moves: `generation` reads it without a lock, and who
        # holds a mutex is found by its address.
        still = mmap.mmap(fd, HEAD_BYTES)
        self.pulse = memoryview(still).cast("Q")
        self.mutexes_address = address_of(still) + MUTEXES_AT * WORD_BYTES
        self._for_c = view or View()
        self._for_c.locks = self.mutexes_address
        self._view()
        self._entries = self.words[ENTRIES_AT]

    def close(self) -> None:
        """Unmap. The mapping owns a descriptor, so this drops every record lock the process holds on the file."""
        self._for_c.words = None
        self.words.release()
        self._map.close()

    def find(self, high: int, low: int) -> int:
        """Give the first word of the counter's entry, or 0 when there is none."""
        words = self.words
        for at in self._path(low):
            if not words[at + RING]:
                return 0
            if words[at + LOW] == low and words[at + HIGH] == high:
                return at
        return 0

    def insert(self, owner: Named, now: int, claim: Callable[[int], bool]) -> int:
        """Find or make the counter's entry.

        Args:
            owner: whose it is.
            now: ns; an entry on the way that means nothing any more by then is taken over.
            claim: locks the counter whose `high` is given, without waiting; says whether it could.

        Raises:
            StateFullError: every entry it might have is in use, or the disk is full.
        """
        spare, high, low = 0, owner.high, owner.low
        for at in self._path(low):
            if not self.words[at + RING]:
                if not spare:
                    self._publish(at, owner)
                    return at
                break
            if self.words[at + LOW] == low and self.words[at + HIGH] == high:
                return at
            if not spare and self._is_free(at, now, claim):
                spare = at
        if not spare:
            raise StateFullError(f"too many of the {self._entries} counters are in use")
        # Emptied before it is renamed: half renamed it answers to nobody and is taken over by the next. Its kind
        # changes in between, so that nobody ever finds his counter as one of another kind.
        words = self.words
        words[CHANGES_AT] += 1
        for word in (HEAD, WINDOW, EXTRA, EDITION):
            words[spare + word] = 0
        words[spare + HIGH] = high
        words[spare + KIND] = owner.kind
        words[spare + LOW] = low
        return spare

    def is_expired(self, at: int, now: int) -> bool:
        """Say whether nothing the counter holds can matter any more at `now` ns."""
        words = self.words
        kind, value = words[at + KIND], words[at + HEAD]
        if kind == CounterKind.CREDITS:
            return False
        if not value or kind == CounterKind.CREDITS_DRAFT:
            return True
        if kind == CounterKind.BUCKET:
            return value <= now
        if kind == CounterKind.DAY:
            return value >> DAY_SHIFT < now // DAY_NS
        return Log(words, at).last + words[at + WINDOW] <= now

    def is_mapped(self, at: int) -> bool:
        """Say whether the counter's ring lies inside this process's mapping."""
        ring = self.words[at + RING]
        return (ring >> RING_SHIFT) + (1 << (ring & RING_LOG2_MASK)) <= self.length

    def grow(self, at: int) -> None:
        """Double the counter's ring; the old one stays valid until the one store that switches to the new."""
        old = Log(self.words, at)
        log2 = (self.words[at + RING] & RING_LOG2_MASK) + 1
        base = self._allocate(1 << log2)
        words = self.words
        mask = (1 << log2) - 1
        index = old.first
        while index < old.head:
            stop = min(old.head, (index | old.mask) + 1)
            source, target = old.base + (index & old.mask), base + (index & mask)
            words[target : target + stop - index] = words[source : source + stop - index]
            index = stop
        words[CHANGES_AT] += 1
        words[at + RING] = base << RING_SHIFT | log2

    def refresh(self) -> None:
        """Map what other processes have added to the file."""
        size = os.fstat(self._fd).st_size
        if size != self.length * WORD_BYTES:
            self._resize(size)

    def entries(self) -> Iterator[int]:
        """Give every entry in use; pages never written cost one comparison."""
        for first in range(INDEX_AT, arena_at(self._entries), _ENTRIES_A_PAGE * ENTRY_WORDS):
            begin = first * WORD_BYTES
            if self._map[begin : begin + PAGE_BYTES] == _ZERO_PAGE:
                continue
            stop = min(first + _ENTRIES_A_PAGE * ENTRY_WORDS, arena_at(self._entries))
            for at in range(first, stop, ENTRY_WORDS):
                if self.words[at + RING]:
                    yield at

    def _path(self, low: int) -> Iterator[int]:
        # Bounded: a full index must not make the search for a new counter a walk through all of it.
        mask = self._entries - 1
        for slot in range(low, low + min(_PATH_ENTRIES, self._entries)):
            yield INDEX_AT + (slot & mask) * ENTRY_WORDS

    def _is_free(self, at: int, now: int, claim: Callable[[int], bool]) -> bool:
        # Looked at twice: its owner may have counted a call before we had its lock.
        return self.is_expired(at, now) and claim(self.words[at + HIGH]) and self.is_expired(at, now)

    def _publish(self, at: int, owner: Named) -> None:
        self._back_with_disk(at)
        base = self._allocate(1 << RING_LOG2_FIRST)
        words = self.words
        words[at + KIND] = owner.kind
        words[at + HIGH] = owner.high
        words[at + LOW] = owner.low
        # Last: until now the entry is free, and whoever comes next writes over it.
        words[at + RING] = base << RING_SHIFT | RING_LOG2_FIRST

    def _allocate(self, count: int) -> int:
        begin = self.words[ARENA_NEXT_AT]
        if begin + count > self.length:
            self._extend((begin + count) * WORD_BYTES)
        self.words[ARENA_NEXT_AT] = begin + count
        return begin

    def _extend(self, needed: int) -> None:
        size = os.fstat(self._fd).st_size
        if needed > size:
            arena = size - arena_at(self._entries) * WORD_BYTES
            wanted = max(needed, size + min(arena, GROWTH_BYTES_MAX))
            wanted = (wanted + PAGE_BYTES - 1) // PAGE_BYTES * PAGE_BYTES
            self._reserve(size, wanted - size)
            size = wanted
        self._resize(size)

    def _back_with_disk(self, at: int) -> None:
        page = at * WORD_BYTES // PAGE_BYTES * PAGE_BYTES
        if self._map[page : page + PAGE_BYTES] == _ZERO_PAGE:
            self._reserve(page, PAGE_BYTES)

    def _reserve(self, begin: int, count: int) -> None:
        # A store into a hole of a full disk is SIGBUS, the end of the worker; asked first, it is an error.
        try:
            os.posix_fallocate(self._fd, begin, count)
        except OSError as error:
            raise StateFullError("no disk space for the shared state") from error

    def _resize(self, size: int) -> None:
        if size < self.length * WORD_BYTES:
            raise StateCorruptError("the shared state was cut short while in use")
        # mmap.resize truncates the file to `size` too: safe only because the caller holds the structure lock.
        self.words.release()
        try:
            self._map.resize(size)
        finally:
            self._view()

    def _view(self) -> None:
        self.words = memoryview(self._map).cast("Q")
        self._for_c.length = self.length = len(self.words)
        self._for_c.words = address_of(self._map)


def address_of(mapping: mmap.mmap) -> int:
    """Give where a mapping lies. Keeps nothing of it, which would keep it from growing."""
    return ctypes.addressof(ctypes.c_char.from_buffer(mapping))
