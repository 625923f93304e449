"""The last estimator of a compiled model: a matrix in, classes, shares or numbers out.

Used by the compiled runtime. Each final answers many rows with arrays, and one row, the usual call, with plain numbers.

Source of the arithmetic: scikit-learn 1.9, ForestClassifier.predict_proba, _gb._raw_predict. Source of the operator:
ONNX, ai.onnx.ml 5, TreeEnsemble.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import mul
from typing import Final, NamedTuple

import numpy as np

from backend.engine.serving.compiled import links
from backend.engine.serving.compiled.links import One, Scores
from backend.engine.serving.compiled.sessions import session_of
from backend.engine.serving.compiled.spec import Boosted, Graph, Leaves, Linear, MeanOfTrees, Part, Vote
from backend.engine.serving.foreign import Array

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
    if isinstance(final, MeanOfTrees):
        return _mean(final, arrays)
    if isinstance(final, Vote):
        return _vote(final, arrays)
    if isinstance(final, Leaves):
        return _leaves(final, arrays)
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
    run, base = session_of(arrays[final.onnx]), arrays[final.base]
    link, link_one = links.MANY[final.link], links.ONE[final.link]
    starts: list[float] = base.tolist()
    is_narrow = final.is_narrow

    def many(rows: Array) -> Scores:
        return link(run(_narrowed(rows) if is_narrow else rows)[0] + base, links.MARGIN)

    def one(row: Sequence[float]) -> One:
        sums = run(_narrow_row(row) if is_narrow else np.array((row,), dtype=np.float64))[0][0].tolist()
        return link_one([part + start for part, start in zip(sums, starts, strict=True)], links.MARGIN)

    return Answers(many, one)


def _mean(final: MeanOfTrees, arrays: Mapping[str, Array]) -> Answers:
    run, trees = session_of(arrays[final.onnx]), final.trees

    def many(rows: Array) -> Scores:
        return Scores(values=run(_narrowed(rows))[0][:, 0] / trees)

    def one(row: Sequence[float]) -> One:
        return One(run(_narrow_row(row))[0].item() / trees)

    return Answers(many, one)


def _vote(final: Vote, arrays: Mapping[str, Array]) -> Answers:
    run, trees = session_of(arrays[final.onnx]), final.trees
    # Both at once: the first tie of a loaded model should not wait for a second ensemble to be made.
    other = None if final.other is None else session_of(arrays[final.other])

    def many(rows: Array) -> Scores:
        narrow = _narrowed(rows)
        share = run(narrow)[0] / trees
        shares = np.concatenate((1.0 - share, share), axis=1)
        if other is not None:
            # The first class wins a tie, so here its own sum counts, to the last bit.
            ties = np.abs(share[:, 0] - 0.5) <= links.MARGIN
            if ties.any():
                shares[ties, :1] = other(narrow[ties])[0] / trees
        return Scores(chosen=shares.argmax(axis=1), shares=shares)

    def one(row: Sequence[float]) -> One:
        share = run(_narrow_row(row))[0].item() / trees
        if other is not None and abs(share - 0.5) <= links.MARGIN:
            return _first(many(np.array((row,), dtype=np.float64)))
        return One(None, 1 if share > 0.5 else 0, [1.0 - share, share])

    return Answers(many, one)


def _leaves(final: Leaves, arrays: Mapping[str, Array]) -> Answers:
    run, each, trees = session_of(arrays[final.onnx]), arrays[final.shares], final.trees

    def many(rows: Array) -> Scores:
        leaves = run(_narrowed(rows))[0].astype(np.intp)
        # Along the trees in their order, as scikit-learn adds them up.
        shares = np.add.reduce(each.take(leaves, axis=0), axis=1)
        shares /= trees
        return Scores(chosen=shares.argmax(axis=1), shares=shares)

    def one(row: Sequence[float]) -> One:
        leaves = run(_narrow_row(row))[0][0].astype(np.intp)
        sums = np.add.reduce(each.take(leaves, axis=0), axis=0).tolist()
        shares = [part / trees for part in sums]
        return One(None, shares.index(max(shares)), shares)

    return Answers(many, one)


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


def _narrowed(rows: Array) -> Array:
    """Round as scikit-learn's trees do before they compare; the comparison itself is of 64 bits there and here."""
    return rows.astype(np.float32).astype(np.float64)


def _narrow_row(row: Sequence[float]) -> Array:
    """Do the same with one row."""
    return np.array((row,), dtype=np.float32).astype(np.float64)
