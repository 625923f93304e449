"""The last estimator of a compiled model: a matrix in, classes, shares or numbers out.

Used by the compiled runtime. Where two classes are too close to tell whether rounding would turn them round, the answer
says so, and scikit-learn is asked instead.

Source of the arithmetic: scikit-learn 1.9, ForestClassifier.predict_proba, _gb._raw_predict, _loss.link,
LinearClassifierMixin, extmath.softmax. Source of the operator: ONNX, ai.onnx.ml 5, TreeEnsemble.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple, TypeAlias

import numpy as np

from backend.engine.serving.compiled.sessions import Run, session_of
from backend.engine.serving.compiled.spec import (
    Boosted,
    Graph,
    Leaves,
    Linear,
    Link,
    MeanOfTrees,
    Part,
    Vote,
)
from backend.engine.serving.foreign import Array

MARGIN: Final = 1e-9
"""Scores in 64 bits closer than this are not told apart: a million times what rounding does to a score of 1."""
MARGIN_NARROW: Final = 1e-4
"""The same for shares in 32 bits."""
ROUNDING: Final = 1e-12
"""What a sum of products may be off, relative to the largest of them: thousands of terms at 2**-53 each."""


class Scores(NamedTuple):
    """What a model makes of a matrix.

    `values` are the numbers of a regressor, shape (rows,) or (rows, outputs); `chosen` the places of the classes, shape
    (rows,); `shares` their probabilities, shape (rows, classes). `unclear` marks the rows where the choice might be
    another in scikit-learn's own arithmetic; None where there can be none.
    """

    values: Array | None = None
    chosen: Array | None = None
    shares: Array | None = None
    unclear: Array | None = None


Answer: TypeAlias = Callable[[Array], Scores]
Margin: TypeAlias = float | Array
"""How close two scores of a row may be, one for all rows or one for each."""


def final_of(final: Part, arrays: Mapping[str, Array]) -> Answer:
    """Give the function that answers a matrix of float64, shape (rows, width)."""
    if isinstance(final, Linear):
        return _linear(final, arrays)
    if isinstance(final, Boosted):
        return _boosted(final, arrays)
    if isinstance(final, MeanOfTrees):
        return _mean(final, arrays)
    if isinstance(final, Vote):
        return _vote(final, arrays)
    if isinstance(final, Leaves):
        return _leaves(final, arrays)
    if isinstance(final, Graph):
        return _graph(final, arrays)
    raise TypeError(type(final).__name__)


def _linear(final: Linear, arrays: Mapping[str, Array]) -> Answer:
    coef, intercept, link = arrays[final.coef], arrays[final.intercept], _LINKS[final.link]
    # Large numbers that cancel leave a small score whose last digits are rounding.
    scale = ROUNDING * float(np.abs(coef).sum(axis=0).max())

    def answer(rows: Array) -> Scores:
        return link(rows @ coef + intercept, MARGIN + scale * np.abs(rows).max(axis=1))

    return answer


def _boosted(final: Boosted, arrays: Mapping[str, Array]) -> Answer:
    run, base, link, is_narrow = session_of(arrays[final.onnx]), arrays[final.base], _LINKS[final.link], final.is_narrow

    def answer(rows: Array) -> Scores:
        return link(run(_narrowed(rows) if is_narrow else rows)[0] + base, MARGIN)

    return answer


def _mean(final: MeanOfTrees, arrays: Mapping[str, Array]) -> Answer:
    run, trees = session_of(arrays[final.onnx]), final.trees
    return lambda rows: Scores(values=run(_narrowed(rows))[0][:, 0] / trees)


def _vote(final: Vote, arrays: Mapping[str, Array]) -> Answer:
    run, trees = session_of(arrays[final.onnx]), final.trees
    other: list[Run] = []

    def answer(rows: Array) -> Scores:
        narrow = _narrowed(rows)
        share = run(narrow)[0] / trees
        shares = np.concatenate((1.0 - share, share), axis=1)
        if (np.abs(share - 0.5) <= MARGIN).any():
            # The first class wins a tie, so here its own sum counts, to the last bit.
            other[:] = other or [session_of(arrays[final.other])]
            shares[:, :1] = other[0](narrow)[0] / trees
        return Scores(chosen=shares.argmax(axis=1), shares=shares)

    return answer


def _leaves(final: Leaves, arrays: Mapping[str, Array]) -> Answer:
    run, each, trees = session_of(arrays[final.onnx]), arrays[final.shares], final.trees

    def answer(rows: Array) -> Scores:
        leaves = run(_narrowed(rows))[0].astype(np.intp)
        # Along the trees in their order, as scikit-learn adds them up.
        shares = np.add.reduce(each.take(leaves, axis=0), axis=1)
        shares /= trees
        return Scores(chosen=shares.argmax(axis=1), shares=shares)

    return answer


def _graph(final: Graph, arrays: Mapping[str, Array]) -> Answer:
    run, dtype = session_of(arrays[final.onnx]), np.float32 if final.bits == 32 else np.float64
    margin = MARGIN if final.bits == 64 else MARGIN_NARROW

    def answer(rows: Array) -> Scores:
        found = run(rows.astype(dtype))
        if final.labels_from == "numbers":
            values = found[0].astype(np.float64)
            return Scores(values=values[:, 0] if values.ndim == 2 and values.shape[1] == 1 else values)
        shares = found[1].astype(np.float64)
        return Scores(chosen=shares.argmax(axis=1), shares=shares, unclear=_close(shares, margin))

    return answer


def _narrowed(rows: Array) -> Array:
    """Round as scikit-learn's trees do before they compare; the comparison itself is of 64 bits there and here."""
    return rows.astype(np.float32).astype(np.float64)


