"""Times scikit-learn and a compiled form on the same rows, by turns.

Used by the compiler, inside the isolated child. Measures the thread's processor time, so that other work on the machine
counts as little as possible.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from backend.engine.foreign import Array
from backend.engine.serving.compiled.runtime import CompiledRuntime
from backend.engine.serving.compiling.verdict import Reference, head
from backend.engine.serving.payload import Batch

TIMED_ROWS: Final = (1, 10, 100, 1_000, 10_000)
_ROUNDS: Final = 3
_SLOW_SECONDS: Final = 0.05
"""What takes longer is timed once, or an upload would take minutes."""
_SECONDS_A_ROUND: Final = 0.005


@dataclass(frozen=True, slots=True)
class Timing:
    """Medians for one number of rows, in microseconds: scikit-learn as it is, its quickest way, the compiled form."""

    rows: int
    scikit_learn_us: float
    quickest_us: float
    compiled_us: float


def one_row_us(runtime: CompiledRuntime, reference: Reference) -> float:
    """Time a compiled form alone on one row, to choose among several."""
    return _medians([runtime.predict], head(reference.ordinary_rows(()), 1))[0]


def timings(runtime: CompiledRuntime, reference: Reference, thresholds: Sequence[Array]) -> list[Timing]:
    """Time all three ways on the same rows, by turns, for each number of rows."""
    batch = reference.ordinary_rows(thresholds)
    found: list[Timing] = []
    for rows in TIMED_ROWS:
        part = head(batch, rows)
        ways: list[Callable[[Batch], object]] = [
            reference.plain.predict,
            reference.quickest.predict,
            runtime.predict,
        ]
        medians = _medians(ways, part)
        found.append(Timing(rows, *medians))
    return found


def _medians(ways: Sequence[Callable[[Batch], object]], batch: Batch) -> list[float]:
    for way in ways:
        way(batch)  # what is made at the first use is no part of the rest
    once = [_time(way, batch, 1) for way in ways]
    if max(once) > _SLOW_SECONDS:
        return [round(seconds * 1e6, 1) for seconds in once]
    repeats = [max(1, int(_SECONDS_A_ROUND / max(seconds, 1e-6) / 2)) for seconds in once]
    # By turns, so that whatever else the machine does falls on all alike.
    rounds = [[_time(way, batch, count) for way, count in zip(ways, repeats, strict=True)] for _ in range(_ROUNDS)]
    return [round(sorted(taken)[_ROUNDS // 2] * 1e6, 1) for taken in zip(*rounds, strict=True)]


def _time(way: Callable[[Batch], object], batch: Batch, repeats: int) -> float:
    started = time.thread_time()
    for _ in range(repeats):
        way(batch)
    return (time.thread_time() - started) / repeats
