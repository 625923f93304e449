"""Rows on which two ways to run a model most likely differ: thresholds and what lies beside them, gaps, extremes.

Used by the proof. Random where nothing is known, and the same each time.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from backend.engine.foreign import Array
from backend.engine.serving.contract import Column, Contract, Scalar
from backend.engine.serving.payload import Batch
from backend.engine.serving.sample import Sample
from backend.engine.serving.values import EXACT_MAX

ROWS: Final = 10_000
_SEED: Final = 7
_GAP_SHARE: Final = 0.05
_EXTREME_ROWS: Final = 200
_EXTREMES: Final = (0.0, -0.0, 1e-300, -1e-300, 1e15, -1e15, 3.4e8, -3.4e8)
_UNHEARD_OF: Final = "nobody has seen this"
_BESIDE_MAX: Final = 20_000
"""Thresholds of one column that are tried; more are drawn from."""


def beside(thresholds: Array) -> Array:
    """Give split thresholds with their neighbours in 64 and in 32 bits, on both sides."""
    if len(thresholds) > _BESIDE_MAX:
        thresholds = np.random.default_rng(_SEED).choice(thresholds, _BESIDE_MAX, replace=False)
    with np.errstate(over="ignore"):
        narrow = thresholds.astype(np.float32)
        near = [thresholds, np.nextafter(thresholds, np.inf), np.nextafter(thresholds, -np.inf), narrow]
        near += [np.nextafter(narrow, np.float32(np.inf)), np.nextafter(narrow, np.float32(-np.inf))]
    values = np.concatenate([one.astype(np.float64) for one in near])
    # A split between gaps and numbers lies at infinity; no request holds what lies beyond EXACT_MAX.
    reached: Array = values[np.abs(values) <= EXACT_MAX]
    return reached


def matrix_at(thresholds: Sequence[Array], columns: int, rows: int = ROWS // 2) -> Array:
    """Give a matrix of values at and around the thresholds of trees, shape (rows, columns)."""
    random = np.random.default_rng(_SEED)
    matrix = random.normal(size=(rows, columns))
    for column, limits in enumerate(thresholds):
        near = beside(limits)
        if len(near):
            matrix[:, column] = random.choice(near, rows)
            usual = random.random(rows) < 0.3
            matrix[usual, column] = random.choice(near, int(usual.sum())) + random.normal(size=int(usual.sum()))
    return matrix


def batch_of(contract: Contract, sample: Sample | None, thresholds: Sequence[Array], *, is_wild: bool = True) -> Batch:
    """Give rows for a contract: those of the sample, then made ones up to ROWS.

    Args:
        thresholds: where the columns themselves are split; empty where they are transformed first.
        is_wild: with gaps, unknown categories and extreme numbers where the contract takes them.
    """
    random = np.random.default_rng(_SEED)
    columns: list[list[Any]] = []
    for place, column in enumerate(contract.columns):
        real = _real(column, sample, place, contract)
        limits = thresholds[place] if place < len(thresholds) else np.empty(0)
        made = _made(column, [value for value in real if value is not None], limits, random, is_wild=is_wild)
        values = [*real, *made][:ROWS]
        if is_wild and column.type == "number" and column.required and not column.closed:
            # One extreme a row: two that cancel would show rounding and nothing else.
            for row in range(ROWS - _EXTREME_ROWS + place % _EXTREME_ROWS, ROWS, len(contract.columns)):
                values[row] = _EXTREMES[row % len(_EXTREMES)]
        columns.append(values)
    if all(column.type != "string" and column.required for column in contract.columns):
        matrix = np.array([[np.nan if value is None else value for value in values] for values in columns], dtype=float)
        return Batch(ROWS, False, matrix=np.ascontiguousarray(matrix.T))  # noqa: FBT003 - many rows
    return Batch(ROWS, False, columns=tuple(columns))  # noqa: FBT003 - many rows


def _real(column: Column, sample: Sample | None, place: int, contract: Contract) -> list[Scalar]:
    """Give the sample's own values, where they are what the contract takes."""
    if sample is None:
        return []
    if contract.named and not set(contract.names) <= set(sample.names):
        return []
    values = sample.column(column.name) if contract.named else _at(sample, place, contract)
    usual = column.example
    taken: list[Scalar] = []
    for value in values or ():
        fits = value is None if column.nullable and value is None else _fits(column, value)
        taken.append(value if fits else usual)
    return taken[: ROWS // 2]


def _at(sample: Sample, place: int, contract: Contract) -> Sequence[Scalar] | None:
    return sample.columns[place] if len(sample.names) == len(contract.columns) else None


def _fits(column: Column, value: Scalar) -> bool:
    if value is None:
        return False
    if column.closed and column.categories is not None:
        return value in column.categories
    kinds = {"string": str, "boolean": bool, "integer": int, "number": int | float}
    return isinstance(value, kinds[column.type]) and (column.type == "boolean" or not isinstance(value, bool))


def _made(
    column: Column, real: Sequence[Scalar], limits: Array, random: np.random.Generator, *, is_wild: bool
) -> list[Any]:
    if column.type == "boolean":
        made: list[Any] = random.choice([True, False], ROWS).tolist()
    elif column.categories:
        pool = [*column.categories, *([_stranger(column)] if is_wild and not column.closed else [])]
        made = [pool[place] for place in random.integers(len(pool), size=ROWS)]
    elif column.type == "string":
        made = [column.example] * ROWS
    else:
        made = _numbers(column, [value for value in real if isinstance(value, int | float)], limits, random)
    if not column.required or (column.nullable and is_wild):
        for place in np.flatnonzero(random.random(ROWS) < _GAP_SHARE).tolist():
            made[place] = None
    return made


def _stranger(column: Column) -> Scalar:
    numbers = [value for value in column.categories or () if isinstance(value, int | float)]
    return max(numbers) + 1 if column.type in {"number", "integer"} and numbers else _UNHEARD_OF


def _numbers(column: Column, real: Sequence[float], limits: Array, random: np.random.Generator) -> list[Any]:
    usual = float(column.example) if isinstance(column.example, int | float) else 1.0
    low = column.minimum if column.minimum is not None else min(real, default=usual - abs(usual) - 1.0)
    high = column.maximum if column.maximum is not None else max(real, default=usual + abs(usual) + 1.0)
    spread = max(high - low, 1e-9)
    values = random.uniform(low - 0.2 * spread, high + 0.2 * spread, ROWS)
    where = random.random(ROWS)
    near = beside(limits)
    if len(near):
        at = where < 0.5
        values[at] = random.choice(near, int(at.sum()))
    return [round(value) for value in values.tolist()] if column.type == "integer" else values.tolist()
