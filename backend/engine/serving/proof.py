"""Proves a drafted contract on its model: the example is answered, probabilities and nulls are tried.

Called by the derivation of contracts, inside the isolated child. What a caller will send goes through the same reader
and runtime here; nothing in a contract is promised that was not seen to work.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
import orjson

from backend.core.errors import AppError, ArtefactRefused
from backend.engine.foreign import Foreign
from backend.engine.serving.contract import Column, ColumnType, Container, Contract, Scalar
from backend.engine.serving.payload import Batch, PayloadReader
from backend.engine.serving.runtime import SklearnRuntime

_NULLS_TRIED_MAX: Final = 2_000
_OUTPUTS_MAX: Final = 10_000
_FILLERS: Final[tuple[Scalar, ...]] = (None, 1.0, 0.0, 0.5)
"""Example values tried for numbers of which nothing is known; None keeps the one that was read out of the model."""


def prove(estimator: Foreign, draft: Contract, containers: Sequence[Container], *, is_sampled: bool) -> Contract:
    """Give the first variant of a contract that the model answers, completed with what its answer looks like.

    Args:
        estimator: fitted; left as it is.
        draft: without example, outputs and probabilities.
        containers: ways to hand rows over, in order of preference.
        is_sampled: the examples are real values, so no others are tried.

    Raises:
        ArtefactRefused: the model answered none of them; says how it failed on the first.
    """
    failure: AppError | None = None
    for container in containers:
        for filler in _FILLERS[:1] if is_sampled else _FILLERS:
            columns = tuple(_filled(column, filler) for column in draft.columns)
            contract = replace(draft, container=container, columns=columns)
            contract = replace(contract, example=_example(contract))
            try:
                return _observed(estimator, contract)
            except ArtefactRefused:
                raise
            except AppError as error:
                failure = failure or error
    raise _cannot_answer(failure)


def with_nulls(estimator: Foreign, contract: Contract) -> Contract:
    """Mark the columns for which the model answers a null, by asking it."""
    if contract.container == "text" or len(contract.columns) > _NULLS_TRIED_MAX:
        return contract
    relaxed = replace(contract, columns=tuple(replace(column, nullable=True) for column in contract.columns))
    reader, runtime = PayloadReader(relaxed), SklearnRuntime(estimator, relaxed, is_quick=False)

    def taking_null(indices: Sequence[int]) -> list[int]:
        rows = [_row(relaxed, null=index) for index in indices]
        try:
            runtime.predict(reader.read(orjson.dumps(rows)))
        except AppError:
            half = len(indices) // 2
            return taking_null(indices[:half]) + taking_null(indices[half:]) if half else []
        return list(indices)

    tried = [index for index, column in enumerate(contract.columns) if column.required]
    accepted = set(taking_null(tried)) if tried else set()
    columns = tuple(replace(column, nullable=index in accepted) for index, column in enumerate(contract.columns))
    return replace(contract, columns=columns)


def _filled(column: Column, filler: Scalar) -> Column:
    if filler is None or column.type != "number" or column.categories is not None:
        return column
    return replace(column, example=filler)


def _example(contract: Contract) -> dict[str, Any] | list[Any]:
    if contract.named or contract.container == "text":
        return {column.name: column.example for column in contract.columns if column.required}
    return [column.example for column in contract.columns]


def _row(contract: Contract, null: int) -> dict[str, Any] | list[Any]:
    values = [None if index == null else column.example for index, column in enumerate(contract.columns)]
    return dict(zip(contract.names, values, strict=True)) if contract.named else values


def _observed(estimator: Foreign, contract: Contract) -> Contract:
    batch = PayloadReader(contract).read(orjson.dumps(contract.example))
    runtime = SklearnRuntime(estimator, contract, is_quick=False)
    first = runtime.predict(batch).predictions[0]
    is_vector = isinstance(first, list)
    outputs = len(first) if is_vector else 1
    if outputs > _OUTPUTS_MAX:
        message = f"The model answers {outputs} values a row, more than {_OUTPUTS_MAX}"
        raise ArtefactRefused(message, details={"reason": "too many outputs"})
    completed = replace(
        contract,
        outputs=outputs,
        classes=_classes_per_output(contract.classes, outputs),
        prediction=_type_of(first[0] if is_vector and first else first, contract),
    )
    completed = replace(completed, probabilities=_has_probabilities(runtime, batch, completed))
    SklearnRuntime(estimator, completed).predict(batch)
    return completed


def _classes_per_output(classes: tuple[Any, ...] | None, outputs: int) -> tuple[Any, ...] | None:
    if classes is None or outputs == 1:
        return classes
    return classes if len(classes) == outputs and all(isinstance(labels, tuple) for labels in classes) else None


def _has_probabilities(runtime: SklearnRuntime, batch: Batch, contract: Contract) -> bool:
    """Tell whether the model gives one probability for each class it names, and no other kind of scores."""
    if contract.classes is None:
        return False
    try:
        found = runtime.probabilities(batch)
    except AppError:
        return False
    if contract.outputs == 1:
        return isinstance(found, np.ndarray) and found.shape == (batch.rows, len(contract.classes))
    shapes = [(batch.rows, len(labels)) for labels in contract.classes]
    return isinstance(found, list) and [np.shape(output) for output in found] == shapes


def _type_of(value: object, contract: Contract) -> ColumnType:
    if contract.task in {"regression", "transformation"}:
        return "string" if isinstance(value, str) else "number"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, str):
        return "string"
    return "integer" if isinstance(value, int) else "number"


def _cannot_answer(failure: AppError | None) -> ArtefactRefused:
    reason = (failure.internal or failure.message) if failure is not None else "it gave no answer"
    if "MemoryError" in reason:
        raise MemoryError
    message = f"The model does not answer an example row: {reason[:500]}"
    return ArtefactRefused(message, details={"reason": "no answer"})
