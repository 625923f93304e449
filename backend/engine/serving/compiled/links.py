"""From raw scores to an answer: for many rows with arrays; for one row, the usual call, at once to what it says.

Used by the finals. For one row each step between scores and answer would cost more than its arithmetic. Where two
classes are too close to tell whether rounding would turn them round, the answer says so, and scikit-learn is asked
instead.

Source of the arithmetic: scikit-learn 1.9, _loss.link, LinearClassifierMixin, extmath.softmax.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import repeat
from math import exp, inf, isfinite
from operator import sub, truediv
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np

from backend.core.errors import ModelFailed
from backend.engine.foreign import Array
from backend.engine.serving.compiled.spec import Link
from backend.engine.serving.outcome import NOT_FINITE

MARGIN: Final = 1e-9
"""Scores in 64 bits closer than this are not told apart: a million times what rounding does to a score of 1."""
MARGIN_NARROW: Final = 1e-4
"""The same for shares in 32 bits."""
_EXP_MAX: Final = 709.0
"""math.exp of more overflows; the share is 0 or 1 long before."""


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


class Names(NamedTuple):
    """How an answer calls what a model chose."""

    classes: tuple[Any, ...]
    shares: tuple[str, ...] | None
    """Of the probabilities, in the order of the classes; None where the contract promises none."""


Fields: TypeAlias = dict[str, Any]
"""`prediction`, and `probabilities` by class where there are any: what the answer to one record says."""
One: TypeAlias = Callable[[Sequence[float], float], Fields | None]
"""Makes the answer of a row's raw scores and their margin; None where the choice is unclear."""
Margin: TypeAlias = float | Array
"""How close two scores of a row may be, one for all rows or one for each."""


def close(scores: Array, margin: Margin) -> Array | None:
    """Mark the rows in which the largest score is not clear of the second."""
    if scores.shape[1] < 2:
        return None
    top = np.partition(scores, -2, axis=1)[:, -2:]
    near: Array = top[:, 1] - top[:, 0] <= margin
    return near


def _identity(raw: Array, _margin: Margin) -> Scores:
    return Scores(values=raw[:, 0] if raw.shape[1] == 1 else raw)


def _exp(raw: Array, _margin: Margin) -> Scores:
    return Scores(values=np.exp(raw[:, 0]))


def _logistic(raw: Array, margin: Margin) -> Scores:
    share = 1.0 / (1.0 + np.exp(-raw))
    shares = np.concatenate((1.0 - share, share), axis=1)
    return Scores(chosen=(raw[:, 0] > 0).astype(np.intp), shares=shares, unclear=_near_zero(raw, margin))


def _softmax(raw: Array, margin: Margin) -> Scores:
    shares = np.exp(raw - raw.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    return Scores(chosen=raw.argmax(axis=1), shares=shares, unclear=close(raw, margin))


def _one_vs_rest(raw: Array, margin: Margin) -> Scores:
    shares = 1.0 / (1.0 + np.exp(-raw))
    shares /= shares.sum(axis=1, keepdims=True)
    return Scores(chosen=raw.argmax(axis=1), shares=shares, unclear=close(raw, margin))


def _scores(raw: Array, margin: Margin) -> Scores:
    if raw.shape[1] == 1:
        return Scores(chosen=(raw[:, 0] > 0).astype(np.intp), unclear=_near_zero(raw, margin))
    return Scores(chosen=raw.argmax(axis=1), unclear=close(raw, margin))


def _near_zero(raw: Array, margin: Margin) -> Array:
    near: Array = np.abs(raw[:, 0]) <= margin
    return near


def _identity_one(_names: Names) -> One:
    def answer(raw: Sequence[float], _margin: float) -> Fields:
        if not all(map(isfinite, raw)):
            raise ModelFailed(NOT_FINITE)
        return {"prediction": raw[0] if len(raw) == 1 else raw}

    return answer


def _exp_one(_names: Names) -> One:
    def answer(raw: Sequence[float], _margin: float) -> Fields:
        value = _exp_of(raw[0])
        if not isfinite(value):
            raise ModelFailed(NOT_FINITE)
        return {"prediction": value}

    return answer


def _logistic_one(names: Names) -> One:
    classes, shares = names

    def answer(raw: Sequence[float], margin: float) -> Fields | None:
        score = raw[0]
        if -margin <= score <= margin:
            return None
        chosen = classes[score > 0]
        if shares is None:
            return {"prediction": chosen}
        share = 1.0 / (1.0 + _exp_of(-score))
        if not isfinite(share):
            raise ModelFailed(NOT_FINITE)
        return {"prediction": chosen, "probabilities": {shares[0]: 1.0 - share, shares[1]: share}}

    return answer


def _softmax_one(names: Names) -> One:
    return _shared_out(names, lambda raw: list(map(exp, map(sub, raw, repeat(max(raw))))))


def _one_vs_rest_one(names: Names) -> One:
    return _shared_out(names, lambda raw: [1.0 / (1.0 + _exp_of(-score)) for score in raw])


def _shared_out(names: Names, parts_of: Callable[[Sequence[float]], list[float]]) -> One:
    """Give each class its part of the whole."""
    classes, shares = names

    def answer(raw: Sequence[float], margin: float) -> Fields | None:
        if is_close(raw, margin):
            return None
        chosen = classes[raw.index(max(raw))]
        if shares is None:
            return {"prediction": chosen}
        parts = parts_of(raw)
        whole = sum(parts)
        if not (isfinite(whole) and whole):
            raise ModelFailed(NOT_FINITE)
        return {"prediction": chosen, "probabilities": dict(zip(shares, map(truediv, parts, repeat(whole))))}  # noqa: B905

    return answer


def _scores_one(names: Names) -> One:
    classes = names.classes

    def answer(raw: Sequence[float], margin: float) -> Fields | None:
        if len(raw) == 1:
            return None if -margin <= raw[0] <= margin else {"prediction": classes[raw[0] > 0]}
        return None if is_close(raw, margin) else {"prediction": classes[raw.index(max(raw))]}

    return answer


def is_close(scores: Sequence[float], margin: float) -> bool:
    """Tell whether the second largest score comes close to the largest."""
    ordered = sorted(scores)
    return ordered[-1] - ordered[-2] <= margin


def _exp_of(power: float) -> float:
    return exp(power) if power < _EXP_MAX else inf


MANY: Final[Mapping[Link, Callable[[Array, Margin], Scores]]] = {
    "identity": _identity,
    "exp": _exp,
    "logistic": _logistic,
    "softmax": _softmax,
    "one_vs_rest": _one_vs_rest,
    "scores": _scores,
}
ONE: Final[Mapping[Link, Callable[[Names], One]]] = {
    "identity": _identity_one,
    "exp": _exp_one,
    "logistic": _logistic_one,
    "softmax": _softmax_one,
    "one_vs_rest": _one_vs_rest_one,
    "scores": _scores_one,
}
