"""The proof: a compiled form and scikit-learn answer the same rows, and are timed.

Used by the compiler, inside the isolated child. A form is used only where every label is the same and every number lies
within the tolerance; rows that the form itself hands on to scikit-learn are counted and not compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from backend.core.errors import ModelFailed
from backend.engine.foreign import Array, Foreign
from backend.engine.serving.compiled.finals import final_of
from backend.engine.serving.compiled.links import Scores
from backend.engine.serving.compiled.runtime import CompiledRuntime
from backend.engine.serving.compiled.spec import Graph
from backend.engine.serving.compiling.candidates import Candidate
from backend.engine.serving.compiling.edges import batch_of, matrix_at
from backend.engine.serving.compiling.refusal import NotCompiled
from backend.engine.serving.contract import Contract
from backend.engine.serving.payload import Batch
from backend.engine.serving.plans import Plan, plain_plan
from backend.engine.serving.runtime import SklearnRuntime
from backend.engine.serving.sample import Sample

TOLERANCE: Final = 1e-9
"""Largest difference of a number, relative to it where it is above 1, for what is computed in 64 bits."""
TOLERANCE_NARROW: Final = 1e-5
"""The same for 32 bits."""
UNCLEAR_SHARE_MAX: Final = 0.02
SINGLE_ROWS: Final = 500
"""Rows that are also compared one by one."""


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

    def ordinary_rows(self, thresholds: Sequence[Array]) -> Batch:
        """Give rows as callers send them, for timing."""
        return batch_of(self.contract, self._sample, thresholds, is_wild=False)

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
    batch, expected = reference.rows(candidate.direct_thresholds)
    classes = np.asarray(reference.contract.classes) if reference.contract.classes is not None else None
    with np.errstate(all="ignore"):
        found = _compared(runtime.scores(batch), expected, classes)
    found += _one_by_one(runtime, batch, expected)
    if not candidate.thresholds or candidate.is_direct:
        return found
    matrix = matrix_at(candidate.thresholds, candidate.columns)
    last = candidate.last
    direct = [np.asarray(last.predict(matrix))]
    if reference.contract.probabilities:
        direct.append(np.asarray(last.predict_proba(matrix)))
    with np.errstate(all="ignore"):
        final = final_of(candidate.form.spec.final, candidate.form.arrays)
        return found + _compared(final.many(matrix), direct, classes)


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


def head(batch: Batch, rows: int, *, first: int = 0) -> Batch:
    """Give some rows of a batch."""
    part = slice(first, first + rows)
    columns = None if batch.columns is None else tuple(values[part] for values in batch.columns)
    matrix = None if batch.matrix is None else batch.matrix[part]
    return Batch(rows, rows == 1, matrix=matrix, columns=columns)


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


def _one_by_one(runtime: CompiledRuntime, batch: Batch, expected: list[Array]) -> Compared:
    """Compare calls of one row, which take another way than many rows do."""
    step = max(1, batch.rows // SINGLE_ROWS)
    found = Compared(0, 0, 0, 0.0)
    for row in range(0, batch.rows, step):
        try:
            outcome = runtime.predict(head(batch, 1, first=row))
        except ModelFailed:  # no finite number: right where scikit-learn gives none either
            found += Compared(1, 0, int(all(np.isfinite(one[row]).all() for one in expected)), 0.0)
            continue
        if outcome is None:
            found += Compared(1, 1, 0, 0.0)
            continue
        label = outcome.predictions[0]
        if not outcome.class_labels and isinstance(label, float | list):
            found += Compared(1, 0, 0, _largest(np.asarray([label]), expected[0][row : row + 1]))
            continue
        shares = outcome.probabilities
        largest = 0.0 if shares is None else _largest(np.asarray(shares), expected[1][row : row + 1])
        found += Compared(1, 0, int(label != expected[0][row : row + 1].tolist()[0]), largest)
    return found


def _largest(found: Array, expected: Array) -> float:
    if found.shape != expected.shape:
        return float("inf")
    if not found.size:
        return 0.0
    with np.errstate(all="ignore"):
        difference = np.abs(found - expected) / np.maximum(1.0, np.abs(expected))
    difference[found == expected] = 0.0  # two infinities, which are refused later by both alike
    return float("inf") if np.isnan(difference).any() else float(difference.max())
