"""Runs a compiled model on validated rows. Knows neither scikit-learn nor pandas.

Called on the way of most predictions, from several threads at once. What was not proven equal is never run here: the
caller of `predict` asks scikit-learn where it answers None.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from typing import Any, Final

import numpy as np
import orjson

from backend.core.errors import ModelFailed
from backend.engine.foreign import Array
from backend.engine.serving.compiled.finals import final_of
from backend.engine.serving.compiled.form import Form
from backend.engine.serving.compiled.inputs import Cells, row_steps_of, steps_of
from backend.engine.serving.compiled.links import Scores
from backend.engine.serving.contract import Contract, class_key
from backend.engine.serving.outcome import Outcome
from backend.engine.serving.payload import Batch, PayloadReader

NOT_FINITE: Final = "The model gave a result that is not a finite number"


class CompiledRuntime:
    """A compiled model, ready to answer.

    Args:
        form: as it was proven.
        contract: what the model takes and gives.
    """

    def __init__(self, form: Form, contract: Contract) -> None:
        spec, arrays = form.spec, form.arrays
        self.contract = contract
        self.size_bytes = sum(array.nbytes for array in arrays.values())
        self._cells = None if spec.cells is None else Cells(spec.cells, spec.width, arrays)
        self._steps = steps_of(spec.steps, arrays)
        self._row_steps = row_steps_of(spec.steps, arrays) if spec.steps else None
        self._final = final_of(spec.final, arrays)
        self._one_of = self._final.one
        self._has_shares = contract.probabilities
        self._classes = contract.classes or ()
        self._labels = tuple(class_key(label) for label in self._classes)

    def predict(self, batch: Batch) -> Outcome | None:
        """Give the predictions of validated rows; None where only scikit-learn can tell two classes apart.

        Raises:
            InvalidInput: a category that the model does not take.
            ModelFailed: a result that is not a finite number.
        """
        if batch.rows == 1:
            return self._one(batch)
        with np.errstate(all="ignore"):  # what is not finite is found in the answer
            scores = self.scores(batch)
        if scores.unclear is not None and scores.unclear.any():
            return None
        if scores.chosen is None:
            return Outcome(_finite(scores.values), None, (), batch.single)
        classes = self._classes
        labels = [classes[place] for place in scores.chosen.tolist()]
        if scores.shares is None or not self.contract.probabilities:
            return Outcome(labels, None, (), batch.single)
        return Outcome(labels, _finite(scores.shares), self._labels, batch.single)

    def scores(self, batch: Batch) -> Scores:
        """Give the same as arrays, for the proof."""
        return self._final.many(self._steps(self._matrix(batch)))

    def warmup(self) -> None:
        """Answer the contract's example once, so that the first caller does not pay for what is made lazily."""
        self.predict(PayloadReader(self.contract).read(orjson.dumps(self.contract.example)))

    def _one(self, batch: Batch) -> Outcome | None:
        """Answer one row, without the arrays that many rows pay for."""
        row = self._row(batch)
        value, chosen, shares, is_unclear = self._one_of(row if self._row_steps is None else self._row_steps(row))
        if is_unclear:
            return None
        if chosen < 0:
            _refuse_infinite(value if isinstance(value, list) else [value])
            return Outcome([value], None, (), batch.single)
        label = self._classes[chosen]
        if shares is None or not self._has_shares:
            return Outcome([label], None, (), batch.single)
        _refuse_infinite(shares)
        return Outcome([label], [shares], self._labels, batch.single)

    def _row(self, batch: Batch) -> Sequence[float]:
        if self._cells is not None:
            return self._cells.row(batch)
        if batch.row is not None:
            return batch.row
        row: list[float] = self._matrix(batch)[0].tolist()
        return row

    def _matrix(self, batch: Batch) -> Array:
        if self._cells is not None:
            return self._cells(batch)
        if batch.matrix is None:
            raise TypeError("a numeric contract gave a batch without a matrix")
        return batch.matrix


def _refuse_infinite(numbers: Sequence[Any]) -> None:
    if not all(map(isfinite, numbers)):
        raise ModelFailed(NOT_FINITE)


def _finite(values: Array | None) -> list[Any]:
    if values is None:
        raise ModelFailed("The model gave no result")
    if not np.isfinite(values).all():
        raise ModelFailed(NOT_FINITE)
    listed: list[Any] = values.tolist()
    return listed