def _identity(raw: Array, _margin: Margin) -> Scores:
    return Scores(values=raw[:, 0] if raw.shape[1] == 1 else raw)


def _exp(raw: Array, _margin: Margin) -> Scores:
    return Scores(values=np.exp(raw[:, 0]))


def _logistic(raw: Array, margin: Margin) -> Scores:
    share = 1.0 / (1.0 + np.exp(-raw))
    shares = np.concatenate((1.0 - share, share), axis=1)
    return Scores(chosen=(raw[:, 0] > 0).astype(np.intp), shares=shares, unclear=_near_zero(raw, margin))


def _softmax(raw: Array, margin: Margin) -> Scores:
    scores = np.exp(raw - raw.max(axis=1, keepdims=True))
    scores /= scores.sum(axis=1, keepdims=True)
    return Scores(chosen=raw.argmax(axis=1), shares=scores, unclear=_close(raw, margin))


def _one_vs_rest(raw: Array, margin: Margin) -> Scores:
    shares = 1.0 / (1.0 + np.exp(-raw))
    shares /= shares.sum(axis=1, keepdims=True)
    return Scores(chosen=raw.argmax(axis=1), shares=shares, unclear=_close(raw, margin))


def _scores(raw: Array, margin: Margin) -> Scores:
    if raw.shape[1] == 1:
        return Scores(chosen=(raw[:, 0] > 0).astype(np.intp), unclear=_near_zero(raw, margin))
    return Scores(chosen=raw.argmax(axis=1), unclear=_close(raw, margin))


_LINKS: Final[Mapping[Link, Callable[[Array, Margin], Scores]]] = {
    "identity": _identity,
    "exp": _exp,
    "logistic": _logistic,
    "softmax": _softmax,
    "one_vs_rest": _one_vs_rest,
    "scores": _scores,
}


def _near_zero(raw: Array, margin: Margin) -> Array:
    near: Array = np.abs(raw[:, 0]) <= margin
    return near


def _close(scores: Array, margin: Margin) -> Array | None:
    """Mark the rows in which the largest score is not clear of the second."""
    if scores.shape[1] < 2:
        return None
    top = np.partition(scores, -2, axis=1)[:, -2:]
    close: Array = top[:, 1] - top[:, 0] <= margin
    return close
