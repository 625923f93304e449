"""Reads scikit-learn's trees, and lays them out as an ensemble of the compiled form.

Source: scikit-learn 1.9, tree/_tree.pyx and _hist_gradient_boosting/_predictor.pyx.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from backend.engine.foreign import Array, Foreign
from backend.engine.serving.compiled.ensemble import NODE, WORDS

_LEAF: Final = -1


@dataclass(frozen=True, slots=True)
class Tree:
    """One tree. Arrays have a place for each node; `left` is -1 at a leaf, whose `value` counts, shape (nodes, k)."""

    feature: Array
    threshold: Array
    left: Array
    right: Array
    gap_goes_left: Array
    value: Array

    @property
    def is_leaf(self) -> Array:
        """Mark the leaves."""
        leaf: Array = self.left == _LEAF
        return leaf


def tree_of(grown: Foreign) -> Tree:
    """Read scikit-learn's `tree_` of one output."""
    return Tree(
        grown.feature,
        grown.threshold,
        grown.children_left,
        grown.children_right,
        grown.missing_go_to_left.astype(bool),
        grown.value[:, 0, :],
    )


def tree_of_predictor(predictor: Foreign) -> Tree | None:
    """Read a tree of histogram gradient boosting; None where it splits on categories."""
    nodes = predictor.nodes
    is_leaf = nodes["is_leaf"].astype(bool)
    if nodes["is_categorical"].any():
        return None
    return Tree(
        nodes["feature_idx"].astype(np.int64),
        nodes["num_threshold"],
        np.where(is_leaf, _LEAF, nodes["left"].astype(np.int64)),
        np.where(is_leaf, _LEAF, nodes["right"].astype(np.int64)),
        nodes["missing_go_to_left"].astype(bool),
        nodes["value"].reshape(-1, 1),
    )


def arrays_of(trees: Sequence[Tree], start: Array, targets: Sequence[int]) -> dict[str, Array]:
    """Give the arrays of an ensemble, by their names in `Trees`.

    Args:
        start: what the sums begin with.
        targets: of each tree, the sum that the first value of a leaf is added to.
    """
    is_leaf = [tree.is_leaf for tree in trees]
    values, leaves = _once(np.concatenate([tree.value[one] for tree, one in zip(trees, is_leaf, strict=True)]))
    node_starts = np.cumsum([0, *(int((~one).sum()) for one in is_leaf)])
    leaves_of = np.split(leaves, np.cumsum([int(one.sum()) for one in is_leaf])[:-1])
    placed = [_placed(tree, int(node), own) for tree, node, own in zip(trees, node_starts, leaves_of, strict=False)]
    nodes = np.concatenate([inner for inner, _ in placed])
    return {
        "nodes": nodes.view(np.int64).reshape(-1, WORDS),
        "roots": np.array([root for _, root in placed], dtype=np.int64),
        "values": values,
        "targets": np.asarray(targets, dtype=np.int64),
        "start": np.asarray(start, dtype=np.float64),
    }


def _once(values: Array) -> tuple[Array, Array]:
    """Give different values once, and the place of each: the leaves of a grown forest are nearly all of few kinds.

    Bits are compared and not numbers: 0.0 and -0.0 stay apart.
    """
    exact = np.ascontiguousarray(values, dtype=np.float64)
    _, firsts, places = np.unique(exact.view(np.int64), axis=0, return_index=True, return_inverse=True)
    return exact[firsts], places.reshape(-1)


def _placed(tree: Tree, first_node: int, leaves: Array) -> tuple[Array, int]:
    """Give the inner nodes of a tree with children as places among those of all trees, and the place of its root."""
    is_leaf = tree.is_leaf
    place = np.cumsum(~is_leaf) - 1 + first_node
    place[is_leaf] = ~leaves
    inner = np.flatnonzero(~is_leaf)
    nodes = np.zeros(len(inner), dtype=NODE)
    nodes["threshold"], nodes["feature"] = tree.threshold[inner], tree.feature[inner]
    nodes["child"] = np.column_stack((place[tree.left[inner]], place[tree.right[inner]]))
    nodes["gap"] = ~tree.gap_goes_left[inner]
    return nodes, int(place[0])
