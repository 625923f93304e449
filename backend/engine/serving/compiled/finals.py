"""The last estimator of a compiled model: a matrix in, classes, shares or numbers out.

Used by the compiled runtime. Each final answers many rows with arrays, and one row, the usual call, with plain numbers.

Source of the arithmetic: scikit-learn 1.9, ForestClassifier.predict_proba, _gb._raw_predict.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import mul
from typing import Final, NamedTuple

import numpy as np

from backend.engine.foreign import Array
from backend.engine.serving.compiled import links
from backend.engine.serving.compiled.ensemble import ensemble_of
from backend.engine.serving.compiled.links import One, Scores
from backend.engine.serving.compiled.sessions import session_of
from backend.engine.serving.compiled.spec import Boosted, Forest, Graph, Linear, Part

PLAIN_PRODUCTS_MAX: Final = 16
"""Up to so many products a row, plain numbers are as fast as arrays or faster: 2.6 against 2.7 microseconds at 12."""
ROUNDING: Final = 1e-12
"""What a sum of products may be off, relative to the largest of them: thousands of terms at 2**-53 each."""


class Answers(NamedTuple):
    """The two ways to ask a final: a matrix of float64, shape (rows, width), and the numbers of one row."""

    many: Callable[[Array], Scores]
    one: Callable[[Sequence[float]], One]


def final_of(final: Part, arrays: Mapping[str, Array]) -> Answers:
    """Give the ways to ask a final."""
    if isinstance(final, Linear):
        return _linear(final, arrays)
    if isinstance(final, Boosted):
        return _boosted(final, arrays)
    if isinstance(final, Forest):
        return _forest(final, arrays)
    if isinstance(final, Graph):
        return _graph(final, arrays)
    raise TypeError(type(final).__name__)


def _linear(final: Linear, arrays: Mapping[str, Array]) -> Answers:
    coef, intercept = arrays[final.coef], arrays[final.intercept]
    link, link_one = links.MANY[final.link], links.ONE[final.link]
    # Large numbers that cancel leave a small score whose last digits are rounding.
    scale = ROUNDING * float(np.abs(coef).sum(axis=0).max())

    def many(rows: Array) -> Scores:
        return link(rows @ coef + intercept, links.MARGIN + scale * np.abs(rows).max(axis=1))

    def one(row: Sequence[float]) -> One:
        raw: list[float] = (np.array(row, dtype=np.float64) @ coef + intercept).tolist()
        return link_one(raw, links.MARGIN + scale * max(map(abs, row)))

    if coef.size > PLAIN_PRODUCTS_MAX:
        return Answers(many, one)
    weights = [(column, start) for column, start in zip(coef.T.tolist(), intercept.tolist(), strict=True)]

    def one_plain(row: Sequence[float]) -> One:
        raw = [sum(map(mul, row, column)) + start for column, start in weights]
        return link_one(raw, links.MARGIN + scale * max(map(abs, row)))

    return Answers(many, one_plain)


def _boosted(final: Boosted, arrays: Mapping[str, Array]) -> Answers:
    sums = ensemble_of(final.trees, arrays)
    link, link_one = links.MANY[final.link], links.ONE[final.link]
    return Answers(
        lambda rows: link(sums.many(rows), links.MARGIN),
        lambda row: link_one(sums.one(row), links.MARGIN),
    )


def _forest(final: Forest, arrays: Mapping[str, Array]) -> Answers:
    sums, count = ensemble_of(final.trees, arrays), len(arrays[final.trees.roots])

    def many(rows: Array) -> Scores:
        found = sums.many(rows)
        found /= count
        if final.gives == "number":
            return Scores(values=found[:, 0])
        return Scores(chosen=found.argmax(axis=1), shares=found)

    def one_number(row: Sequence[float]) -> One:
        return One(sums.one(row)[0] / count)

    def one(row: Sequence[float]) -> One:
        shares = [part / count for part in sums.one(row)]
        return One(None, shares.index(max(shares)), shares)

    return Answers(many, one_number if final.gives == "number" else one)


def _graph(final: Graph, arrays: Mapping[str, Array]) -> Answers:
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

    return Answers(many, lambda row: _first(many(np.array((row,), dtype=np.float64))))


def _first(scores: Scores) -> One:
    """Give the answer to the first row in plain numbers."""
    if scores.chosen is None or scores.shares is None:
        return One(None if scores.values is None else scores.values[0].tolist())
    is_unclear = scores.unclear is not None and bool(scores.unclear[0])
    return One(None, int(scores.chosen[0]), scores.shares[0].tolist(), is_unclear)
