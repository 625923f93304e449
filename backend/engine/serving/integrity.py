"""Checks what a file said about compiled structures, whose own code trusts every index it was given.

Called by the unpickler once a whole file is read. A tree whose child points outside its node array, or a sparse matrix
whose indices do, would read this process's memory; a loop in a tree would never end. Never changes what it checks.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from typing import Final

import numpy as np

from backend.engine.foreign import Array, Foreign
from backend.engine.serving import allowlist

_LEAF: Final = -1


class BrokenStructure(Exception):
    """A compiled structure contradicts itself; the text says which."""


def needs_check(made: object) -> bool:
    """Tell whether an instance's state must be checked after the whole file is read."""
    return any(isinstance(made, kind) for kind, _ in _checks())


def verify(made: Iterable[object]) -> None:
    """Check every watched instance.

    Raises:
        BrokenStructure: one of them would make compiled code read outside its own memory, or never return.
    """
    for instance in made:
        for kind, check in _checks():
            if isinstance(instance, kind):
                _run(check, instance)


def _run(check: Callable[[Foreign], None], instance: object) -> None:
    try:
        check(instance)
    except (AttributeError, TypeError, ValueError, KeyError, IndexError) as error:
        raise BrokenStructure(f"an incomplete {type(instance).__name__}") from error


def _require(condition: object, what: str) -> None:
    if not condition:
        raise BrokenStructure(what)


def _within(indices: Array, low: int, high: int) -> bool:
    return indices.size == 0 or bool(indices.min() >= low and indices.max() < high)


def _check_children(left: Array, right: Array, inner: Array) -> None:
    """Every child stands after its parent, as all of scikit-learn's builders write them: no loop, nothing outside."""
    own = np.flatnonzero(inner)
    for child in (left[inner], right[inner]):
        _require(bool((child > own).all()) and _within(child, 0, len(left)), "a tree whose branches do not end")


def _check_tree(tree: Foreign) -> None:
    # Looked at before the nodes are: they are read as far as the count says.
    _require(0 < tree.node_count <= tree.capacity, "a tree that claims more nodes than it has")
    nodes = tree.__getstate__()["nodes"]
    left, right = nodes["left_child"], nodes["right_child"]
    inner = left != _LEAF
    _check_children(left, right, inner)
    _require(_within(nodes["feature"][inner], 0, tree.n_features), "a tree that asks for columns it does not have")


def _check_predictor(predictor: Foreign) -> None:
    nodes = predictor.nodes
    expected: Foreign = allowlist.predictor_dtype()
    _require(isinstance(nodes, np.ndarray) and nodes.dtype == expected, "a boosted tree of another layout")
    _require(nodes.ndim == 1 and len(nodes) > 0, "a boosted tree without nodes")
    inner = nodes["is_leaf"] == 0
    _check_children(nodes["left"].astype(np.int64), nodes["right"].astype(np.int64), inner)
    categorical = nodes["is_categorical"][inner] != 0
    for name in ("binned_left_cat_bitsets", "raw_left_cat_bitsets"):
        bitsets = getattr(predictor, name)
        _require(bitsets.dtype == np.uint32 and bitsets.ndim == 2 and bitsets.shape[1] == 8, "a malformed bitset")
        _require(_within(nodes["bitset_idx"][inner][categorical], 0, len(bitsets)), "a bitset that is not there")


def _check_boosting(model: Foreign) -> None:
    for predictor in (one for stage in getattr(model, "_predictors", ()) for one in stage):
        inner = predictor.nodes["is_leaf"] == 0
        columns = predictor.nodes["feature_idx"][inner]
        categorical = columns[predictor.nodes["is_categorical"][inner] != 0]
        if categorical.size:
            kinds = np.asarray(model._bin_mapper.is_categorical_)  # noqa: SLF001
            _require(categorical.max() < len(kinds) and kinds[categorical].all(), "a category where there is none")
        _require(_within(columns, 0, model.n_features_in_), "a boosted tree that asks for columns it does not have")


