"""What a model answered, as plain Python values, and the fields of the answer it becomes.

Made by the runtime, read by the prediction service. Holds no numpy value.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np

from backend.core.errors import ModelFailed
from backend.engine.foreign import Array, Foreign

NOT_FINITE: Final = "The model gave a result that is not a finite number"


class Outcome(NamedTuple):
    """Predictions in the order of the rows.

    `probabilities` holds one list per row in the order of `class_labels`, the keys of the answer; with several outputs
    one such list per output, and `class_labels` one tuple per output.
    """

    predictions: list[Any]
    probabilities: list[list[Any]] | None
    class_labels: tuple[Any, ...]
    single: bool

    def fields(self) -> dict[str, Any]:
        """Give `prediction` and `probabilities` of one record, or `predictions` and `probabilities` of many."""
        shares = self.probabilities
        if self.single:
            one = {"prediction": self.predictions[0]}
            if shares is not None:
                one["probabilities"] = self._by_class(shares[0])
            return one
        many: dict[str, Any] = {"predictions": self.predictions}
        if shares is not None:
            many["probabilities"] = self._all_by_class(shares)
        return many

    def _all_by_class(self, rows: list[list[Any]]) -> list[Any]:
        labels = self.class_labels
        if not rows or not labels or type(labels[0]) is tuple or len(rows[0]) != len(labels):
            return [self._by_class(row) for row in rows]
        # Rows of one array are as long as the first: the usual answer, in half the time.
        return [dict(zip(labels, row)) for row in rows]  # noqa: B905

    def _by_class(self, row: list[Any]) -> Any:  # noqa: ANN401 - an object, or a list of them
        labels = self.class_labels
        if labels and type(labels[0]) is tuple:
            return [dict(zip(names, part, strict=True)) for names, part in zip(labels, row, strict=True)]
        return dict(zip(labels, row, strict=True))


def plain(values: Foreign) -> list[Any]:
    """Give what an estimator answered as lists of Python's own values, each exactly what it was.

    Raises:
        ModelFailed: a number is not finite: JSON has no word for it, and null is no prediction.
    """
    array = np.asarray(values.toarray() if hasattr(values, "toarray") else values)
    if array.dtype.kind in "fc" and not np.isfinite(array).all():
        raise ModelFailed(NOT_FINITE)
    listed: list[Any] = array.tolist()
    return [_plain(value) for value in listed] if array.dtype.kind in "OM" else listed


def shares(values: Array) -> list[list[Any]]:
    """Give probabilities as lists of floats.

    Raises:
        ModelFailed: one of them is not finite.
    """
    if not np.isfinite(values).all():
        raise ModelFailed("The model gave a probability that is not a finite number")
    listed: list[list[Any]] = values.tolist()
    return listed


def _plain(value: Any) -> Any:  # noqa: ANN401 - what an array of objects holds
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, np.generic):
        return _plain(value.item())
    if isinstance(value, str | bool | int):
        return value
    if isinstance(value, float) and np.isfinite(value):
        return value
    raise ModelFailed("The model gave a result that JSON cannot hold", internal=type(value).__name__)
