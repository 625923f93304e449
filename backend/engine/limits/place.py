"""Place: where one counter lives, by its name.

Kept by SharedState between decisions, so that a known name costs no digest and no search. Valid only under its lock.
"""

from hashlib import blake2b

from backend.engine.limits.layout import CHANGES_AT, EXTRA, HEAD, HIGH, LOW, RING, STRIPES, WINDOW
from backend.engine.limits.log import Log
from backend.engine.limits.naming import CounterKind, counter_kind, locked_with


class Place(Log):
    """A counter by its name, read anew at every `acquire`.

    Attributes:
        kind: what an entry made for it is marked as.
        seen: the header's count of changes under which owner, ring and window of the entry were last looked at.
    """

    __slots__ = ("high", "kind", "low", "seen", "stripe")

    def __init__(self, name: str, kind: CounterKind = CounterKind.WINDOW) -> None:
        digest = blake2b(name.encode(), digest_size=16).digest()
        self.low = int.from_bytes(digest[8:], "little")
        lock = blake2b(locked_with(name).encode(), digest_size=8).digest()
        self.stripe = int.from_bytes(lock, "little") % STRIPES
        # The stripe is part of what is stored, so that whoever comes upon the entry knows its lock.
        self.high = int.from_bytes(digest[:8], "little") // STRIPES * STRIPES + self.stripe
        self.kind = kind
        self.at = self.ring = self.oldest = 0
        self.seen = -1

    def is_read_from(self, words: memoryview, changes: int) -> bool:
        """Read the newest calls, if the entry is still ours and its ring the one we know and have mapped.

        Args:
            words: the present mapping.
            changes: the header's count; as long as it is the one seen before, nothing but the calls can be new.
        """
        if self.seen != changes and not self._is_known_in(words, changes):
            return False
        self.words = words
        self.head = head = words[self.at + HEAD]
        self.last = words[self.base + ((head - 1) & self.mask)] if head else 0
        return True

    def load(self, words: memoryview, at: int) -> None:
        """Read an entry from its beginning; see Log."""
        super().load(words, at)
        self.seen = words[CHANGES_AT] if at else -1

    def _is_ours(self, words: memoryview) -> bool:
        # An expired entry may have been taken over by another counter.
        at = self.at
        return at != 0 and words[at + LOW] == self.low and words[at + HIGH] == self.high

    def _is_known_in(self, words: memoryview, changes: int) -> bool:
        if not self._is_ours(words) or words[self.at + RING] != self.ring:
            return False
        self.window = words[self.at + WINDOW]
        self.seen = changes
        return True


class WordPlace(Place):
    """A counter that is one word, in `head`; its entry has a ring, for windows that may take it over, and leaves it."""

    __slots__ = ()

    def is_read_from(self, words: memoryview, changes: int) -> bool:
        """Read the word, if the entry is still ours."""
        if self.seen != changes:
            if not self._is_ours(words):
                return False
            self.seen = changes
        self.words = words
        self.head = words[self.at + HEAD]
        return True

    def load(self, words: memoryview, at: int) -> None:
        """Read an entry; 0 reads as an empty one."""
        self.words = words
        self.at = at
        self.head = words[at + HEAD] if at else 0
        self.seen = words[CHANGES_AT] if at else -1

    def fits(self, cost: int, now: int, window: int) -> bool:  # noqa: ARG002 - a word always has room
        """Say whether there is an entry to count in."""
        return self.at != 0

    def widen(self, window: int) -> None:
        """Nothing is overwritten."""

    def clear(self) -> None:
        """Empty it, and forget when it was last called."""
        self.words[self.at + HEAD] = 0
        self.words[self.at + EXTRA] = 0


def make_place(name: str) -> Place:
    """Make the place of a counter of the kind its name says."""
    kind = counter_kind(name)
    if kind is CounterKind.WINDOW:
        return Place(name)
    return WordPlace(name, CounterKind.CREDITS_DRAFT if kind is CounterKind.CREDITS else kind)
