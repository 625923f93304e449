"""Walks a fitted estimator: the estimators inside it, its final step, its size in memory.

Used by introspection and the runtime. Reads attributes only; calls no method of a model.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import numpy as np

from backend.engine.foreign import Foreign

_OBJECT_BYTES = 80


def parts(root: object) -> Iterator[object]:
    """Give every object reachable through attributes and containers, each once, the root first."""
    seen: set[int] = set()
    pending = [root]
    while pending:
        part = pending.pop()
        if id(part) in seen or part is None or isinstance(part, str | bytes | bool | int | float | type):
            continue
        seen.add(id(part))
        yield part
        pending += _children(part)


def estimators(root: object) -> list[Foreign]:
    """Give every estimator inside a fitted one, itself included."""
    return [part for part in parts(root) if is_estimator(part)]


def is_estimator(candidate: object) -> bool:
    """Tell whether an object is an estimator of scikit-learn's kind."""
    from sklearn.base import BaseEstimator

    return isinstance(candidate, BaseEstimator)


def is_pipeline(candidate: object) -> bool:
    """Tell whether an object is a pipeline."""
    from sklearn.pipeline import Pipeline

    return isinstance(candidate, Pipeline)


def final_step(estimator: Foreign) -> Foreign:
    """Give the estimator that answers: the last step of pipelines, the best one of searches."""
    while True:
        inner = getattr(estimator, "best_estimator_", None)
        if is_pipeline(estimator):
            inner = _last_of(estimator)
        if inner is None:
            return estimator
        estimator = inner


def step_names(estimator: Foreign) -> tuple[str, ...]:
    """Give the class names along a pipeline, as people would draw it."""
    if is_pipeline(estimator):
        return tuple(name for _, step in estimator.steps if step is not None for name in step_names(step))
    if hasattr(estimator, "best_estimator_"):
        return step_names(estimator.best_estimator_)
    return (type(estimator).__name__,) if is_estimator(estimator) else ("passthrough",)


def size_bytes(root: object) -> int:
    """Estimate what a model holds in memory: its arrays and trees, and a flat price for every other object."""
    return sum(map(_own_bytes, parts(root)))


def _last_of(pipeline: Foreign) -> Foreign | None:
    last = pipeline.steps[-1][1]
    return last if is_estimator(last) else None


def _children(part: object) -> list[object]:
    if isinstance(part, dict):
        return list(part.values())
    if isinstance(part, list | tuple | set | frozenset):
        return list(part)
    if isinstance(part, np.ndarray):
        return list(part.ravel()) if part.dtype == object else []
    return list(getattr(part, "__dict__", {}).values())


def _own_bytes(part: object) -> int:
    if isinstance(part, np.ndarray):
        return int(part.nbytes)
    if hasattr(part, "node_count") and hasattr(part, "value"):
        return int(part.node_count) * 64 + int(part.value.nbytes)
    if isinstance(part, dict):
        return sys.getsizeof(part) + _OBJECT_BYTES * len(part)
    return _OBJECT_BYTES + sys.getsizeof(part)
