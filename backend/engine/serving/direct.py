"""Calls a fitted model without what scikit-learn wraps around it: pipelines step by step, forests tree by tree.

Used by the runtime. The arithmetic is scikit-learn's own, in its own order, so every bit of the answer is the same:

- `Pipeline.predict` passes the rows through each step's `transform` and asks the last one; so does this, without the
  checks of fit and routing;
- scaling and logistic regression are a handful of array operations (`linear`);
- a forest's `predict_proba`, and a regression forest's `predict`, add up `tree_.predict` of each tree in order and
  divide by their number. scikit-learn hands each tree to a pool, with 40 microseconds of configuration and warning
  filters around it, which are the process's and not the thread's.

Whatever is unusual (gaps, infinities, sparse rows, several outputs, a subclass) goes to scikit-learn itself.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from backend.engine.foreign import Array, Foreign
from backend.engine.serving import linear
from backend.engine.serving.anatomy import is_estimator

_PIPELINE: Final = "sklearn.pipeline.Pipeline"
_SEARCHES: Final = frozenset(
    {
        "sklearn.model_selection._search.GridSearchCV",
        "sklearn.model_selection._search.RandomizedSearchCV",
    }
)
_CLASSIFIERS: Final = frozenset(
    {
        "sklearn.ensemble._forest.ExtraTreesClassifier",
        "sklearn.ensemble._forest.RandomForestClassifier",
    }
)
_REGRESSORS: Final = frozenset(
    {
        "sklearn.ensemble._forest.ExtraTreesRegressor",
        "sklearn.ensemble._forest.RandomForestRegressor",
    }
)


class Direct:
    """A fitted estimator, asked the short way; give it the estimator after it was prepared for serving."""

    def __init__(self, estimator: Foreign) -> None:
        steps, final = unrolled(estimator)
        self._set(steps, final)

    def _set(self, steps: list[Foreign], final: Foreign) -> None:
        self._steps, self._final = steps, final
        self._trees, self._width = _trees_of(final)
        self._is_logistic = _name_of(final) == linear.LOGISTIC

    @property
    def first_step(self) -> Foreign | None:
        """The first transformer of a pipeline; None where the estimator is no pipeline."""
        return self._steps[0] if self._steps else None

    def after_first(self) -> Direct:
        """Give the same without the first step."""
        rest = Direct.__new__(Direct)
        rest._set(self._steps[1:], self._final)  # noqa: SLF001 - another of the same class
        return rest

    def predict(self, rows: Foreign) -> Foreign:
        """Give what the estimator's `predict` gives."""
        rows = self._through(rows)
        if self._is_logistic:
            labels = linear.logistic_labels(self._final, rows)
            return self._final.predict(rows) if labels is None else labels
        total = self._sum_of_trees(rows) if _name_of(self._final) in _REGRESSORS else None
        return self._final.predict(rows) if total is None else total[:, 0]

    def predict_proba(self, rows: Foreign) -> Foreign:
        """Give what the estimator's `predict_proba` gives."""
        rows = self._through(rows)
        if self._is_logistic:
            shares = linear.logistic_proba(self._final, rows)
            return self._final.predict_proba(rows) if shares is None else shares
        total = self._sum_of_trees(rows) if _name_of(self._final) in _CLASSIFIERS else None
        return self._final.predict_proba(rows) if total is None else total

    def transform(self, rows: Foreign) -> Foreign:
        """Give what the estimator's `transform` gives."""
        return self._final.transform(self._through(rows))

    def _through(self, rows: Foreign) -> Foreign:
        for step in self._steps:
            short = linear.scaled(step, rows) if _name_of(step) == linear.SCALER else None
            rows = step.transform(rows) if short is None else short
        return rows

    def _sum_of_trees(self, rows: Foreign) -> Array | None:
        if not self._trees or type(rows) is not np.ndarray or rows.dtype.kind != "f":
            return None
        with np.errstate(over="ignore"):
            narrow = rows.astype(np.float32)  # scikit-learn's trees compare in 32 bits
        if not np.isfinite(narrow).all():
            return self._refuse_overflow(narrow)
        total = np.zeros((len(narrow), self._width))
        for tree in self._trees:
            total += tree.predict(narrow)[:, : self._width]
        total /= len(self._trees)
        return total

    @staticmethod
    def _refuse_overflow(narrow: Array) -> None:
        if np.isinf(narrow).any():
            raise ValueError("Input X contains infinity or a value too large for dtype('float32').")


def unrolled(estimator: Foreign) -> tuple[list[Foreign], Foreign]:
    """Give the transformers along an estimator, those of inner pipelines too, and what answers in the end."""
    name = _name_of(estimator)
    if name in _SEARCHES and hasattr(estimator, "best_estimator_"):
        return unrolled(estimator.best_estimator_)
    if name != _PIPELINE or not is_estimator(estimator.steps[-1][1]):
        return [], estimator
    before = [step for _, step in estimator.steps[:-1] if step is not None and step != "passthrough"]
    inner, final = unrolled(estimator.steps[-1][1])
    return [*before, *inner], final


def _trees_of(final: Foreign) -> tuple[tuple[Foreign, ...], int]:
    name = _name_of(final)
    if name not in _CLASSIFIERS | _REGRESSORS or final.n_outputs_ != 1:
        return (), 0
    width = int(final.n_classes_) if name in _CLASSIFIERS else 1
    return tuple(member.tree_ for member in final.estimators_), width


def _name_of(part: object) -> str:
    return f"{type(part).__module__}.{type(part).__qualname__}"
