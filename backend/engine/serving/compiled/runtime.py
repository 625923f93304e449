"""Runs a compiled model on validated rows. Knows neither scikit-learn nor pandas.

Called on the way of most predictions, from several threads at once. What was not proven equal is never run here: the
caller of `predict` asks scikit-learn where it answers None.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import orjson

from backend.core.errors import ModelFailed
from backend.engine.foreign import Array
from backend.engine.serving.compiled.finals import final_of
from backend.engine.serving.compiled.form import Form
from backend.engine.serving.compiled.inputs import Cells, after_steps, steps_of
from backend.engine.serving.compiled.links import Names, Scores
from backend.engine.serving.contract import Contract, class_key
from backend.engine.serving.outcome import NOT_FINITE, Outcome
from backend.engine.serving.payload import Batch, PayloadReader


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
        self._classes = contract.classes or ()
        self._labels = tuple(map(class_key, self._classes))
        self._final = final_of(
            spec.final, arrays, Names(self._classes, self._labels if contract.probabilities else None)
        )
        self._one = after_steps(spec.steps, arrays, self._final.one)

    def fields(self, batch: Batch) -> Mapping[str, Any] | None:
        """Give the fields of the answer to validated rows; otherwise as `predict`."""
        if batch.single:
            # Plain numbers need no cells: the usual call.
            return self._one(batch.row if batch.row is not None and self._cells is None else self._row(batch))
        found = self.predict(batch)
        return None if found is None else found.fields()

    def predict(self, batch: Batch) -> Outcome | None:
        """Give the predictions of validated rows; None where only scikit-learn can tell two classes apart.

        Raises:
            InvalidInput: a category that the model does not take.
            ModelFailed: a result that is not a finite number.
        """
        if batch.rows == 1:
            found = self._one(self._row(batch))
            return None if found is None else self._outcome(found, batch)
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

    def _outcome(self, found: Mapping[str, Any], batch: Batch) -> Outcome:
        """Give the answer to one row as the answers to many are given."""
        shares = found.get("probabilities")
        if shares is None:
            return Outcome([found["prediction"]], None, (), batch.single)
        return Outcome([found["prediction"]], [list(shares.values())], self._labels, batch.single)

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


def _finite(values: Array | None) -> list[Any]:
    if values is None:
        raise ModelFailed("The model gave no result")
    if not np.isfinite(values).all():
        raise ModelFailed(NOT_FINITE)
    listed: list[Any] = values.tolist()
    return listed
