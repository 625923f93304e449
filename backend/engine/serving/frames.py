"""Turns validated rows into what an estimator takes: a matrix, a DataFrame, an array of objects, a list of texts.

Used by the plans of the runtime. A DataFrame costs more than many a model, so it is built only where one is needed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from backend.engine.foreign import Array, Foreign
from backend.engine.serving.contract import Column, Contract
from backend.engine.serving.payload import Batch

Feed = Callable[[Batch], Foreign]


def feed_of(contract: Contract) -> Feed:
    """Give the function from a batch to the rows a contract's model was fitted on."""
    if contract.container == "frame":
        return _frame_feed(contract.columns)
    if contract.container == "text":
        return texts
    is_numeric = all(column.type != "string" and column.required for column in contract.columns)
    return matrix if is_numeric and contract.container == "matrix" else _objects


def matrix(batch: Batch) -> Array:
    """Give the float64 matrix of a numeric batch, row by row in memory."""
    if batch.matrix is None:
        raise TypeError("a numeric contract gave a batch without a matrix")
    return batch.matrix


def matrix_of_frame(batch: Batch) -> Array:
    """Give the matrix as a DataFrame's values lie, column by column.

    Matrix products add in another order over rows lying the other way, and the last bit of a probability would differ
    from what scikit-learn says of the DataFrame.
    """
    return np.asfortranarray(matrix(batch))


def texts(batch: Batch) -> list[Any]:
    """Give the one column of a text model."""
    return batch.columns[0] if batch.columns is not None else []


def _frame_feed(columns: Sequence[Column]) -> Feed:
    import pandas as pd

    def series(column: Column, batch: Batch, index: int) -> Foreign:
        values = values_of(column, batch, index)
        # dtype=object: pandas 3 would make its own text type of it, which scikit-learn converts back at a price.
        return pd.Series(values, dtype=object) if isinstance(values, list) else values

    def feed(batch: Batch) -> Foreign:
        made = {column.name: series(column, batch, index) for index, column in enumerate(columns)}
        return pd.DataFrame(made, copy=False)

    return feed


def values_of(column: Column, batch: Batch, index: int) -> list[Any] | Array:
    """Give one column as an array of numbers or booleans, or as a list of texts with NaN for null."""
    if batch.matrix is not None:
        values: Array = batch.matrix[:, index]
        return values.astype(bool) if is_boolean_array(column) else values
    listed = (batch.columns or ())[index]
    if is_text(column):
        return [np.nan if value is None else value for value in listed]
    return np.array(listed, dtype=bool if is_boolean_array(column) else np.float64)


def is_text(column: Column) -> bool:
    """Tell whether a column is handed over as Python objects."""
    return column.type == "string" or not column.required


def is_boolean_array(column: Column) -> bool:
    """Tell whether a column is handed over as booleans; with gaps, numbers have to do."""
    return column.type == "boolean" and not column.nullable


def _objects(batch: Batch) -> Array:
    columns = batch.columns if batch.columns is not None else tuple(matrix(batch).T.tolist())
    table = np.empty((batch.rows, len(columns)), dtype=object)
    for index, values in enumerate(columns):
        table[:, index] = [np.nan if value is None else value for value in values]
    return table
