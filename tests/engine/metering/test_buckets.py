"""A bucket is the sum of its calls, however they were grouped."""

from __future__ import annotations

from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.engine.metering.buckets import Bucket, SlowCall
from backend.engine.metering.sketch import EmptySampleError

CALLS = st.lists(
    st.tuples(
        st.floats(1e-6, 100.0),
        st.integers(0, 10**15),
        st.uuids().map(str),
        st.sampled_from([200, 201, 301, 399, 400, 401, 429, 500, 503]),
    ),
    max_size=60,
    unique_by=lambda call: call[2],
)


def bucket_of(calls: list[SlowCall]) -> Bucket:
    """Add some calls up."""
    made = Bucket()
    if calls:
        made.add_all(calls, [10.0] * len(calls), [200.0] * len(calls))
    return made


@given(CALLS, st.integers(1, 7))
def test_grouping_makes_no_difference(calls: list[SlowCall], size: int) -> None:
    """Whatever batches the calls were folded in, the bucket is the same."""
    groups = [bucket_of(calls[place : place + size]) for place in range(0, len(calls), size)]

    def add(left: Bucket, right: Bucket) -> Bucket:
        left.merge(right)
        return left

    assert reduce(add, reversed(groups), Bucket()).agrees_with(bucket_of(calls))


@given(CALLS)
def test_every_call_is_a_success_or_an_error(calls: list[SlowCall]) -> None:
    """The rates of the dashboard add up to 100 %."""
    made = bucket_of(calls)
    assert made.success + made.error == made.count == sum(made.status_codes.values()) == len(calls)
    assert made.error == sum(call[3] >= 400 for call in calls)


@given(CALLS)
def test_the_ten_slowest_are_kept(calls: list[SlowCall]) -> None:
    """Not more, not others."""
    assert bucket_of(calls).slowest_first() == sorted(calls, reverse=True)[:10]


@given(CALLS.filter(bool), st.sampled_from([0.0, 0.5, 0.99, 1.0]))
def test_no_quantile_is_outside_what_was_measured(calls: list[SlowCall], q: float) -> None:
    """P99 is never above the slowest call."""
    times = [call[0] for call in calls]
    assert min(times) <= bucket_of(calls).quantile(q) <= max(times)


def test_an_empty_bucket_has_no_quantile() -> None:
    """Callers show a dash, never zero."""
    with pytest.raises(EmptySampleError):
        Bucket().quantile(0.5)


def test_one_call_more_is_a_difference() -> None:
    """The recount sees what it must repair."""
    call: SlowCall = (0.1, 1, "a", 200)
    assert not bucket_of([call]).agrees_with(bucket_of([call, (0.1, 1, "b", 200)]))
