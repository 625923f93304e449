"""Reads out of a fitted estimator what each of its input columns is: type, categories, ranges, a usual value.

Called by the derivation of contracts, inside the isolated child. Follows columns through pipelines, column
transformers and wrappers as long as a step keeps them apart; what it cannot follow stays unknown, never guessed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from backend.engine.foreign import Array, Foreign
from backend.engine.serving.anatomy import is_pipeline
from backend.engine.serving.contract import ColumnType, Scalar

CATEGORIES_MAX: Final = 1_000
_WRAPPED: Final = ("best_estimator_", "estimator_", "regressor_", "transformer_", "estimator")
_COPIES: Final = ("estimators_", "calibrated_classifiers_")
_TEXT: Final = {"CountVectorizer", "TfidfVectorizer", "HashingVectorizer"}


@dataclass(slots=True)
class Facts:
    """What is known about one input column; None where nothing is."""

    type: ColumnType | None = None
    categories: tuple[Scalar, ...] | None = None
    closed: bool = False
    minimum: float | None = None
    maximum: float | None = None
    usual: Scalar = None
    is_used: bool = False
    is_text: bool = False


Columns = Sequence[Facts | None]


def describe(estimator: Foreign, count: int) -> list[Facts]:
    """Give the facts of each of an estimator's `count` input columns."""
    facts = [Facts() for _ in range(count)]
    _follow(estimator, facts)
    return facts


def is_text_model(estimator: Foreign) -> bool:
    """Tell whether an estimator takes a sequence of texts instead of rows."""
    first = estimator
    while is_pipeline(first) or hasattr(first, "best_estimator_") or type(first).__name__ == "FeatureUnion":
        inner = first.steps if is_pipeline(first) else getattr(first, "transformer_list", None)
        first = inner[0][1] if inner else getattr(first, "best_estimator_", None)
    return type(first).__name__ in _TEXT


def _follow(part: Foreign, columns: Columns) -> Columns | None:
    """Note what a part says about its columns; give those it hands on unmixed, or None."""
    if is_pipeline(part):
        return _follow_pipeline(part, columns)
    if hasattr(part, "transformers_"):
        _follow_column_transformer(part, columns)
        return None
    for column in columns:
        if column is not None:
            column.is_used = True
    if hasattr(part, "transformer_list"):
        for _, inner in part.transformer_list:
            _follow(inner, columns)
        return None
    return _follow_step(part, columns)


def _follow_pipeline(pipeline: Foreign, columns: Columns) -> Columns | None:
    current: Columns | None = columns
    for _, step in pipeline.steps:
        if current is None:
            break
        current = current if step is None or step == "passthrough" else _follow(step, current)
    return current


def _follow_column_transformer(part: Foreign, columns: Columns) -> None:
    for name, inner, _ in part.transformers_:
        chosen = [columns[index] for index in part._transformer_to_input_indices.get(name, ())]  # noqa: SLF001 - positions
        if isinstance(inner, str):
            for column in chosen:
                if column is not None and inner == "passthrough":
                    column.is_used = True
        else:
            _follow(inner, chosen)


def _follow_step(part: Foreign, columns: Columns) -> Columns | None:
    name = type(part).__name__
    if name in _TEXT:
        for column in columns:
            if column is not None:
                column.type, column.is_text, column.usual = "string", True, "a few words of text"
        return None
    if isinstance(getattr(part, "categories_", None), list):
        _note_categories(part, columns)
        return None
    _note_numbers(part, columns)
    if name in {"SimpleImputer", "KNNImputer", "IterativeImputer"}:
        return _follow_imputer(part, columns)
    if hasattr(part, "get_support") and hasattr(part, "transform"):
        kept = np.asarray(part.get_support())
        return (
            [column for column, keep in zip(columns, kept, strict=True) if keep] if len(kept) == len(columns) else None
        )
    if name == "FunctionTransformer":
        return columns if part.func is None else None
    for inner in _inner(part):
        if getattr(inner, "n_features_in_", None) == len(columns):
            _follow(inner, columns)
    return None


def _inner(part: Foreign) -> list[Foreign]:
    found = [getattr(part, name) for name in _WRAPPED if hasattr(getattr(part, name, None), "fit")]
    preprocessor = getattr(part, "_preprocessor", None)
    if preprocessor is not None:
        found.append(preprocessor)
    for name in _COPIES:
        copies = getattr(part, name, None)
        if copies is not None and len(copies):
            found += [copy for copy in np.asarray(copies, dtype=object).ravel()[:3] if hasattr(copy, "__dict__")]
    return found


