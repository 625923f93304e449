"""Log: the timestamps of one counter's admitted calls, in a ring inside the shared words.

Read by the limiter and by the table's upkeep under the counter's lock. Times are ns and never decrease.
A ring of capacity c keeps the last c-1 calls. Never locks and never allocates.
"""

from bisect import bisect_right

from backend.engine.limits.layout import CHANGES_AT, HEAD, RING, RING_LOG2_MASK, RING_SHIFT, WINDOW


class Log:
    """One counter's calls, numbered from 0 for ever; the newest is `head - 1`.

    Attributes:
        at: first word of the counter's entry; 0 is a counter nobody has called.
        ring: the ring's packed word.
        base, mask: first word of its ring, and the ring's capacity less 1.
        head: how many calls were ever counted.
        last: time of the newest, 0 without one.
        window: longest window in ns any policy looked at this counter through.
        oldest: where the last look found the first call in its window; a guess for the next, never believed.
    """

    __slots__ = ("at", "base", "head", "last", "mask", "oldest", "ring", "window", "words")

    def __init__(self, words: memoryview, at: int) -> None:
        self.ring = self.oldest = 0
        self.load(words, at)

    def load(self, words: memoryview, at: int) -> None:
        """Read an entry.

        Raises:
            IndexError: its ring lies beyond `words`.
        """
        self.words = words
        self.at = at
        if not at:
            self.ring = self.base = self.mask = self.head = self.last = self.window = 0
            return
        ring = words[at + RING]
        if ring != self.ring:
            self.ring = ring
            self.base = ring >> RING_SHIFT
            self.mask = (1 << (ring & RING_LOG2_MASK)) - 1
        self.window = words[at + WINDOW]
        self.head = head = words[at + HEAD]
        self.last = words[self.base + ((head - 1) & self.mask)] if head else 0

    @property
    def first(self) -> int:
        """Number of the oldest call still kept."""
        return max(0, self.head - self.mask)

    def stamp(self, number: int) -> int:
        """Give the time of a kept call."""
        return self.words[self.base + (number & self.mask)]

    def count_after(self, since: int) -> int:
        """Count kept calls later than `since`.

        Calls come about as fast as they leave a window, so the first one in it is looked for where it was last time and
        right behind; else by binary search. The guess is proven by the calls on both sides of it.
        """
        if self.last <= since:
            return 0
        words, base, mask, head, number = self.words, self.base, self.mask, self.head, self.oldest
        if head - mask < number < head and words[base + ((number - 1) & mask)] <= since:
            if words[base + (number & mask)] > since:
                return head - number
            number += 1
            # The newest lies in the window, so this is at most the newest.
            if words[base + (number & mask)] > since:
                self.oldest = number
                return head - number
        count = self._search(since)
        self.oldest = head - count
        return count

    def _search(self, since: int) -> int:
        """Count by binary search in the one or two runs the ring is made of; the newest call is later than `since`."""
        words, base, mask, head = self.words, self.base, self.mask, self.head
        if head <= mask:
            return base + head - bisect_right(words, since, base, base + head)
        end = base + (head & mask)
        if words[base] <= since and end > base:
            return end - bisect_right(words, since, base, end)
        # The oldest kept call lies one behind the place of the next one.
        older = base + ((head + 1) & mask)
        stop = base + mask + 1 if older > base else end
        return stop - bisect_right(words, since, older, stop) + (end - base if older > base else 0)

    def fits(self, cost: int, now: int, window: int) -> bool:
        """Say whether `cost` more calls can be counted without overwriting one that may still matter."""
        longest = self.window
        if longest < window or not self.at:
            return False
        overwritten = self.head + cost - self.mask - 1
        if overwritten < 0:
            return True
        return overwritten < self.head and self.stamp(overwritten) + longest <= max(self.last, now)

    def append(self, now: int, cost: int) -> None:
        """Count `cost` calls at `now`, each by its last store: a kill never leaves half a call."""
        words, base, mask, head_at = self.words, self.base, self.mask, self.at + HEAD
        now = now if now > self.last else self.last  # noqa: FURB136 - max() costs a call on the hot path
        number = self.head
        words[base + (number & mask)] = now
        words[head_at] = number + 1
        if cost > 1:
            for more in range(number + 1, number + cost):
                words[base + (more & mask)] = now
                words[head_at] = more + 1

    def clear(self) -> None:
        """Forget every call."""
        self.words[self.at + HEAD] = 0

    def kept_after(self, since: int) -> list[int]:
        """List the kept calls later than `since`, oldest first."""
        return [self.stamp(number) for number in range(self.head - self.count_after(since), self.head)]

    def widen(self, window: int) -> None:
        """Remember a longer window, so that no call inside it is overwritten."""
        if self.window < window:
            self.words[CHANGES_AT] += 1
            self.words[self.at + WINDOW] = self.window = window
