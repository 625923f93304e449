"""Ensembles of trees as ONNX models.

Written as one TreeEnsemble of 64 bits, which compares and adds as scikit-learn does when it is given numbers rounded to
float32 first. Converters write a 32-bit TreeEnsembleRegressor, whose sums differ in the eighth digit.

Source: ONNX, ai.onnx.ml 5, TreeEnsemble; scikit-learn 1.9, tree/_tree.pyx and _hist_gradient_boosting/_predictor.pyx.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from onnx import TensorProto, helper

from backend.engine.serving.foreign import Array, Foreign

_LEAF: Final = -1
_IR_VERSION, _OPSET, _ML_OPSET = 10, 17, 5
_SUM, _NO_TRANSFORM, _LEQ = 1, 0, 0


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


def sum_of(trees: Sequence[Tree], columns: int, *, place: int = 0, targets: Sequence[int] | None = None) -> bytes:
    """Give the model that adds up one value of each tree's leaf.

    Args:
        place: which value of the leaf.
        targets: the output that each tree adds to; the first where it is left out.
    """
    targets = targets or [0] * len(trees)
    weights = [tree.value[tree.is_leaf, place] for tree in trees]
    return _ensemble(trees, columns, weights, targets, outputs=max(targets) + 1)


def leaves_of(trees: Sequence[Tree], columns: int) -> tuple[bytes, Array]:
    """Give the model that tells each tree's leaf as a number, and the values of all leaves, shape (leaves, k)."""
    values = np.concatenate([tree.value[tree.is_leaf] for tree in trees])
    ends = np.cumsum([int(tree.is_leaf.sum()) for tree in trees])
    numbers = np.split(np.arange(len(values), dtype=np.float64), ends[:-1])
    return _ensemble(trees, columns, numbers, range(len(trees)), outputs=len(trees)), np.ascontiguousarray(values)


def _ensemble(
    trees: Sequence[Tree], columns: int, weights: Sequence[Array], targets: Sequence[int], *, outputs: int
) -> bytes:
    nodes = [_Nodes.of(tree) for tree in trees]
    node_starts = np.cumsum([0, *(len(one.feature) for one in nodes)])
    leaf_starts = np.cumsum([0, *(len(one) for one in weights)])
    starts = list(zip(nodes, node_starts, leaf_starts, strict=False))
    split = np.concatenate([one.threshold for one in nodes])
    weight = np.concatenate(weights)
    node = helper.make_node(
        "TreeEnsemble",
        ["rows"],
        ["sums"],
        domain="ai.onnx.ml",
        n_targets=outputs,
        aggregate_function=_SUM,
        post_transform=_NO_TRANSFORM,
        nodes_featureids=_listed([one.feature for one in nodes]),
        nodes_splits=helper.make_tensor("splits", TensorProto.DOUBLE, split.shape, split),
        nodes_modes=helper.make_tensor("modes", TensorProto.UINT8, split.shape, np.full(split.shape, _LEQ, np.uint8)),
        nodes_missing_value_tracks_true=_listed([one.gap_goes_left for one in nodes]),
        nodes_trueleafs=_listed([one.left_is_leaf for one in nodes]),
        nodes_falseleafs=_listed([one.right_is_leaf for one in nodes]),
        nodes_truenodeids=_listed([np.where(one.left_is_leaf, leaf, node) + one.left for one, node, leaf in starts]),
        nodes_falsenodeids=_listed([np.where(one.right_is_leaf, leaf, node) + one.right for one, node, leaf in starts]),
        leaf_targetids=np.repeat(np.asarray(targets), [len(one) for one in weights]).tolist(),
        leaf_weights=helper.make_tensor("weights", TensorProto.DOUBLE, weight.shape, weight),
        tree_roots=node_starts[:-1].tolist(),
    )
    return model_of(node, columns, outputs)


def model_of(node: Foreign, columns: int, outputs: int) -> bytes:
    """Give a serialised model of one node, from `rows` to `sums`."""
    graph = helper.make_graph(
        [node],
        "trees",
        [helper.make_tensor_value_info("rows", TensorProto.DOUBLE, [None, columns])],
        [helper.make_tensor_value_info("sums", TensorProto.DOUBLE, [None, outputs])],
    )
    opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid("ai.onnx.ml", _ML_OPSET)]
    return bytes(helper.make_model(graph, opset_imports=opsets, ir_version=_IR_VERSION).SerializeToString())


@dataclass(frozen=True, slots=True)
class _Nodes:
    """The inner nodes of a tree; children count inner nodes or leaves, each from 0."""

    feature: Array
    threshold: Array
    left: Array
    right: Array
    left_is_leaf: Array
    right_is_leaf: Array
    gap_goes_left: Array

    @staticmethod
    def of(tree: Tree) -> _Nodes:
        is_leaf = tree.is_leaf
        if is_leaf.all():  # a tree that is one leaf: both sides of a node that the operator needs
            nothing, one, yes = np.zeros(1, np.int64), np.zeros(1), np.ones(1, bool)
            return _Nodes(nothing, one, nothing, nothing, yes, yes, yes)
        place = np.where(is_leaf, np.cumsum(is_leaf), np.cumsum(~is_leaf)) - 1
        inner = np.flatnonzero(~is_leaf)
        left, right = tree.left[inner], tree.right[inner]
        return _Nodes(
            tree.feature[inner],
            tree.threshold[inner],
            place[left],
            place[right],
            is_leaf[left],
            is_leaf[right],
            tree.gap_goes_left[inner],
        )


def _listed(parts: Sequence[Array]) -> list[int]:
    listed: list[int] = np.concatenate(parts).astype(np.int64).tolist()
    return listed
