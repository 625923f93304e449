"""Derives the contract of a fitted estimator and proves that the model answers it.

Called by the isolated child. The contract is introspected, completed from a sample, and then used: its example goes
through the payload reader and the runtime, as a caller's would. A model that cannot answer is refused here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from backend.core.errors import ArtefactRefused
from backend.engine.foreign import Foreign
from backend.engine.serving.anatomy import final_step, is_estimator, step_names
from backend.engine.serving.contract import Column, ColumnType, Container, Contract, Scalar, Task
from backend.engine.serving.introspect import Facts, describe, is_text_model
from backend.engine.serving.problems import listed
from backend.engine.serving.proof import prove, with_nulls
from backend.engine.serving.sample import Sample, kind_of

COLUMNS_MAX: Final = 10_000
_OTHER_INPUT: Final = {
    "DictVectorizer": "dictionaries",
    "FeatureHasher": "dictionaries",
    "LabelBinarizer": "labels",
    "LabelEncoder": "labels",
    "MultiLabelBinarizer": "sets of labels",
    "PatchExtractor": "images",
}


@dataclass(frozen=True, slots=True)
class Derived:
    """A contract that its model has answered, and remarks for the owner."""

    contract: Contract
    warnings: tuple[str, ...]


def derive_contract(estimator: Foreign, sample: Sample | None = None, *, sklearn_version: str = "") -> Derived:
    """Give the contract of a fitted estimator, proven on its example.

    Raises:
        ArtefactRefused: not a fitted estimator, one that cannot answer new rows, or one that fails on its example.
    """
    refuse_unfitted(estimator)
    task = _task(estimator)
    names, named = _names(estimator, sample)
    draft = Contract(
        named=named,
        columns=_columns(estimator, names, sample),
        task=task,
        classes=_classes(estimator, task),
        outputs=1,
        example={},
        estimator=type(final_step(estimator)).__name__,
        pipeline=step_names(estimator),
        sklearn_version=sklearn_version,
        container="frame" if named else "matrix",
    )
    is_sampled = sample is not None and _fits(names, named, sample)
    contract = prove(estimator, draft, _containers(estimator, draft), is_sampled=is_sampled)
    contract = with_nulls(estimator, contract)
    return Derived(contract, _remarks(contract, sample))


def refuse_unfitted(estimator: Foreign) -> None:
    """Refuse what is not an estimator, or is one that was never fitted.

    Raises:
        ArtefactRefused: naming what the file holds instead.
    """
    from sklearn.exceptions import NotFittedError
    from sklearn.utils.validation import check_is_fitted

    kind = f"{type(estimator).__module__}.{type(estimator).__qualname__}".removeprefix("builtins.")
    if not is_estimator(estimator):
        message = f"The file does not hold a fitted scikit-learn estimator but a {kind}"
        raise ArtefactRefused(message, details={"reason": "not an estimator", "type": kind})
    try:
        check_is_fitted(estimator)
    except (NotFittedError, TypeError) as error:
        message = f"The {type(estimator).__name__} in the file was never fitted: fit it before saving"
        raise ArtefactRefused(message, details={"reason": "not fitted", "type": kind}) from error


def _task(estimator: Foreign) -> Task:
    from sklearn.base import is_classifier, is_outlier_detector, is_regressor

    if hasattr(estimator, "predict"):
        if is_classifier(estimator):
            return "classification"
        if is_regressor(estimator):
            return "regression"
        return "outlier_detection" if is_outlier_detector(estimator) else "clustering"
    if hasattr(estimator, "transform"):
        return "transformation"
    name = type(final_step(estimator)).__name__
    message = f"{name} cannot answer for rows it was not fitted on: it has neither predict nor transform"
    raise ArtefactRefused(message, details={"reason": "no predict"})


def _names(estimator: Foreign, sample: Sample | None) -> tuple[tuple[str, ...], bool]:
    if is_text_model(estimator):
        return ("text",), False
    names = getattr(estimator, "feature_names_in_", None)
    if names is not None:
        return tuple(str(name) for name in names), True
    count = getattr(estimator, "n_features_in_", None)
    kind = type(final_step(estimator)).__name__
    if kind in _OTHER_INPUT:
        message = f"{kind} takes {_OTHER_INPUT[kind]}, which a request for rows cannot hold"
        raise ArtefactRefused(message, details={"reason": "input kind"})
    if count is None:
        count = 1 if kind == "IsotonicRegression" else len(sample.names) if sample is not None else 0
    if not isinstance(count, int | np.integer) or not 0 < count <= COLUMNS_MAX:
        message = "The model does not say how many columns it takes: upload a sample of its input with it"
        raise ArtefactRefused(message, details={"reason": "columns unknown"})
    return tuple(f"x{index}" for index in range(count)), False


def _fits(names: Sequence[str], named: bool, sample: Sample) -> bool:  # noqa: FBT001 - one of two matters
    """Tell whether a sample has the model's columns: all of its names, or as many where it has none."""
    return set(names) <= set(sample.names) if named else len(names) == len(sample.names)


