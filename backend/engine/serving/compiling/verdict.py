"""The proof: a compiled form and scikit-learn answer the same rows, and are timed.

Used by the compiler, inside the isolated child. A form is used only where every label is the same and every number lies
within the tolerance; rows that the form itself hands on to scikit-learn are counted and not compared.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from backend.engine.serving.compiled.finals import Scores, final_of
from backend.engine.serving.compiled.runtime import CompiledRuntime
from backend.engine.serving.compiled.spec import Graph
from backend.engine.serving.compiling.candidates import Candidate
from backend.engine.serving.compiling.edges import batch_of, matrix_at
from backend.engine.serving.compiling.refusal import NotCompiled
from backend.engine.serving.contract import Contract
from backend.engine.serving.foreign import Array, Foreign
from backend.engine.serving.payload import Batch
from backend.engine.serving.plans import Plan, plain_plan
from backend.engine.serving.runtime import SklearnRuntime
from backend.engine.serving.sample import Sample

TOLERANCE: Final = 1e-9
"""Largest difference of a number, relative to it where it is above 1, for what is computed in 64 bits."""
TOLERANCE_NARROW: Final = 1e-5
"""The same for 32 bits."""
UNCLEAR_SHARE_MAX: Final = 0.02
TIMED_ROWS: Final = (1, 10, 100, 1_000, 10_000)
_ROUNDS: Final = 5
_SLOW_SECONDS: Final = 0.5
"""What takes longer is timed once, or its proof would take minutes."""
_SECONDS_A_ROUND: Final = 0.01


@dataclass(frozen=True, slots=True)
class Compared:
    """What a comparison found."""

    rows: int
    unclear: int
    labels_different: int
    largest_difference: float

    def __add__(self, other: Compared) -> Compared:
        """Add up two comparisons."""
        return Compared(
            self.rows + other.rows,
            self.unclear + other.unclear,
            self.labels_different + other.labels_different,
            max(self.largest_difference, other.largest_difference),
        )


@dataclass(frozen=True, slots=True)
class Timing:
    """Medians for one number of rows, in microseconds: scikit-learn as it is, its quickest way, the compiled form."""

    rows: int
    scikit_learn_us: float
    quickest_us: float
    compiled_us: float


class Reference:
    """What scikit-learn says, asked as everybody asks it."""

    def __init__(self, estimator: Foreign, contract: Contract, sample: Sample | None) -> None:
        self.contract = contract
        self.plain = SklearnRuntime(estimator, contract, is_quick=False)
        self.quickest = SklearnRuntime(estimator, contract)
        self._plan = plain_plan(estimator, contract)
        self._sample = sample
        self._answers: dict[str, tuple[Batch, list[Array]]] = {}

    def rows(self, thresholds: Sequence[Array]) -> tuple[Batch, list[Array]]:
        """Give rows and scikit-learn's answers to them; without what is wild where it refuses that.

        Raises:
            NotCompiled: it refuses ordinary rows too.
        """
        key = "edges" if thresholds else "plain"
        if key not in self._answers:
            self._answers[key] = self._ask(thresholds)
        return self._answers[key]

    def _ask(self, thresholds: Sequence[Array]) -> tuple[Batch, list[Array]]:
        failure: Exception | None = None
        for is_wild in (True, False):
            batch = batch_of(self.contract, self._sample, thresholds, is_wild=is_wild)
            try:
                return batch, answers_of(self._plan, batch, has_shares=self.contract.probabilities)
            except Exception as error:  # noqa: BLE001 - an estimator may refuse made rows with anything
                failure = error
        raise NotCompiled("scikit-learn refuses the rows of the proof") from failure


def answers_of(plan: Plan, batch: Batch, *, has_shares: bool) -> list[Array]:
    """Give predictions, and probabilities where there are any."""
    rows = plan.feed(batch)
    found = [np.asarray(plan.model.predict(rows))]
    return [*found, np.asarray(plan.model.predict_proba(rows))] if has_shares else found


def compare(candidate: Candidate, runtime: CompiledRuntime, reference: Reference) -> Compared:
    """Compare a candidate with scikit-learn on whole rows, and its trees on matrices at their thresholds too."""
    batch, expected = reference.rows(candidate.thresholds if candidate.is_direct else ())
    classes = np.asarray(reference.contract.classes) if reference.contract.classes is not None else None
    with np.errstate(all="ignore"):
        found = _compared(runtime.scores(batch), expected, classes)
    if not candidate.thresholds or candidate.is_direct:
        return found
    matrix = matrix_at(candidate.thresholds, candidate.columns)
    last = candidate.last
    direct = [np.asarray(last.predict(matrix))]
    if reference.contract.probabilities:
        direct.append(np.asarray(last.predict_proba(matrix)))
    with np.errstate(all="ignore"):
        return found + _compared(final_of(candidate.form.spec.final, candidate.form.arrays)(matrix), direct, classes)


def refusal_of(candidate: Candidate, found: Compared) -> str | None:
    """Say why a candidate is not used; None for one that is proven."""
    if found.labels_different:
        return f"{found.labels_different} of {found.rows} labels differ from scikit-learn's"
    if not found.largest_difference <= tolerance_of(candidate):
        return f"a number differs by {found.largest_difference:.2g}, more than {tolerance_of(candidate):g}"
    if found.unclear > UNCLEAR_SHARE_MAX * found.rows:
        return f"{found.unclear} of {found.rows} rows are too close to tell"
    return None


def tolerance_of(candidate: Candidate) -> float:
    """Give the largest difference that a candidate may show."""
    final = candidate.form.spec.final
    return TOLERANCE_NARROW if isinstance(final, Graph) and final.bits == 32 else TOLERANCE


def timings(runtime: CompiledRuntime, reference: Reference, thresholds: Sequence[Array]) -> list[Timing]:
    """Time all three ways on the same rows, by turns, for each number of rows."""
    batch, _ = reference.rows(thresholds)
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


def head(batch: Batch, rows: int) -> Batch:
    """Give the first rows of a batch."""
    columns = None if batch.columns is None else tuple(values[:rows] for values in batch.columns)
    matrix = None if batch.matrix is None else batch.matrix[:rows]
    return Batch(rows, rows == 1, matrix=matrix, columns=columns)


def _medians(ways: Sequence[Callable[[Batch], object]], batch: Batch) -> list[float]:
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


def _compared(scores: Scores, expected: list[Array], classes: Array | None) -> Compared:
    rows = len(expected[0])
    clear = np.ones(rows, bool) if scores.unclear is None else ~scores.unclear
    unclear = rows - int(clear.sum())
    if scores.chosen is None:
        values: Any = scores.values
        return Compared(rows, unclear, 0, _largest(values[clear], expected[0][clear]))
    different = 0 if classes is None else int((classes[scores.chosen] != expected[0])[clear].sum())
    largest = 0.0
    if scores.shares is not None and len(expected) > 1:
        largest = _largest(scores.shares[clear], expected[1][clear])
    return Compared(rows, unclear, different, largest)


def _largest(found: Array, expected: Array) -> float:
    if found.shape != expected.shape:
        return float("inf")
    if not found.size:
        return 0.0
    with np.errstate(all="ignore"):
        difference = np.abs(found - expected) / np.maximum(1.0, np.abs(expected))
    difference[found == expected] = 0.0  # two infinities, which are refused later by both alike
    return float("inf") if np.isnan(difference).any() else float(difference.max())
