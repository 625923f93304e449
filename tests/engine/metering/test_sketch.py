"""The sketch keeps its promise: quantiles within 1 %, and merging is adding."""

from __future__ import annotations

import math
from functools import reduce

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.engine.metering.sketch import HEADER, SECONDS_MAX, SECONDS_MIN, EmptySampleError, QuantileSketch
from backend.engine.metering.sketch_table import SketchTable

SECONDS = st.floats(SECONDS_MIN, SECONDS_MAX)
SAMPLES = st.lists(SECONDS | st.floats(1e-5, 10.0) | st.just(0.0), min_size=1, max_size=300)


def sketch_of(values: list[float]) -> QuantileSketch:
    """Add some values up."""
    made = QuantileSketch()
    made.add_all(values)
    return made


def merged(*sketches: QuantileSketch) -> QuantileSketch:
    """Add some sketches up, leaving them as they are."""

    def add(left: QuantileSketch, right: QuantileSketch) -> QuantileSketch:
        left.merge(right)
        return left

    return reduce(add, sketches, QuantileSketch())


@given(SAMPLES, st.sampled_from([0.0, 0.01, 0.25, 0.5, 0.9, 0.95, 0.99, 0.999, 1.0]))
def test_quantiles_are_within_one_percent_of_numpys(values: list[float], q: float) -> None:
    """P50, P95 and P99 of the dashboard are right to 1 % whatever the distribution."""
    exact = float(np.quantile(values, q, method="inverted_cdf"))
    assert sketch_of(values).quantile(q) == pytest.approx(exact, rel=0.01 + 1e-9, abs=0)


@given(SAMPLES, SAMPLES, SAMPLES)
def test_merging_is_adding(one: list[float], two: list[float], three: list[float]) -> None:
    """Any grouping and any order of workers, batches and hours gives the same sketch."""
    a, b, c = sketch_of(one), sketch_of(two), sketch_of(three)
    assert merged(merged(a, b), c) == merged(a, merged(b, c)) == merged(c, a, b) == sketch_of([*one, *two, *three])


@given(SAMPLES)
def test_a_sketch_survives_its_bytes(values: list[float]) -> None:
    """What the database gives back is what was stored."""
    made = sketch_of(values)
    assert QuantileSketch.from_bytes(made.to_bytes()) == made
    assert made.count == len(values)


@given(st.lists(SAMPLES, min_size=1, max_size=5))
def test_a_table_adds_up_what_merging_adds_up(samples: list[list[float]]) -> None:
    """The fast way for pages and the exact way for the fold agree."""
    table = SketchTable(2)
    table.add_all((1, sketch_of(values).to_bytes()) for values in samples)
    whole = merged(*map(sketch_of, samples))
    assert table.sketch(1) == whole
    assert table.total() == whole
    assert table.sketch(0).count == 0


@pytest.mark.parametrize("count", [255, 256, 65_535, 65_536, 2**32 - 1, 2**32])
def test_counts_of_every_width_survive(count: int) -> None:
    """A busy bin needs more bytes than a quiet one, and gets them."""
    made = sketch_of([0.5])
    made.bins = dict.fromkeys(made.bins, count)
    assert QuantileSketch.from_bytes(made.to_bytes()) == made
    table = SketchTable(1)
    table.add_all([(0, made.to_bytes())])
    assert table.sketch(0) == made


def test_a_table_keeps_rows_and_widths_apart() -> None:
    """Narrow and wide counts of several rows in one pass, the first and the last bin among them."""
    made = [sketch_of([SECONDS_MIN, 0.5, SECONDS_MAX]) for _ in range(4)]
    for sketch, count in zip(made, (1, 300, 70_000, 2**33), strict=True):
        sketch.bins = dict.fromkeys(sketch.bins, count)
    table = SketchTable(3)
    table.add_all([(row, sketch.to_bytes()) for row, sketch in zip((0, 2, 0, 2), made, strict=True)])

    assert table.sketch(0) == merged(made[0], made[2])
    assert table.sketch(1).count == 0
    assert table.sketch(2) == merged(made[1], made[3])


def test_a_table_takes_no_broken_sketch() -> None:
    """One that is cut, or whose bins lie outside, would spill into what is beside it."""
    good = sketch_of([0.5, 0.7]).to_bytes()
    version, code, zeros, _, length = HEADER.unpack_from(good)
    elsewhere = [HEADER.pack(version, code, zeros, bin_, length) + good[HEADER.size :] for bin_ in (-32_000, 32_000)]
    for bad in (good[:-1], good + b"\0", b"\2" + good[1:], *elsewhere):
        with pytest.raises(ValueError, match="quantile sketch"):
            SketchTable(1).add_all([(0, good), (0, bad)])


@pytest.mark.parametrize("value", [-1.0, 0.0, 1e-12, 1e9, math.inf])
def test_values_beyond_the_range_are_counted_at_its_ends(value: float) -> None:
    """A broken clock makes no hole in the counts."""
    made = sketch_of([value])
    assert made.count == 1
    assert 0 <= made.quantile(0.5) <= SECONDS_MAX * 1.01


def test_nothing_has_no_quantile() -> None:
    """Callers show a dash, never zero."""
    for ask in (lambda: QuantileSketch().quantile(0.5), lambda: QuantileSketch().histogram([0.0, 1.0])):
        with pytest.raises(EmptySampleError):
            ask()


@pytest.mark.parametrize(
    "data", [b"", b"x", b"\x02" + QuantileSketch().to_bytes()[1:], sketch_of([1.0]).to_bytes()[:-1]]
)
def test_bytes_of_something_else_are_refused(data: bytes) -> None:
    """A sketch of another layout is never read by position."""
    with pytest.raises(ValueError, match="not a quantile sketch"):
        QuantileSketch.from_bytes(data)


@given(SAMPLES)
def test_a_histogram_counts_every_value_once(values: list[float]) -> None:
    """The bars of the distribution add up to the calls."""
    edges = [0.0, 1e-4, 1e-3, 1e-2, 0.1, 1.0, 10.0]
    assert sum(sketch_of(values).histogram(edges)) == len(values)


def test_a_histogram_puts_values_between_their_edges() -> None:
    """Edges are met within 1 %."""
    made = sketch_of([0.002] * 3 + [0.03] * 2 + [5.0])
    assert made.histogram([0.001, 0.01, 0.1, 1.0]) == [3, 2, 1]


def test_a_busy_hour_is_small() -> None:
    """An hour's latencies take a few hundred bytes, so a year of hours stays cheap."""
    rng = np.random.default_rng(1)
    assert len(sketch_of(rng.lognormal(-6, 0.7, 20_000).tolist()).to_bytes()) < 1_000