def _columns(estimator: Foreign, names: Sequence[str], sample: Sample | None) -> tuple[Column, ...]:
    facts = describe(estimator, len(names))
    seen: list[tuple[Scalar, ...] | None] = [None] * len(names)
    if sample is not None and len(sample.names) == len(names) and not set(names) <= set(sample.names):
        seen = list(sample.columns) if not hasattr(estimator, "feature_names_in_") else seen
    elif sample is not None:
        seen = [sample.column(name) for name in names]
    rows = _whole_rows_first(seen)
    return tuple(_column(name, fact, values) for name, fact, values in zip(names, facts, rows, strict=True))


def _whole_rows_first(columns: list[tuple[Scalar, ...] | None]) -> list[tuple[Scalar, ...] | None]:
    """Move the first row without gaps to the top, so that the example is a row that really was."""
    present = [values for values in columns if values is not None]
    rows = zip(*present, strict=True)
    whole = next((index for index, row in enumerate(rows) if None not in row), 0)
    return [None if values is None else (*values[whole:], *values[:whole]) for values in columns]


def _column(name: str, fact: Facts, values: tuple[Scalar, ...] | None) -> Column:
    kind: ColumnType = fact.type or (kind_of(values) if values else None) or "number"
    numbers = [value for value in values or () if isinstance(value, int | float) and not isinstance(value, bool)]
    seen = numbers if kind in {"number", "integer"} else []
    return Column(
        name=name,
        type=kind,
        categories=fact.categories,
        minimum=fact.minimum if fact.minimum is not None else float(min(seen)) if seen else None,
        maximum=fact.maximum if fact.maximum is not None else float(max(seen)) if seen else None,
        example=_example_of(kind, fact, values),
        closed=fact.closed and fact.categories is not None,
        required=fact.is_used or fact.is_text,
    )


def _example_of(kind: ColumnType, fact: Facts, values: tuple[Scalar, ...] | None) -> Scalar:
    first = next((value for value in values or () if value is not None), None)
    usual: Scalar = first if first is not None else fact.usual
    if fact.categories and (usual is None or (fact.closed and usual not in fact.categories)):
        usual = fact.categories[0]
    if kind == "string":
        return usual if isinstance(usual, str) else "text" if usual is None else str(usual)
    if kind == "boolean":
        return bool(usual)
    number = float(usual) if isinstance(usual, int | float) else 1.0
    return round(number) if kind == "integer" else number


def _classes(estimator: Foreign, task: Task) -> tuple[Any, ...] | None:
    found = getattr(estimator, "classes_", None)
    if task != "classification" or found is None:
        return None
    if isinstance(found, list):
        return tuple(tuple(np.asarray(labels).tolist()) for labels in found)
    return tuple(np.asarray(found).tolist())


def _containers(estimator: Foreign, draft: Contract) -> tuple[Container, ...]:
    if is_text_model(estimator):
        return ("text",)
    if draft.named:
        return ("frame",)
    has_text = any(column.type == "string" for column in draft.columns)
    return ("objects", "frame") if has_text else ("matrix", "objects", "frame")


def _remarks(contract: Contract, sample: Sample | None) -> tuple[str, ...]:
    if sample is None:
        return ()
    if contract.named:
        absent = [column.name for column in contract.columns if column.required and column.name not in sample.names]
        if absent:
            return (f"The sample lacks columns of the model: {listed(absent)}",)
    elif contract.container != "text" and len(sample.names) != len(contract.columns):
        counts = f"{len(sample.names)} columns, the model takes {len(contract.columns)}"
        return (f"The sample was not used: it has {counts}",)
    empty = [
        column.name for column in contract.columns if not column.nullable and None in (sample.column(column.name) or ())
    ]
    if empty:
        return (f"The sample has empty values that the model does not take: {listed(empty)}",)
    return ()
