"""Ranges of the number line are what sets of its positions are."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from backend.engine.credit_line import Range, length, merged, without

RANGES = st.tuples(st.integers(0, 40), st.integers(0, 40)).map(lambda ends: (min(ends), max(ends)))


def positions(ranges: Iterable[Range]) -> set[int]:
    """Give every position that ranges hold."""
    return {position for start, end in ranges for position in range(start, end)}


@given(st.lists(RANGES))
def test_merged_ranges_hold_the_same_and_do_not_touch(ranges: list[Range]) -> None:
    """In ascending order, with a gap between each two."""
    union = merged(ranges)
    assert positions(union) == positions(ranges)
    assert all(start < end for start, end in union)
    assert all(before[1] < after[0] for before, after in pairwise(union))
    assert length(union) == len(positions(ranges))


@given(RANGES, st.lists(RANGES))
def test_what_is_left_of_a_range_is_what_others_do_not_cover(span: Range, others: list[Range]) -> None:
    """In ascending order, without empty pieces."""
    left = without(span, merged(others))
    assert positions(left) == positions([span]) - positions(others)
    assert left == merged(left)
