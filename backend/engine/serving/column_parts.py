"""A fitted ColumnTransformer without its DataFrame: every part gets its own columns as an array.

Used by the plans of the runtime. The parts and their arithmetic are scikit-learn's own; what is left out is the
DataFrame, the cutting of it and its names.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from backend.engine.foreign import Array, Foreign
from backend.engine.serving.contract import Column, Contract
from backend.engine.serving.direct import Direct
from backend.engine.serving.frames import Feed, is_boolean_array, is_text, values_of
from backend.engine.serving.payload import Batch


@dataclass(frozen=True, slots=True)
class Part:
    """One transformer, the places of its columns in the contract, and how a batch goes into it."""

    transformer: Foreign
    positions: tuple[int, ...]
    feed: Feed
    model: Direct

    @classmethod
    def over_all(cls, transformer: Foreign, contract: Contract) -> Part:
        """Give the part that takes every column."""
        positions = tuple(range(len(contract.columns)))
        return cls(transformer, positions, _feed(contract, positions, is_flat=False), Direct(transformer))


class ColumnParts:
    """Does what the `transform` of a fitted ColumnTransformer does to a DataFrame, from a batch.

    Args:
        transformer: fitted; its parts know no column names.
        contract: its columns, in the order the transformer was fitted on.
    """

    def __init__(self, transformer: Foreign, contract: Contract) -> None:
        self._is_sparse = bool(transformer.sparse_output_)
        self.parts = [
            _part(transformer, contract, name, inner, is_flat=np.isscalar(chosen))
            for name, inner, chosen in transformer.transformers_
            if not isinstance(inner, str) and len(_positions(transformer, name))
        ]

    @staticmethod
    def supports(transformer: Foreign) -> bool:
        """Tell whether every part is a fitted transformer or dropped, and none is weighted."""
        kind = f"{type(transformer).__module__}.{type(transformer).__qualname__}"
        if kind != "sklearn.compose._column_transformer.ColumnTransformer" or transformer.transformer_weights:
            return False
        return all(not isinstance(inner, str) or inner == "drop" for _, inner, _ in transformer.transformers_)

    def __call__(self, batch: Batch) -> Foreign:
        """Give the transformed rows, side by side as the transformer stacks them."""
        made = [part.model.transform(part.feed(batch)) for part in self.parts]
        if self._is_sparse:
            return _stack_sparse(made)
        return np.hstack([one.toarray() if hasattr(one, "toarray") else one for one in made])


def _part(transformer: Foreign, contract: Contract, name: str, inner: Foreign, *, is_flat: bool) -> Part:
    positions = tuple(_positions(transformer, name))
    return Part(inner, positions, _feed(contract, positions, is_flat=is_flat), Direct(inner))


def _positions(transformer: Foreign, name: str) -> list[int]:
    return list(transformer._transformer_to_input_indices[name])  # noqa: SLF001 - the only place that has them


def _feed(contract: Contract, positions: Sequence[int], *, is_flat: bool) -> Feed:
    columns = [contract.columns[index] for index in positions]
    if is_flat:
        return lambda batch: np.asarray(values_of(columns[0], batch, positions[0]), dtype=object)
    is_numeric = all(column.type in {"number", "integer"} and not is_text(column) for column in columns)
    is_boolean = all(is_boolean_array(column) and not is_text(column) for column in columns)
    dtype = np.dtype(np.float64 if is_numeric else bool if is_boolean else object)
    return lambda batch: _table(columns, positions, batch, dtype)


def _table(columns: Sequence[Column], positions: Sequence[int], batch: Batch, dtype: np.dtype[Any]) -> Array:
    """Give some columns as one array, laid out column by column as a DataFrame's values are."""
    if batch.matrix is not None and dtype == np.float64:
        return np.asfortranarray(batch.matrix[:, positions])
    table = np.empty((batch.rows, len(columns)), dtype=dtype, order="F")
    for place, (column, index) in enumerate(zip(columns, positions, strict=True)):
        table[:, place] = values_of(column, batch, index)
    return table


def _stack_sparse(made: list[Any]) -> Foreign:
    from scipy import sparse
    from sklearn.utils import check_array

    return sparse.hstack([check_array(one, accept_sparse=True, ensure_all_finite=False) for one in made]).tocsr()
