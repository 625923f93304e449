"""A mergeable quantile sketch with a bounded relative error, after DDSketch.

Buckets of calls carry one each, so that percentiles over any span and any number of workers come from adding
counts. Pure; needs no numpy.

Source: Masson, Rim and Lee (2019), "DDSketch: a fast and fully-mergeable quantile sketch with
relative-error guarantees", PVLDB 12(12). Bin i holds the values in (gamma^(i-1), gamma^i], gamma = (1 + a)
/ (1 - a), and answers with 2 gamma^i / (gamma + 1), which is within a of everything in the bin. Values are
seconds between a nanosecond and eleven days, so that there are at most 1,730 bins and none ever has to be
collapsed.
"""

from __future__ import annotations

import math
import struct
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from itertools import compress, repeat

ACCURACY = 0.01
GAMMA = (1 + ACCURACY) / (1 - ACCURACY)
SECONDS_MIN = 1e-9
SECONDS_MAX = 1e6
FIRST_BIN, LAST_BIN = (math.ceil(math.log(value) / math.log(GAMMA)) for value in (SECONDS_MIN, SECONDS_MAX))
_EDGES = [math.nextafter(SECONDS_MIN, 0), *(GAMMA**index for index in range(FIRST_BIN, LAST_BIN))]
"""Where each bin ends, what is below all bins first: to look a value up costs less than to take its logarithm."""
HEADER = struct.Struct("<BcQhH2x")
"""Layout version, type code of the counts, count of zeros, first bin, number of bins."""
VERSION = 1


class EmptySampleError(ValueError):
    """There is nothing to take a quantile of; callers show a dash, never zero."""


class QuantileSketch:
    """Counts of values by logarithmic bin."""

    __slots__ = ("bins", "zeros")

    def __init__(self) -> None:
        self.bins: dict[int, int] = {}
        self.zeros = 0
        """Values below a nanosecond, negative ones included."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, QuantileSketch) and self.zeros == other.zeros and self.bins == other.bins

    __hash__ = None  # type: ignore[assignment]

    @property
    def count(self) -> int:
        """How many values were added."""
        return self.zeros + sum(self.bins.values())

    def add_all(self, values: Sequence[float]) -> None:
        """Count values in seconds."""
        counts = Counter(map(bisect_left, repeat(_EDGES), values))
        self.zeros += counts.pop(0, 0)
        bins = self.bins
        for place, count in counts.items():
            index = FIRST_BIN - 1 + place
            bins[index] = bins.get(index, 0) + count

    def merge(self, other: QuantileSketch) -> None:
        """Add another sketch's counts to this one."""
        self.zeros += other.zeros
        # The smaller is added to the larger: a few new calls meet what the database holds of a whole day.
        fewer, bins = sorted((self.bins, dict(other.bins)), key=len)
        for index, count in fewer.items():
            bins[index] = bins.get(index, 0) + count
        self.bins = bins

    def quantile(self, q: float) -> float:
        """Give a value within 1 % of the sample's q-quantile.

        Args:
            q: between 0 and 1; 0.95 gives P95.

        Raises:
            EmptySampleError: nothing was added.
        Source: DDSketch, algorithm 2, with the nearest rank, ceil(q n): at least a share q of the calls took no
        longer (Hyndman and Fan, definition 1; numpy's `inverted_cdf`). So P99 of a dozen calls is the slowest one.
        """
        if not 0 <= q <= 1:
            raise ValueError(f"a quantile lies between 0 and 1, not at {q}")
        total = self.count
        if total == 0:
            raise EmptySampleError("no samples")
        rank = max(math.ceil(q * total) - 1, 0)
        seen = self.zeros
        if seen > rank:
            return 0.0
        index = 0
        for index in sorted(self.bins):
            seen += self.bins[index]
            if seen > rank:
                break
        return _middle(index)

    def histogram(self, edges: Sequence[float]) -> list[int]:
        """Count the values between each two edges, lower edge included; what lies outside counts at its end.

        Args:
            edges: ascending, at least two; each is met within 1 %.

        Raises:
            EmptySampleError: nothing was added.
        """
        if self.count == 0:
            raise EmptySampleError("no samples")
        counts = [0] * (len(edges) - 1)
        counts[0] = self.zeros
        place = 0
        for index in sorted(self.bins):
            value = _middle(index)
            while place < len(counts) - 1 and value >= edges[place + 1]:
                place += 1
            counts[place] += self.bins[index]
        return counts

    def to_bytes(self) -> bytes:
        """Write the sketch: a header, then the count of every bin from the first to the last."""
        if not self.bins:
            return HEADER.pack(VERSION, b"B", self.zeros, 0, 0)
        first, last = min(self.bins), max(self.bins)
        code = _type_code(max(self.bins.values()))
        counts = array(code, map(self.bins.get, range(first, last + 1), repeat(0)))
        return HEADER.pack(VERSION, code.encode(), self.zeros, first, len(counts)) + counts.tobytes()

    @classmethod
    def from_bytes(cls, data: bytes) -> QuantileSketch:
        """Read a sketch back.

        Raises:
            ValueError: not a sketch of a known version.
        """
        sketch = cls()
        try:
            version, code, sketch.zeros, first, length = HEADER.unpack_from(data)
            counts = array(code.decode())
            counts.frombytes(data[HEADER.size :])
        except (struct.error, ValueError, UnicodeDecodeError) as error:
            raise ValueError("not a quantile sketch") from error
        if version != VERSION or len(counts) != length:
            raise ValueError("not a quantile sketch of a known version")
        sketch.bins = dict(compress(enumerate(counts, first), counts))
        return sketch


def _middle(index: int) -> float:
    """Give the value that is within 1 % of everything in a bin."""
    return float(2 * GAMMA**index / (GAMMA + 1))


def _type_code(count: int) -> str:
    """Give the narrowest array type that holds a count."""
    if count < 1 << 8:
        return "B"
    if count < 1 << 16:
        return "H"
    return "I" if count < 1 << 32 else "Q"
