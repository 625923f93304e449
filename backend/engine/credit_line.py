"""The number line of an account's reservations: ranges, what they cover and what they leave open.

Called by the settlement and the sweep. Pure: plain integers, half-open ranges [start, end).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from operator import itemgetter

Range = tuple[int, int]


def merged(ranges: Iterable[Range]) -> list[Range]:
    """Give the union of ranges as disjoint ones that do not touch, in ascending order; empty ranges vanish."""
    union: list[Range] = []
    for start, end in sorted(ranges):
        if start >= end:
            continue
        if union and start <= union[-1][1]:
            union[-1] = union[-1][0], max(union[-1][1], end)
        else:
            union.append((start, end))
    return union


def without(span: Range, covered: Sequence[Range]) -> list[Range]:
    """Give the pieces of a range that are not covered.

    Args:
        covered: as `merged` gives them.
    """
    pieces: list[Range] = []
    position, last = span
    for place in range(bisect_right(covered, position, key=itemgetter(1)), len(covered)):
        start, end = covered[place]
        if start >= last:
            break
        if start > position:
            pieces.append((position, start))
        position = end
    if position < last:
        pieces.append((position, last))
    return pieces


def length(ranges: Iterable[Range]) -> int:
    """Add up how long disjoint ranges are."""
    return sum(end - start for start, end in ranges)
