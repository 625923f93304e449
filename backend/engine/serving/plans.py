"""How a model is asked: the quickest way that gave, bit for bit, what scikit-learn gave for the same rows.

Made by the runtime when a model is loaded. Each short way is exact by its construction; it is used only after it has
also answered a set of probing rows as the estimator itself does, gaps and unknown categories among them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import orjson

from backend.engine.foreign import Array, Foreign
from backend.engine.serving.anatomy import estimators
from backend.engine.serving.column_parts import ColumnParts
from backend.engine.serving.contract import Column, Contract, Scalar
from backend.engine.serving.copies import nameless_copy, prepared_copy
from backend.engine.serving.direct import Direct
from backend.engine.serving.frames import Feed, feed_of, matrix_of_frame
from backend.engine.serving.payload import Batch, PayloadReader

_PROBES: Final = 24


@dataclass(frozen=True, slots=True)
class Plan:
    """A function from a batch to rows, and what is asked about them: `predict`, `predict_proba`, `transform`."""

    feed: Feed
    model: Foreign
    name: str


def plain_plan(estimator: Foreign, contract: Contract) -> Plan:
    """Give the plan that asks the estimator itself."""
    return Plan(feed_of(contract), prepared_copy(estimator), "as it is")


def plan_of(estimator: Foreign, contract: Contract) -> Plan:
    """Give the quickest plan that is proven; the estimator itself where none is."""
    plain = plain_plan(estimator, contract)
    for candidate in _candidates(estimator, contract):
        if _is_proven(plain, candidate, contract):
            return candidate
    return plain


def _candidates(estimator: Foreign, contract: Contract) -> list[Plan]:
    direct = Plan(feed_of(contract), Direct(prepared_copy(estimator)), "direct")
    if contract.container != "frame" or not _is_library_only(estimator):
        return [direct]
    nameless = Direct(nameless_copy(estimator))
    is_numeric = all(column.type != "string" and column.required for column in contract.columns)
    if is_numeric and not any(_needs_names(part) for part in estimators(estimator)):
        return [Plan(matrix_of_frame, nameless, "matrix"), direct]
    first = nameless.first_step
    if first is not None and ColumnParts.supports(first) and not any(map(_needs_names, _within(first))):
        return [Plan(ColumnParts(first, contract), nameless.after_first(), "column by column"), direct]
    return [direct]


def _within(transformer: Foreign) -> list[Foreign]:
    return [part for part in estimators(transformer) if part is not transformer]


def _is_library_only(estimator: Foreign) -> bool:
    return all(type(part).__module__.startswith("sklearn.") for part in estimators(estimator))


def _needs_names(part: Foreign) -> bool:
    if hasattr(part, "transformers_"):
        return any(not _are_positions(chosen) for _, _, chosen in part.transformers_)
    # Boosted trees fitted on categorical columns keep an encoder that goes by names.
    return getattr(part, "_preprocessor", None) is not None


def _are_positions(columns: Foreign) -> bool:
    if isinstance(columns, slice):
        return isinstance(columns.start, int | None) and isinstance(columns.stop, int | None)
    listed = [columns] if np.isscalar(columns) else list(columns)
    return all(isinstance(column, int | np.integer | bool | np.bool_) for column in listed)


def _is_proven(plain: Plan, candidate: Plan, contract: Contract) -> bool:
    """Compare both plans on the probing rows, or on the example alone where the model does not take the others."""
    reader = PayloadReader(contract)
    for rows in (_probes(contract), [contract.example]):
        try:
            batch = reader.read(orjson.dumps(rows))
            expected = _answers(plain, batch, contract)
        except Exception:  # noqa: BLE001, S112 - an estimator may refuse a probe with anything; then it proves nothing
            continue
        return _are_equal(expected, _answers_or_none(candidate, batch, contract))
    return False


def _answers_or_none(plan: Plan, batch: Batch, contract: Contract) -> list[Array] | None:
    try:
        return _answers(plan, batch, contract)
    except Exception:  # noqa: BLE001 - a short way that breaks is one that is not taken
        return None


def _answers(plan: Plan, batch: Batch, contract: Contract) -> list[Array]:
    rows = plan.feed(batch)
    ask = plan.model.transform if contract.task == "transformation" else plan.model.predict
    found: list[Any] = [ask(rows)]
    if contract.probabilities:
        shares = plan.model.predict_proba(rows)
        found += shares if isinstance(shares, list) else [shares]
    return [np.asarray(one.toarray() if hasattr(one, "toarray") else one) for one in found]


def _are_equal(expected: list[Array], found: list[Array] | None) -> bool:
    if found is None or len(found) != len(expected):
        return False
    return all(one.dtype == two.dtype and np.array_equal(one, two) for one, two in zip(expected, found, strict=True))


def _probes(contract: Contract) -> list[Any]:
    rows = [[_probe(column, row, place) for place, column in enumerate(contract.columns)] for row in range(_PROBES)]
    if contract.container == "text":
        return [{"text": value} for (value,) in rows]
    if not contract.named:
        return rows
    return [dict(zip(contract.names, values, strict=True)) for values in rows]


def _probe(column: Column, row: int, place: int) -> Scalar:
    """Vary a column over the rows: its categories in turn, numbers around the example, gaps where they are taken."""
    if column.nullable and row and (row + place) % 7 == 0:
        return None
    if column.categories:
        return column.categories[(row + place) % len(column.categories)]
    if column.type == "boolean":
        return (row + place) % 2 == 0
    if column.type == "string":
        return f"{column.example} {row}" if row else column.example
    usual = column.example if isinstance(column.example, int | float) else 1.0
    value = usual * (1 + (row * 37 + place * 11) % 23 / 8) if row else usual
    return round(value) if column.type == "integer" else value
