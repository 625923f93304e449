"""Turns validated rows into what an estimator takes: a matrix, a DataFrame, an array of objects, a list of texts.

Used by the runtime. A DataFrame costs more than many a model, so it is built only where columns are chosen by name.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from backend.engine.serving.anatomy import estimators
from backend.engine.serving.contract import Column, Contract
from backend.engine.serving.foreign import Array, Foreign
from backend.engine.serving.payload import Batch

Feed = Callable[[Batch], Foreign]


def feed_of(estimator: Foreign, contract: Contract) -> Feed:
    """Give the function from a batch to the estimator's input; may take column names off the loaded estimator."""
    if contract.container == "text":
        return _texts
    is_numeric = all(column.type != "string" and column.required for column in contract.columns)
    if contract.container == "matrix" and is_numeric:
        return _matrix
    if contract.container == "frame" and is_numeric and forget_names(estimator):
        return _matrix_of_frame
    return _frame_feed(contract.columns) if contract.container == "frame" else _objects


def forget_names(estimator: Foreign) -> bool:
    """Take the column names off an estimator whose every part is scikit-learn's own and none of which uses them.

    Names are then only compared with those of the input, which the payload reader has done already; the numbers reach
    the same code in the same order. False, and nothing changed, where some part selects columns by name or kind.
    """
    inside = estimators(estimator)
    if any(_needs_names(part) for part in inside):
        return False
    for part in inside:
        part.__dict__.pop("feature_names_in_", None)
        part.__dict__.pop("_sklearn_output_config", None)
    return True


def _needs_names(part: Foreign) -> bool:
    if not type(part).__module__.startswith("sklearn."):
        return True
    if hasattr(part, "transformers_"):
        return any(not _are_positions(chosen) for _, _, chosen in part.transformers_)
    # Boosted trees fitted on categorical columns keep an encoder that goes by names.
    return getattr(part, "_preprocessor", None) is not None


def _are_positions(columns: Foreign) -> bool:
    if isinstance(columns, slice):
        return isinstance(columns.start, int | None) and isinstance(columns.stop, int | None)
    listed = [columns] if np.isscalar(columns) else list(columns)
    return all(isinstance(column, int | np.integer | bool | np.bool_) for column in listed)


def _matrix(batch: Batch) -> Array:
    if batch.matrix is None:
        raise TypeError("a numeric contract gave a batch without a matrix")
    return batch.matrix


def _matrix_of_frame(batch: Batch) -> Array:
    # A DataFrame's values lie column by column. Matrix products add in another order over rows lying the other way,
    # and the last bit of a probability would differ from what scikit-learn says of the DataFrame.
    return np.asfortranarray(_matrix(batch))


def _texts(batch: Batch) -> list[Any]:
    return batch.columns[0] if batch.columns is not None else []


def _objects(batch: Batch) -> Array:
    columns = batch.columns or ()
    table = np.empty((batch.rows, len(columns)), dtype=object)
    for index, values in enumerate(columns):
        table[:, index] = [np.nan if value is None else value for value in values]
    return table


def _frame_feed(columns: tuple[Column, ...]) -> Feed:
    import pandas as pd

    def series(column: Column, batch: Batch, index: int) -> Foreign:
        values = _values(column, batch, index)
        # dtype=object: pandas 3 would make its own text type of it, which scikit-learn converts back at a price.
        return pd.Series(values, dtype=object) if isinstance(values, list) else values

    def feed(batch: Batch) -> Foreign:
        made = {column.name: series(column, batch, index) for index, column in enumerate(columns)}
        return pd.DataFrame(made, copy=False)

    return feed


def _values(column: Column, batch: Batch, index: int) -> list[Any] | Array:
    if batch.matrix is not None:
        values: Array = batch.matrix[:, index]
        return values.astype(bool) if column.type == "boolean" and not column.nullable else values
    listed = (batch.columns or ())[index]
    if column.type == "string" or not column.required:
        return [np.nan if value is None else value for value in listed]
    if column.type == "boolean" and not column.nullable:
        return np.array(listed, dtype=bool)
    return np.array(listed, dtype=np.float64)
