"""Place: where one counter lives, by its key.

Kept by SharedState between decisions, so that a known key costs no digest and no search. Valid only under its lock.
"""

from hashlib import blake2b

from backend.engine.limits.layout import HEAD, HIGH, LOW, RING
from backend.engine.limits.log import Log

STRIPES = 1024


class Place(Log):
    """A counter by its key, read anew at every `acquire`."""

    __slots__ = ("high", "low", "stripe")

    def __init__(self, key: str) -> None:
        digest = blake2b(key.encode(), digest_size=16).digest()
        self.high = int.from_bytes(digest[:8], "little")
        self.low = int.from_bytes(digest[8:], "little")
        self.stripe = self.high % STRIPES
        self.at = self.ring = 0

    def is_read_from(self, words: memoryview) -> bool:
        """Read the newest calls, if the entry is still ours and its ring the one we know and have mapped."""
        at = self.at
        # An expired entry may have been taken over by another counter.
        if not at or words[at + LOW] != self.low or words[at + HIGH] != self.high:
            return False
        if words[at + RING] != self.ring:
            return False
        self.words = words
        self.head = head = words[at + HEAD]
        self.last = words[self.base + ((head - 1) & self.mask)] if head else 0
        return True