def _follow_imputer(part: Foreign, columns: Columns) -> Columns | None:
    statistics = getattr(part, "statistics_", None)
    if type(part).__name__ == "SimpleImputer" and statistics is not None and len(statistics) == len(columns):
        for column, value in zip(columns, statistics.tolist(), strict=True):
            if column is not None:
                column.usual = column.usual if column.usual is not None else _rounded(value)
                column.type = "string" if isinstance(value, str) else column.type
        if any(isinstance(value, float) and np.isnan(value) for value in statistics.tolist()):
            return None  # columns that were all empty are dropped: positions no longer match
    return columns


def _note_categories(part: Foreign, columns: Columns) -> None:
    closed = getattr(part, "handle_unknown", "ignore") == "error"
    for column, found in zip(columns, part.categories_, strict=False):
        if column is None:
            continue
        values = [_scalar(value) for value in np.asarray(found).tolist()]
        known = tuple(value for value in values if value is not None)
        kinds = {type(value) for value in known}
        column.type = _TYPE_OF.get(next(iter(kinds))) if len(kinds) == 1 else "string" if str in kinds else "number"
        if len(known) <= CATEGORIES_MAX and len(kinds) == 1:
            column.categories, column.closed = known, column.closed or closed
        column.usual = column.usual if column.usual is not None else known[0] if known else None


_TYPE_OF: Final[dict[type, ColumnType]] = {str: "string", bool: "boolean", int: "integer", float: "number"}


def _note_numbers(part: Foreign, columns: Columns) -> None:
    """Note ranges and usual values from the statistics that scikit-learn's parts keep of their training data."""
    width = len(columns)
    low, high = _vector(part, "data_min_", width), _vector(part, "data_max_", width)
    if low is None and isinstance(quantiles := getattr(part, "quantiles_", None), np.ndarray) and quantiles.ndim == 2:
        low, high = quantiles[0], quantiles[-1]
    usual = next((found for name in _CENTRES if (found := _vector(part, name, width)) is not None), None)
    if usual is None and low is not None and high is not None:
        usual = (low + high) / 2
    if usual is None:
        usual = _thresholds(part, width)
    for index, column in enumerate(columns):
        if column is None:
            continue
        if low is not None and high is not None and index < len(low):
            column.minimum, column.maximum = _number(low[index]), _number(high[index])
        if usual is not None and column.usual is None:
            column.usual = _number(usual[index])


_CENTRES: Final = (
    "mean_",
    "center_",
    "data_center_",
    "theta_",
    "cluster_centers_",
    "means_",
    "_fit_X",
    "X_train_",
    "support_vectors_",
    "max_abs_",
    "location_",
    "xbar_",
    "_x_mean",
)


def _vector(part: Foreign, name: str, width: int) -> Array | None:
    value = getattr(part, name, None)
    if not isinstance(value, np.ndarray) or value.dtype.kind not in "fiu":
        return None
    if value.ndim == 2 and value.shape[1] == width and len(value):
        value = value.mean(axis=0)
    return value if value.shape == (width,) and np.isfinite(value).all() else None


def _thresholds(part: Foreign, width: int) -> Array | None:
    """Take the middle of the split thresholds as a usual value: trees keep nothing else of their training data."""
    trees = (
        [part]
        if hasattr(part, "tree_")
        else list(np.asarray(getattr(part, "estimators_", ()), dtype=object).ravel()[:20])
    )
    usual = np.full(width, np.nan)
    pairs = [(tree.tree_.feature, tree.tree_.threshold) for tree in trees if hasattr(tree, "tree_")]
    if not pairs or any(tree.tree_.n_features != width for tree in trees if hasattr(tree, "tree_")):
        return None
    features, thresholds = (np.concatenate(arrays) for arrays in zip(*pairs, strict=True))
    for index in range(width):
        own = thresholds[features == index]
        if own.size:
            usual[index] = np.median(own)
    return usual


def _number(value: Any) -> float | None:  # noqa: ANN401 - a numpy scalar
    return float(f"{float(value):.4g}") if np.isfinite(value) else None


def _rounded(value: Any) -> Scalar:  # noqa: ANN401 - a statistic of an imputer
    return _number(value) if isinstance(value, float) else _scalar(value)


def _scalar(value: Any) -> Scalar:  # noqa: ANN401 - what a category may be
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value if isinstance(value, str | int | float | bool) else None
