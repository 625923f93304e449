"""The last estimator of a compiled model: a matrix in, classes, shares or numbers out.

Used by the compiled runtime. Each final answers many rows with arrays, and one row, the usual call, with plain numbers.

Source of the arithmetic: scikit-learn 1.9, ForestClassifier.predict_proba, _gb._raw_predict.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import repeat
from math import isfinite
from operator import mul, truediv
from typing import Final, NamedTuple

import numpy as np

from backend.core.errors import ModelFailed
from backend.engine.foreign import Array
from backend.engine.serving.compiled import links
from backend.engine.serving.compiled.ensemble import ensemble_of
from backend.engine.serving.compiled.links import Fields, Names, Scores
from backend.engine.serving.compiled.sessions import session_of
from backend.engine.serving.compiled.spec import Boosted, Forest, Graph, Linear, Part
from backend.engine.serving.outcome import NOT_FINITE

PLAIN_PRODUCTS_MAX: Final = 16
"""Up to so many products a row, plain numbers are as fast as arrays or faster: 2.6 against 2.7 microseconds at 12."""
ROUNDING: Final = 1e-12
"""What a sum of products may be off, relative to the largest of them: thousands of terms at 2**-53 each."""


class Answers(NamedTuple):
    """The two ways to ask a final: a matrix of float64, shape (rows, width), and the numbers of one row."""

    many: Callable[[Array], Scores]
    one: Callable[[Sequence[float]], Fields | None]


NAMELESS: Final = Names((), None)


def final_of(final: Part, arrays: Mapping[str, Array], names: Names = NAMELESS) -> Answers:
    """Give the ways to ask a final.

    Args:
        names: for the answer to one row; whoever asks many rows alone does without.
    """
    if isinstance(final, Linear):
        return _linear(final, arrays, names)
    if isinstance(final, Boosted):
        return _boosted(final, arrays, names)
    if isinstance(final, Forest):
        return _forest(final, arrays, names)
    if isinstance(final, Graph):
        return _graph(final, arrays, names)
    raise TypeError(type(final).__name__)


def _linear(final: Linear, arrays: Mapping[str, Array], names: Names) -> Answers:
    coef, intercept = arrays[final.coef], arrays[final.intercept]
    link, link_one = links.MANY[final.link], links.ONE[final.link](names)
    # Large numbers that cancel leave a small score whose last digits are rounding.
    scale = ROUNDING * float(np.abs(coef).sum(axis=0).max())

    def many(rows: Array) -> Scores:
        return link(rows @ coef + intercept, links.MARGIN + scale * np.abs(rows).max(axis=1))

    def one(row: Sequence[float]) -> Fields | None:
        raw: list[float] = (np.array(row, dtype=np.float64) @ coef + intercept).tolist()
        return link_one(raw, links.MARGIN + scale * max(map(abs, row)))

    if coef.size > PLAIN_PRODUCTS_MAX:
        return Answers(many, one)
    weights = [(column, start) for column, start in zip(coef.T.tolist(), intercept.tolist(), strict=True)]

    def one_plain(row: Sequence[float]) -> Fields | None:
        raw = [sum(map(mul, row, column)) + start for column, start in weights]
        return link_one(raw, links.MARGIN + scale * max(map(abs, row)))

    return Answers(many, one_plain)


def _boosted(final: Boosted, arrays: Mapping[str, Array], names: Names) -> Answers:
    sums = ensemble_of(final.trees, arrays)
    link, link_one = links.MANY[final.link], links.ONE[final.link](names)
    return Answers(
        lambda rows: link(sums.many(rows), links.MARGIN),
        lambda row: link_one(sums.one(row), links.MARGIN),
    )


def _forest(final: Forest, arrays: Mapping[str, Array], names: Names) -> Answers:
    sums, count = ensemble_of(final.trees, arrays), len(arrays[final.trees.roots])

    def many(rows: Array) -> Scores:
        found = sums.many(rows)
        found /= count
        if final.gives == "number":
            return Scores(values=found[:, 0])
        return Scores(chosen=found.argmax(axis=1), shares=found)

    def one_number(row: Sequence[float]) -> Fields:
        value = sums.one(row)[0] / count
        if not isfinite(value):
            raise ModelFailed(NOT_FINITE)
        return {"prediction": value}

    def one(row: Sequence[float]) -> Fields:
        found = list(map(truediv, sums.one(row), repeat(count)))
        chosen = names.classes[found.index(max(found))]
        if names.shares is None:
            return {"prediction": chosen}
        if not isfinite(sum(found)):
            raise ModelFailed(NOT_FINITE)
        return {"prediction": chosen, "probabilities": dict(zip(names.shares, found))}  # noqa: B905

    return Answers(many, one_number if final.gives == "number" else one)


def _graph(final: Graph, arrays: Mapping[str, Array], names: Names) -> Answers:
    run = session_of(arrays[final.onnx], is_optimised=True)
    dtype = np.float32 if final.bits == 32 else np.float64
    margin = links.MARGIN if final.bits == 64 else links.MARGIN_NARROW

    def many(rows: Array) -> Scores:
        found = run(rows.astype(dtype))
        if final.labels_from == "numbers":
            values = found[0].astype(np.float64)
            return Scores(values=values[:, 0] if values.ndim == 2 and values.shape[1] == 1 else values)
        shares = found[1].astype(np.float64)
        return Scores(chosen=shares.argmax(axis=1), shares=shares, unclear=links.close(shares, margin))

    return Answers(many, lambda row: _first(many(np.array((row,), dtype=np.float64)), names))


def _first(scores: Scores, names: Names) -> Fields | None:
    """Give the answer to the first row."""
    if scores.values is not None:
        numbers = scores.values[:1]
        found: Fields = {"prediction": numbers[0].tolist()}
    elif scores.chosen is None or scores.shares is None:
        raise ModelFailed("The model gave no result")
    elif scores.unclear is not None and scores.unclear[0]:
        return None
    else:
        numbers, found = scores.shares[:1], {"prediction": names.classes[scores.chosen[0]]}
        if names.shares is None:
            return found
        found["probabilities"] = dict(zip(names.shares, numbers[0].tolist(), strict=True))
    if not np.isfinite(numbers).all():
        raise ModelFailed(NOT_FINITE)
    return found
