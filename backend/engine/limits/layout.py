"""Layout of the shared state's file: native 64-bit words, so that every store is one instruction.

    words 0..511         header: magic, version, index entries, next free arena word, generation, changes, kind of locks
    8 words a lock       mutexes, for the stripes of counters and one for the structure; unused where records are locked
    8 words an entry     index, one cache line each: digest (2), ring, value, then by kind
    to the end           arena: rings of timestamps in ns

    entry of        value (HEAD)                  WINDOW               EXTRA              EDITION
    a window        calls ever counted            longest window, ns
    a bucket        theoretical arrival, ns       us a token           newest call, ns
    a day           day number and count
    credits         position                                           ceiling            its version

An entry whose value is 0 is empty, whatever its kind; credits are never empty once they are whole.

Read by every module of this package. Holds numbers and the check of a header; maps nothing and locks nothing.
"""

import enum
import os
import struct

from backend.engine.native.locks import LOCK_BYTES

WORD_BYTES = 8
PAGE_BYTES = 4096

# A constant and not a string: a file of another byte order reads as another magic and is refused.
MAGIC = 0x4D504C494D495453
VERSION = 5

MAGIC_AT = 0
VERSION_AT = 1
ENTRIES_AT = 2
ARENA_NEXT_AT = 3
# On a cache line of its own: every request reads it, admissions write the line before.
GENERATION_AT = 8
# Raised before an entry is taken over, a ring is outgrown or a window widened: as long as it stands still, what was
# read of an entry's owner, ring and window still holds. On a line of its own: nearly every read finds it unchanged.
CHANGES_AT = 16
LOCK_KIND_AT = 24
"""A LockKind."""

STRIPES = 1024
"""Counters are locked by the stripe."""
STRUCTURE = STRIPES
"""The number of the lock that comes after those of the stripes."""
MUTEXES_AT = PAGE_BYTES // WORD_BYTES
HEAD_BYTES = -(-(PAGE_BYTES + (STRUCTURE + 1) * LOCK_BYTES) // PAGE_BYTES) * PAGE_BYTES
"""Header and locks, in whole pages."""
INDEX_AT = HEAD_BYTES // WORD_BYTES
ENTRY_WORDS = 8
HIGH = 0
LOW = 1
RING = 2
HEAD = 3
WINDOW = 4
INTERVAL = WINDOW
KIND = 5
EXTRA = 6
SEEN = EXTRA
CEILING = EXTRA
EDITION = 7

# A day's word: the number of the day since 1970, shifted, and the calls counted in it.
DAY_SHIFT = 44
DAY_COUNT_MAX = (1 << DAY_SHIFT) - 1
DAY_NS = 86_400 * 1_000_000_000

# A ring's word: where it begins, shifted, and the logarithm of its capacity. Never 0, so 0 is a free entry.
RING_SHIFT = 6
RING_LOG2_MASK = (1 << RING_SHIFT) - 1
RING_LOG2_FIRST = 4

ARENA_BYTES_FIRST = 1 << 20
ENTRIES_DEFAULT = 1 << 20


class Health(enum.Enum):
    """What a look at the header says."""

    BLANK = "blank"
    GOOD = "good"
    STALE = "stale"
    FOREIGN = "foreign"


class LockKind(enum.IntEnum):
    """What the users of a file lock with."""

    RECORDS = 0
    MUTEXES = 1


def arena_at(entries: int) -> int:
    """Give the first word of the arena."""
    return INDEX_AT + entries * ENTRY_WORDS


def inspect(fd: int) -> Health:
    """Judge a file by its header and size; STALE is ours but of another version or cut short."""
    page = os.pread(fd, PAGE_BYTES, 0)
    if not page.strip(b"\0"):
        return Health.BLANK
    if len(page) < PAGE_BYTES:
        return Health.FOREIGN
    magic, version, entries, arena_next = struct.unpack_from("=4Q", page)
    if magic != MAGIC:
        return Health.FOREIGN
    size_words = os.fstat(fd).st_size // WORD_BYTES
    is_plausible = version == VERSION and entries.bit_count() == 1 and arena_at(entries) <= arena_next <= size_words
    return Health.GOOD if is_plausible else Health.STALE


def lock_kind(fd: int) -> int:
    """Give what kind of locks a file is used with."""
    (kind,) = struct.unpack("=Q", os.pread(fd, WORD_BYTES, LOCK_KIND_AT * WORD_BYTES))
    return int(kind)


def write_header(fd: int, entries: int, generation: int, kind: LockKind) -> None:
    """Make an empty file a state with no counters.

    Args:
        entries: capacity of the index, a power of two.
        generation: where the generation goes on counting.
        kind: what it will be locked with. Mutexes are for the caller to make.

    Raises:
        ValueError: entries is not a power of two.
    """
    if entries.bit_count() != 1:
        raise ValueError(f"entries must be a power of two, not {entries}")
    os.ftruncate(fd, arena_at(entries) * WORD_BYTES)
    os.posix_fallocate(fd, arena_at(entries) * WORD_BYTES, ARENA_BYTES_FIRST)
    words = [0] * (PAGE_BYTES // WORD_BYTES)
    words[MAGIC_AT] = MAGIC
    words[VERSION_AT] = VERSION
    words[ENTRIES_AT] = entries
    words[ARENA_NEXT_AT] = arena_at(entries)
    words[GENERATION_AT] = generation
    words[LOCK_KIND_AT] = kind
    os.pwrite(fd, struct.pack(f"={len(words)}Q", *words), 0)
