"""Names of counters: the same key counts apart as a window, a bucket, a day and an account's credits.

Used by rules, which carry their counter's name, and by both places where counters live: the shared file and Redis.
"""

import enum

_SEPARATOR = "\0"
_TOGETHER = "@"


class CounterKind(enum.IntEnum):
    """What a counter holds; the number is stored in its entry of the shared file."""

    WINDOW = 0
    BUCKET = 1
    DAY = 2
    CREDITS_DRAFT = 3
    """A credit cell not yet whole: nobody may believe it, anybody may take its entry."""
    CREDITS = 4


def counter_name(kind: CounterKind, key: str) -> str:
    """Give the name of a counter; a window's is its key."""
    return key if kind is CounterKind.WINDOW else f"{kind.name.lower()}{_SEPARATOR}{key}"


def counter_kind(name: str) -> CounterKind:
    """Give the kind that a name was made for."""
    return _KINDS.get(name.partition(_SEPARATOR)[0], CounterKind.WINDOW) if _SEPARATOR in name else CounterKind.WINDOW


def locked_with(name: str) -> str:
    """Give what a counter is locked with: what follows an @ in its name, such as its account; else itself alone.

    Counters that decide the same calls are locked by one step, and wait for each other anyway.
    """
    _, _, together = name.rpartition(_TOGETHER)
    return together or name


_KINDS = {kind.name.lower(): kind for kind in CounterKind}
