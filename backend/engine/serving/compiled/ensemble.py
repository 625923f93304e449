"""An ensemble of decision trees: the sums of the leaves that rows reach.

Used by the finals. Adds in the order of the trees, one number after the other, as scikit-learn does: every bit of a sum
is the same. In C where that was built (`native.trees`), and otherwise tree level by tree level with arrays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Protocol

import numpy as np

from backend.core.errors import ArtefactRefused
from backend.engine.foreign import Array
from backend.engine.native import trees as native
from backend.engine.native.trees import NativeEnsemble, Parts
from backend.engine.serving.compiled.spec import Trees

NODE: Final = np.dtype([("threshold", "<f8"), ("child", "<i4", (2,)), ("feature", "<u4"), ("gap", "<u4")])
"""`Node` of trees.c, of inner nodes alone. A child that is negative is a leaf, `~child`."""
WORDS: Final = NODE.itemsize // 8
"""Nodes are kept as so many 64-bit integers each."""
BLOCK_ROWS: Final = 256
"""What rows and places take stays near the processor."""


class Ensemble(Protocol):
    """How an ensemble is asked: a matrix of float64, shape (rows, columns), or the numbers of one row."""

    def many(self, rows: Array) -> Array:
        """Give the sums of rows, shape (rows, sums)."""

    def one(self, row: Sequence[float]) -> list[float]:
        """Give the sums of one row."""


def ensemble_of(trees: Trees, arrays: Mapping[str, Array]) -> Ensemble:
    """Give an ensemble.

    Raises:
        ArtefactRefused: its arrays lead out of themselves, or a walk would not end.
    """
    parts = Parts(*(arrays[name] for name in (trees.nodes, trees.roots, trees.values, trees.targets, trees.start)))
    _refuse_wrong(parts, trees.columns)
    kernel = native.kernel()
    if kernel is not None:
        return NativeEnsemble(kernel, parts, columns=trees.columns, is_narrow=trees.is_narrow)
    return ArrayEnsemble(parts, is_narrow=trees.is_narrow)


def _refuse_wrong(parts: Parts, columns: int) -> None:
    """Refuse what would read beside an array or never end: the kernel looks at nothing twice."""
    words, roots, values, targets, start = parts
    integers, numbers = (words, roots, targets), (values, start)
    has_kinds = all(one.dtype == np.int64 for one in integers) and all(one.dtype == np.float64 for one in numbers)
    has_shapes = (words.ndim, roots.ndim, values.ndim, targets.ndim, start.ndim) == (2, 1, 2, 1, 1)
    in_one_piece = all(one.flags.c_contiguous and one.flags.aligned for one in parts)
    if not (has_kinds and has_shapes and in_one_piece and words.shape[1] == WORDS and len(roots) == len(targets)):
        raise _wrong("shapes")
    nodes, leaves = words.view(NODE).reshape(-1), len(values)
    after = np.arange(len(nodes))[:, None] + 1  # a walk that only goes on ends
    if not (_lead_on(nodes["child"], after, len(nodes), leaves) and _lead_on(roots, 0, len(nodes), leaves)):
        raise _wrong("nodes")
    if (nodes["feature"] >= columns).any() or (nodes["gap"] > 1).any():
        raise _wrong("features")
    if (targets < 0).any() or (targets + values.shape[1] > len(start)).any():
        raise _wrong("targets")


def _lead_on(places: Array, least: Array | int, nodes: int, leaves: int) -> bool:
    """Tell whether each place is a leaf that there is, or a node from `least` on."""
    return bool(np.where(places < 0, ~places < leaves, (places >= least) & (places < nodes)).all())


def _wrong(what: str) -> ArtefactRefused:
    return ArtefactRefused("The compiled model cannot be read", details={"reason": "trees"}, internal=f"wrong {what}")


class ArrayEnsemble:
    """An ensemble that is walked with arrays, all trees level by level.

    Nodes and after them leaves, an array a property. A leaf is its own child: every walk goes on until all have ended.
    """

    def __init__(self, parts: Parts, *, is_narrow: bool) -> None:
        nodes, leaves = parts.nodes.view(NODE).reshape(-1), len(parts.values)
        nothing, inner = np.zeros(leaves, np.intp), len(nodes)
        child = np.concatenate((nodes["child"], ~np.repeat(np.arange(leaves), 2).reshape(-1, 2)))
        self._inner, self._is_narrow = inner, is_narrow
        self._threshold, self._feature, self._gap = (
            np.concatenate((nodes[name], nothing)) for name in ("threshold", "feature", "gap")
        )
        self._child = np.where(child < 0, inner + ~child, child).ravel()
        self._roots = np.where(parts.roots < 0, inner + ~parts.roots, parts.roots)
        self._values, self._start = parts.values, parts.start
        self._trees_of = [(one, np.flatnonzero(parts.targets == one)) for one in np.unique(parts.targets).tolist()]

    def many(self, rows: Array) -> Array:
        """Give the sums of rows, shape (rows, sums)."""
        firsts = range(0, len(rows), BLOCK_ROWS)
        return np.concatenate([self._sums_of(rows[first : first + BLOCK_ROWS]) for first in firsts])

    def one(self, row: Sequence[float]) -> list[float]:
        """Give the sums of one row."""
        found: list[float] = self._sums_of(np.array((row,), dtype=np.float64))[0].tolist()
        return found

    def _sums_of(self, rows: Array) -> Array:
        leaves = self._leaves_of(rows.astype(np.float32).astype(np.float64) if self._is_narrow else rows)
        found = np.tile(self._start, (len(rows), 1))
        for target, trees in self._trees_of:
            part = slice(target, target + self._values.shape[1])
            each = np.concatenate((found[:, None, part], self._values[leaves[:, trees]]), axis=1)
            # One after the other: numpy's own sums go by pairs, and round otherwise.
            found[:, part] = np.add.accumulate(each, axis=1)[:, -1]
        return found

    def _leaves_of(self, rows: Array) -> Array:
        """Give the leaf of each row in each tree, shape (rows, trees)."""
        place = np.arange(len(rows))[:, None]
        at = np.broadcast_to(self._roots, (len(rows), len(self._roots)))
        has_gaps = bool(np.isnan(rows).any())
        while (at < self._inner).any():
            number = rows[place, self._feature[at]]
            side = (number > self._threshold[at]).astype(np.intp)
            if has_gaps:
                side |= self._gap[at] & np.isnan(number)
            at = self._child[2 * at + side]
        return at - self._inner
