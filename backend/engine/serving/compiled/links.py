"""From raw scores to an answer: for many rows with arrays; for one row with plain numbers, which is much faster.

Used by the finals. Where two classes are too close to tell whether rounding would turn them round, the answer says so,
and scikit-learn is asked instead.

Source of the arithmetic: scikit-learn 1.9, _loss.link, LinearClassifierMixin, extmath.softmax.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Final, NamedTuple, TypeAlias

import numpy as np

from backend.engine.foreign import Array
from backend.engine.serving.compiled.spec import Link

MARGIN: Final = 1e-9
"""Scores in 64 bits closer than this are not told apart: a million times what rounding does to a score of 1."""
MARGIN_NARROW: Final = 1e-4
"""The same for shares in 32 bits."""
_EXP_MAX: Final = 709.0
"""math.exp of more overflows; the share is 0 or 1 long before."""


_new = tuple.__new__  # without the keywords of a NamedTuple, which cost three times


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


class One(NamedTuple):
    """The same for one row, in plain numbers."""

    value: float | list[float] | None = None
    chosen: int = -1
    shares: list[float] | None = None
    is_unclear: bool = False


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


def _identity_one(raw: list[float], _margin: float) -> One:
    return One(raw[0] if len(raw) == 1 else raw)


def _exp_one(raw: list[float], _margin: float) -> One:
    return One(_exp_of(raw[0]))


def _logistic_one(raw: list[float], margin: float) -> One:
    score = raw[0]
    share = 1.0 / (1.0 + _exp_of(-score))
    return _new(One, (None, 1 if score > 0 else 0, [1.0 - share, share], abs(score) <= margin))


def _softmax_one(raw: list[float], margin: float) -> One:
    top = max(raw)
    parts = [math.exp(score - top) for score in raw]
    whole = sum(parts)
    return _new(One, (None, raw.index(top), [part / whole for part in parts], is_close(raw, margin)))


def _one_vs_rest_one(raw: list[float], margin: float) -> One:
    parts = [1.0 / (1.0 + _exp_of(-score)) for score in raw]
    whole = sum(parts) or math.nan
    return _new(One, (None, raw.index(max(raw)), [part / whole for part in parts], is_close(raw, margin)))


def _scores_one(raw: list[float], margin: float) -> One:
    if len(raw) == 1:
        return One(None, 1 if raw[0] > 0 else 0, None, abs(raw[0]) <= margin)
    return One(None, raw.index(max(raw)), None, is_close(raw, margin))


def is_close(scores: list[float], margin: float) -> bool:
    """Tell whether the second largest score comes close to the largest."""
    ordered = sorted(scores)
    return ordered[-1] - ordered[-2] <= margin


def _exp_of(power: float) -> float:
    return math.exp(power) if power < _EXP_MAX else math.inf


MANY: Final[Mapping[Link, Callable[[Array, Margin], Scores]]] = {
    "identity": _identity,
    "exp": _exp,
    "logistic": _logistic,
    "softmax": _softmax,
    "one_vs_rest": _one_vs_rest,
    "scores": _scores,
}
ONE: Final[Mapping[Link, Callable[[list[float], float], One]]] = {
    "identity": _identity_one,
    "exp": _exp_one,
    "logistic": _logistic_one,
    "softmax": _softmax_one,
    "one_vs_rest": _one_vs_rest_one,
    "scores": _scores_one,
}