def _check_same_width(model: Foreign) -> None:
    # A prototype that was copied and never fitted itself has no trees.
    trees = np.asarray(getattr(model, "estimators_", ()), dtype=object).ravel()
    same = all(tree.tree_.n_features == model.n_features_in_ for tree in trees)
    _require(same, "an ensemble whose trees want other columns")


def _check_isolation(model: Foreign) -> None:
    trees, chosen = getattr(model, "estimators_", ()), getattr(model, "estimators_features_", ())
    for tree, columns in zip(trees, chosen, strict=True):
        _require(tree.tree_.n_features == len(columns), "an isolation tree that wants other columns")
        _require(_within(np.asarray(columns), 0, model.n_features_in_), "columns the forest does not have")


def _check_decision_tree(model: Foreign) -> None:
    if hasattr(model, "tree_"):
        _require(model.tree_.n_features == model.n_features_in_, "a tree that wants other columns")


def _check_sparse(matrix: Foreign) -> None:
    if matrix.format == "coo":
        rows, columns = matrix.coords
        good = _within(rows, 0, matrix.shape[0]) and _within(columns, 0, matrix.shape[1])
        _require(good and len(rows) == len(columns) == len(matrix.data), "a sparse matrix with wild indices")
    else:
        matrix.check_format(full_check=True)


def _check_search_tree(tree: Foreign) -> None:
    data, order, nodes, bounds = (np.asarray(part) for part in tree.__getstate__()[:4])
    samples = len(data)
    _require(len(order) == samples and _within(order, 0, samples), "a search tree with wild indices")
    _require(_within(nodes["idx_start"], 0, samples + 1), "a search tree with wild nodes")
    _require(_within(nodes["idx_end"], 0, samples + 1), "a search tree with wild nodes")
    leaves, levels, count = tree.__getstate__()[4:7]
    _require(leaves >= 1 and 1 <= levels < 63, "a search tree of impossible depth")
    _require(count == len(nodes) == 2**levels - 1, "a search tree of another size")
    _require(bounds.ndim == 3 and bounds.shape[1] == count, "a search tree without its bounds")
    _require(bounds.shape[2] == data.shape[1] or bounds.shape[2] == 1, "a search tree of another width")


def _check_minkowski(metric: Foreign) -> None:
    # Its weights are read as far as the rows are wide, which nothing here can know.
    _require(len(metric.__getstate__()[1]) == 0, "a Minkowski distance with weights")


def _check_neighbours(model: Foreign) -> None:
    if getattr(model, "_fit_X", None) is None:
        return
    rows, width = model._fit_X.shape  # noqa: SLF001
    _require(width == model.n_features_in_ or model.metric == "precomputed", "neighbours of another width")
    labels = getattr(model, "_y", None)
    _require(labels is None or len(labels) == rows, "neighbours without labels")
    if labels is not None and labels.ndim == 1 and isinstance(getattr(model, "classes_", None), np.ndarray):
        # Votes are counted into an array as long as the classes, at the index the label gives.
        _require(_within(labels, 0, len(model.classes_)), "neighbours of classes that are not there")


def _check_birch(model: Foreign) -> None:
    centers, norms = getattr(model, "subcluster_centers_", ()), getattr(model, "_subcluster_norms", ())
    _require(len(centers) == len(norms), "cluster centres without their norms")


def _check_functions(model: Foreign) -> None:
    for function in (model.func, model.inverse_func):
        is_plain = function is None or isinstance(function, functools.partial)
        _require(is_plain or allowlist.is_numeric_function(function), "a function that is none of numpy's")


