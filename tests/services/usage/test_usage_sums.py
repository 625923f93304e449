"""Rollups added up a column at a time are what they are when merged one by one."""

from __future__ import annotations

import random
from typing import Any, NamedTuple

import pytest

from backend.engine.metering.day_use import DayUse
from backend.engine.metering.sketch import QuantileSketch
from backend.services.usage_queries import total_of, uses_by
from backend.services.usage_rows import USE_COLUMNS


class Rollup(NamedTuple):
    """A row as the pages read it: what it is about, and its use."""

    key_id: str
    calls: int
    errors: int
    server_errors: int
    limited: int
    latency_ms_sum: float
    bytes_in: int
    bytes_out: int
    rows: int
    credits: int
    sketch: bytes | None


COUNTS = [name for name in USE_COLUMNS if name not in {"latency_ms_sum", "sketch"}]


def rollup(rng: random.Random, key_id: str) -> Rollup:
    """Give the row of some calls; one in eight has no sketch."""
    sketch = QuantileSketch()
    sketch.add_all([rng.lognormvariate(-5, 2) for _ in range(rng.choice([1, 5, 400]))])
    counts = {name: rng.randrange(10**12) for name in COUNTS}
    stored = None if rng.random() < 1 / 8 else sketch.to_bytes()
    return Rollup(key_id, **counts, latency_ms_sum=rng.random() * 1e6, sketch=stored)


def merged(rows: list[Rollup]) -> dict[str, DayUse]:
    """Give the uses as merging gives them."""
    found: dict[str, DayUse] = {}
    for row in rows:
        sketch = QuantileSketch.from_bytes(row.sketch) if row.sketch else QuantileSketch()
        found.setdefault(row.key_id, DayUse()).merge(DayUse(*row[1:-1], sketch=sketch))
    return found


def test_added_up_at_once_and_one_by_one_are_the_same() -> None:
    """Counts to the last call, sketches to the last bin, in the order in which groups are met."""
    rng = random.Random(7)  # noqa: S311 - makes samples
    rows: list[Any] = [rollup(rng, rng.choice("abcde")) for _ in range(200)]
    found, expected = uses_by(rows, lambda row: row.key_id), merged(rows)
    assert Rollup._fields[1:] == USE_COLUMNS
    assert list(found) == list(expected)
    for key_id, use in found.items():
        assert [getattr(use, name) for name in COUNTS] == [getattr(expected[key_id], name) for name in COUNTS]
        assert all(type(getattr(use, name)) is int for name in COUNTS)
        assert use.latency_ms_sum == pytest.approx(expected[key_id].latency_ms_sum)
        assert use.sketch == expected[key_id].sketch
    assert total_of(found.values()).calls == sum(row.calls for row in rows)


def test_nothing_adds_up_to_nothing() -> None:
    """An account that never called has no groups."""
    assert uses_by([], lambda row: row.key_id) == {}
