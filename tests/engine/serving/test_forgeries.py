"""Files of the right names whose numbers would lead compiled code outside its memory, or round for ever."""

from __future__ import annotations

import functools
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.sparse
from sklearn.cluster import Birch, KMeans
from sklearn.ensemble import (
    GradientBoostingRegressor,
    HistGradientBoostingRegressor,
    IsolationForest,
    RandomForestRegressor,
)
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, SplineTransformer
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeRegressor

from backend.core.errors import ArtefactRefused
from backend.engine.serving.unpickling import load_estimator

X = np.random.default_rng(0).normal(size=(60, 3))
Y = (X[:, 0] > 0).astype(int)
Change = Callable[[Any], Any]


def setting(path: str, value: object) -> Change:
    """Give a change of one attribute, found by dots, to a value or by a function of what is there."""

    def change(model: Any) -> None:
        *parents, last = path.split(".")
        owner = functools.reduce(
            lambda part, name: part[int(name)] if name.isdecimal() else getattr(part, name), parents, model
        )
        setattr(owner, last, value(getattr(owner, last)) if callable(value) else value)

    return change


def placing(path: str, index: Any, value: object) -> Change:
    """Give a change of one element of an array."""

    def place(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        copy = array.copy()
        copy[index] = value
        return copy

    return setting(path, place)


def node(field: str, value: int) -> Change:
    """Give a change of the root of the first boosted tree."""

    def change(model: Any) -> None:
        model._predictors[0][0].nodes[field][0] = value

    return change


def sparse_wild(model: Any) -> None:
    model.sparsify()
    model.coef_.indices = np.array([0, 1, 10**6], dtype=np.int32)


FORGERIES: dict[str, tuple[Any, Change]] = {
    "a forest of other columns": (RandomForestRegressor(2), setting("n_features_in_", 1)),
    "a tree of other columns": (DecisionTreeRegressor(), setting("n_features_in_", 1)),
    "boosting of other columns": (GradientBoostingRegressor(n_estimators=2), setting("n_features_in_", 1)),
    "an isolation forest of other columns": (
        IsolationForest(n_estimators=2),
        setting("estimators_features_", lambda chosen: [columns + 10**6 for columns in chosen]),
    ),
    "a boosted loop": (HistGradientBoostingRegressor(max_iter=2), node("left", 0)),
    "a boosted tree past its end": (HistGradientBoostingRegressor(max_iter=2), node("right", 10**6)),
    "a boosted tree of other columns": (HistGradientBoostingRegressor(max_iter=2), node("feature_idx", 99)),
    "a boosted category out of nowhere": (HistGradientBoostingRegressor(max_iter=2), node("is_categorical", 1)),
    "neighbours of unknown classes": (KNeighborsClassifier(algorithm="brute"), placing("_y", 0, 10**9)),
    "neighbours of another width": (KNeighborsClassifier(algorithm="brute"), setting("_fit_X", X[:, :1].copy())),
    "too few labels": (KNeighborsClassifier(), setting("_y", np.zeros(2, dtype=int))),
    "too few support counts": (SVC(), setting("_n_support", np.array([1, 1], dtype=np.int32))),
    "too few support vectors": (SVC(), setting("support_vectors_", lambda vectors: vectors[:1].copy())),
    "too few weights": (SVC(), setting("_dual_coef_", lambda weights: weights[:, :1].copy())),
    "too narrow vectors": (SVC(), setting("support_vectors_", lambda vectors: vectors[:, :1].copy())),
    "too narrow centres": (KMeans(2, n_init=1), setting("cluster_centers_", lambda centers: centers[:, :1].copy())),
    "too few norms": (Birch(n_clusters=2), setting("_subcluster_norms", lambda norms: norms[:1].copy())),
    "wild indices": (LogisticRegression(), sparse_wild),
    "splines without coefficients": (SplineTransformer(), setting("bsplines_.0.c", lambda weights: weights[:1].copy())),
    "texts from files": (
        make_pipeline(TfidfVectorizer(vocabulary=["root"]), FunctionTransformer()),
        setting("steps.0.1.input", "filename"),
    ),
    "a function that is no array function": (FunctionTransformer(), setting("func", LogisticRegression)),
}


def written(model: Any, tmp_path: Path) -> Path:
    path = tmp_path / "model.pkl"
    path.write_bytes(pickle.dumps(model))
    return path


@pytest.mark.parametrize("name", FORGERIES)
def test_a_structure_that_contradicts_itself_is_refused(name: str, tmp_path: Path) -> None:
    """The honest model is read; the same with one number changed is not."""
    model, change = FORGERIES[name]
    x = ["root", "toor"] * 30 if name == "texts from files" else X
    fitted = model.fit(x, Y)
    load_estimator(written(fitted, tmp_path))
    change(fitted)
    with pytest.raises(ArtefactRefused) as caught:
        load_estimator(written(fitted, tmp_path))
    assert caught.value.details["reason"] == "forged"


@pytest.mark.parametrize("index", range(4))
def test_a_search_tree_that_points_outside_itself_is_refused(index: int, tmp_path: Path) -> None:
    """KDTree follows its own index arrays without looking."""
    tree = KNeighborsClassifier(algorithm="kd_tree").fit(X, Y)._tree
    state = list(tree.__getstate__())
    parts = [np.asarray(part).copy() for part in state[:4]]
    if index == 0:
        parts[0] = parts[0][:5]
    elif index == 1:
        parts[1][0] = 10**9
    elif index == 2:
        parts[2]["idx_end"][0] = 10**9
    else:
        state[5] = 60

    class Forged:
        def __reduce__(self) -> tuple[object, ...]:
            return (*tree.__reduce__()[:2], (*parts, *state[4:]))

    with pytest.raises(ArtefactRefused):
        load_estimator(written(Forged(), tmp_path))


def test_a_tree_never_has_more_nodes_than_memory(tmp_path: Path) -> None:
    """A false count is not believed, and a tree that was never filled is refused."""
    tree = DecisionTreeRegressor(max_depth=2).fit(X, Y).tree_

    class Boasting:
        def __reduce__(self) -> tuple[object, ...]:
            return (*tree.__reduce__()[:2], {**tree.__getstate__(), "node_count": 10**9})

    class Empty:
        def __reduce__(self) -> tuple[object, ...]:
            return tuple(tree.__reduce__()[:2])

    assert load_estimator(written(Boasting(), tmp_path)).node_count == tree.node_count
    with pytest.raises(ArtefactRefused, match="more nodes than it has"):
        load_estimator(written(Empty(), tmp_path))


def test_arrays_are_never_set_twice(tmp_path: Path) -> None:
    """A second state would free memory that a search tree already looks at."""
    array = np.arange(3.0)
    plain = pickle.dumps(array, protocol=2)
    state = array.__reduce__()[2]
    assert plain.endswith(b"b.")
    again = plain[:-1] + pickle.dumps(state, protocol=2)[2:-1] + b"b."
    path = tmp_path / "model.pkl"
    path.write_bytes(again)
    with pytest.raises(ArtefactRefused, match="twice"):
        load_estimator(path)


def test_sparse_matrices_of_honest_files_are_read(tmp_path: Path) -> None:
    """The check of indices costs honest sparse models nothing but time."""
    for form in (scipy.sparse.csr_matrix, scipy.sparse.csc_array, scipy.sparse.coo_matrix):
        matrix = form(np.eye(3))
        assert (load_estimator(written(matrix, tmp_path)) != matrix).nnz == 0