def _check_libsvm(model: Foreign) -> None:
    if not hasattr(model, "support_vectors_"):
        return
    vectors, weights, counts = model.support_vectors_, model._dual_coef_, model._n_support  # noqa: SLF001
    classes = len(counts) if model._impl in {"c_svc", "nu_svc"} else 2  # noqa: SLF001
    _require(weights.shape == (classes - 1, vectors.shape[0]), "a support vector machine of contradictory sizes")
    _require(len(model._intercept_) == classes * (classes - 1) // 2, "intercepts that are not there")
    _require(len(model.support_) == vectors.shape[0], "support vectors that are not there")
    if vectors.shape[0] and vectors.ndim == 2 and vectors.shape[1]:
        _require(vectors.shape[1] == model.n_features_in_ or model.kernel == "precomputed", "vectors of another width")
    if model._sparse:  # noqa: SLF001
        _require(len(weights.data) == (classes - 1) * vectors.shape[0], "weights that are not there")
    pairs = classes * (classes - 1) // 2
    sizes = {len(model._probA), len(model._probB)}  # noqa: SLF001
    _require(sizes == {0} or sizes <= {pairs, 1}, "probabilities of other classes")
    if classes > 2 or model._impl in {"c_svc", "nu_svc"}:  # noqa: SLF001
        _require(int(np.sum(counts)) == vectors.shape[0] and counts.min() >= 0, "support counts that do not add up")


def _check_centers(model: Foreign) -> None:
    if hasattr(model, "cluster_centers_"):
        centers = model.cluster_centers_
        _require(centers.ndim == 2 and centers.shape[1] == model.n_features_in_, "cluster centres of another width")


def _check_partial(function: Foreign) -> None:
    _require(allowlist.is_numeric_function(function.func), "a partial of something else than an array function")


def _check_spline(spline: Foreign) -> None:
    # The constructor checks the lengths that the compiled evaluation trusts.
    type(spline)(np.asarray(spline.t), np.asarray(spline.c), int(spline.k), extrapolate=bool(spline.extrapolate))


def _check_text_source(model: Foreign) -> None:
    # input="filename" would open whatever path a request names.
    _require(model.input == "content", "a text model that reads files")


def _check_twister(generator: Foreign) -> None:
    _require(0 <= generator.state["state"]["pos"] <= 624, "a random generator past its own end")


@functools.cache
def _checks() -> tuple[tuple[type, Callable[[Foreign], None]], ...]:
    forest = "sklearn.ensemble._forest"
    boosting = "sklearn.ensemble._hist_gradient_boosting"
    text = "sklearn.feature_extraction.text"
    named = (
        ("sklearn.tree._tree", "Tree", _check_tree),
        ("sklearn.tree._classes", "BaseDecisionTree", _check_decision_tree),
        (forest, "BaseForest", _check_same_width),
        ("sklearn.ensemble._gb", "BaseGradientBoosting", _check_same_width),
        ("sklearn.ensemble._iforest", "IsolationForest", _check_isolation),
        (f"{boosting}.predictor", "TreePredictor", _check_predictor),
        (f"{boosting}.gradient_boosting", "BaseHistGradientBoosting", _check_boosting),
        ("sklearn.neighbors._kd_tree", "KDTree", _check_search_tree),
        ("sklearn.neighbors._kd_tree", "KDTree32", _check_search_tree),
        ("sklearn.neighbors._ball_tree", "BallTree", _check_search_tree),
        ("sklearn.neighbors._ball_tree", "BallTree32", _check_search_tree),
        ("sklearn.svm._base", "BaseLibSVM", _check_libsvm),
        ("sklearn.cluster._kmeans", "_BaseKMeans", _check_centers),
        ("functools", "partial", _check_partial),
        ("scipy.interpolate._bsplines", "BSpline", _check_spline),
        ("sklearn.cluster._birch", "Birch", _check_birch),
        ("sklearn.metrics._dist_metrics", "MinkowskiDistance64", _check_minkowski),
        ("sklearn.metrics._dist_metrics", "MinkowskiDistance32", _check_minkowski),
        ("sklearn.neighbors._base", "NeighborsBase", _check_neighbours),
        ("sklearn.preprocessing._function_transformer", "FunctionTransformer", _check_functions),
        (text, "HashingVectorizer", _check_text_source),
        (text, "CountVectorizer", _check_text_source),
        ("numpy.random._mt19937", "MT19937", _check_twister),
        *(
            (f"scipy.sparse._{kind}", f"{kind}_{form}", _check_sparse)
            for kind in ("coo", "csc", "csr")
            for form in ("array", "matrix")
        ),
    )
    found = ((allowlist.resolve(module, name), check) for module, name, check in named)
    return tuple((kind, check) for kind, check in found if isinstance(kind, type))
