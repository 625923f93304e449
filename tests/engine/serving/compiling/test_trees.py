"""Ensembles of trees: every bit of scikit-learn's sums, in native code and without; nothing read beside an array."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.ensemble import (
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from backend.core.errors import ArtefactRefused
from backend.engine.native import library
from backend.engine.native import trees as native
from backend.engine.serving.compiled.ensemble import NODE, Ensemble, ensemble_of
from backend.engine.serving.compiled.spec import Boosted, Forest, Trees
from backend.engine.serving.compiling.edges import matrix_at
from backend.engine.serving.compiling.finals import Read, readings
from tests.engine.serving.compiling.models import Y2, Y3, X

Change = Callable[[dict[str, Any]], None]
GAPS = np.where(np.random.default_rng(5).random(X.shape) < 0.2, np.nan, X)
FORESTS: dict[str, Any] = {
    "forest of three": lambda: RandomForestClassifier(13, random_state=0).fit(X, Y3),
    "forest of two, with gaps": lambda: RandomForestClassifier(9, random_state=0).fit(GAPS, Y2),
    "forest of numbers": lambda: RandomForestRegressor(20, random_state=0).fit(X, X[:, 0]),
    "one tree": lambda: DecisionTreeClassifier(random_state=0).fit(X, Y3),
    "one leaf": lambda: DecisionTreeRegressor(random_state=0).fit(X, np.full(len(X), 3.25)),
}
BOOSTED: dict[str, Any] = {
    "boosting of three": lambda: GradientBoostingClassifier(n_estimators=11, random_state=0).fit(X, Y3),
    "boosting of numbers": lambda: GradientBoostingRegressor(n_estimators=11, random_state=0).fit(X, X[:, 0]),
    "histograms of three": lambda: HistGradientBoostingClassifier(max_iter=7, random_state=0).fit(X, Y3),
    "histograms of numbers": lambda: HistGradientBoostingRegressor(max_iter=7, random_state=0).fit(GAPS, X[:, 0]),
}


@pytest.fixture(params=["native", "native, eight walks at a time", "arrays"])
def kernel(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Run a test with the kernel that `make` built, as on a processor without AVX-512, and without a compiler."""
    engine: str = request.param
    if engine == "arrays":
        monkeypatch.setattr(native, "kernel", lambda: None)
    else:
        assert native.kernel() is not None, "make builds it"
        if engine != "native":
            monkeypatch.setattr(native, "NODES_MAX", 0)
    return engine


def read_of(estimator: Any) -> tuple[Read, Trees]:
    """Give what the compiler reads out of an estimator."""
    read = next(iter(readings(estimator, X.shape[1])))
    assert isinstance(read.final, Forest | Boosted)
    return read, read.final.trees


def asked(estimator: Any) -> Ensemble:
    """Give an estimator's trees, ready to be asked."""
    read, trees = read_of(estimator)
    return ensemble_of(trees, read.arrays)


def rows_of(estimator: Any) -> np.ndarray[Any, Any]:
    """Give rows at the thresholds of an estimator, with gaps where it takes them."""
    rows = matrix_at(read_of(estimator)[0].thresholds, X.shape[1], 600)
    return np.concatenate((GAPS[:100], rows)) if takes_gaps(estimator) else rows


def takes_gaps(estimator: Any) -> bool:
    """Tell whether scikit-learn answers rows with gaps here."""
    try:
        estimator.predict(GAPS[:100])
    except ValueError:
        return False
    return True


@pytest.mark.usefixtures("kernel")
@pytest.mark.parametrize("name", FORESTS)
def test_a_forest_adds_up_every_bit(name: str) -> None:
    """Sums over the number of trees are what scikit-learn answers, to the last bit, for many rows and for one."""
    estimator = FORESTS[name]()
    ways, rows = asked(estimator), rows_of(estimator)
    expected = estimator.predict_proba(rows) if hasattr(estimator, "classes_") else estimator.predict(rows)[:, None]
    count = len(getattr(estimator, "estimators_", [estimator]))

    for some in (1, 7, 8, 9, 257, len(rows)):
        assert np.array_equal(ways.many(rows[:some]) / count, expected[:some])
    for row in range(0, len(rows), 29):
        assert [part / count for part in ways.one(rows[row].tolist())] == expected[row].tolist()


@pytest.mark.usefixtures("kernel")
@pytest.mark.parametrize("name", BOOSTED)
def test_boosting_adds_up_every_bit(name: str) -> None:
    """Sums that begin with the estimator's own start are its raw scores, to the last bit."""
    estimator = BOOSTED[name]()
    ways, rows = asked(estimator), rows_of(estimator)
    has_classes = hasattr(estimator, "classes_")
    expected = estimator.decision_function(rows) if has_classes else estimator.predict(rows)[:, None]

    assert np.array_equal(ways.many(rows), expected)
    for row in range(0, len(rows), 29):
        assert ways.one(rows[row].tolist()) == expected[row].tolist()


@pytest.mark.usefixtures("kernel")
def test_a_number_beyond_32_bits_is_infinite() -> None:
    """As numpy rounds it: above each threshold, and below with the other sign."""
    ways = asked(FORESTS["forest of numbers"]())

    for sign in (1.0, -1.0):
        beyond, infinite = [sign * 1e300] * X.shape[1], [sign * np.inf] * X.shape[1]
        with np.errstate(over="ignore"):
            assert ways.one(beyond) == ways.one(infinite) == ways.many(np.array([beyond]))[0].tolist()


def test_rows_of_another_width_are_refused() -> None:
    """The kernel reads as many numbers as the model has columns."""
    ways = asked(FORESTS["one tree"]())

    with pytest.raises(ValueError, match=f"rows of {X.shape[1]} numbers"):
        ways.many(np.ones((3, X.shape[1] - 1)))


def nodes_of(arrays: dict[str, Any]) -> Any:
    """Give an ensemble's nodes, to be changed in their place."""
    arrays["nodes"] = arrays["nodes"].copy()
    return arrays["nodes"].view(NODE).reshape(-1)


def _node(field: str, value: int) -> Change:
    def change(arrays: dict[str, Any]) -> None:
        nodes_of(arrays)[field][0] = value

    return change


def _put(name: str, value: Any) -> Change:
    return lambda arrays: arrays.update({name: value(arrays[name])})


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(_node("child", 0), id="a walk that goes round"),
        pytest.param(_node("child", 1 << 20), id="a node that is not there"),
        pytest.param(_node("child", -(1 << 20)), id="a leaf that is not there"),
        pytest.param(_node("feature", X.shape[1]), id="a column that is not there"),
        pytest.param(_node("gap", 2), id="a third child"),
        pytest.param(_put("roots", lambda roots: roots + 100_000), id="a root that is not there"),
        pytest.param(_put("roots", lambda roots: roots - 100_000), id="a leaf as a root that is not there"),
        pytest.param(_put("targets", lambda targets: targets + 1), id="a sum that is not there"),
        pytest.param(_put("targets", lambda targets: targets - 1), id="a sum before the first"),
        pytest.param(_put("targets", lambda targets: targets[1:]), id="a tree without a target"),
        pytest.param(_put("start", lambda start: start[:-1]), id="too few sums"),
        pytest.param(_put("values", lambda values: values.astype(np.float32)), id="numbers of another kind"),
        pytest.param(_put("values", np.asfortranarray), id="numbers in another order"),
        pytest.param(_put("nodes", lambda nodes: nodes[:, :2].copy()), id="nodes of another size"),
    ],
)
def test_arrays_that_lead_out_of_themselves_are_refused(change: Change) -> None:
    """A compiled form comes from a process that read a stranger's file: native code must not follow it anywhere."""
    read, trees = read_of(FORESTS["forest of three"]())
    arrays = dict(read.arrays)
    ensemble_of(trees, arrays)

    change(arrays)
    with pytest.raises(ArtefactRefused):
        ensemble_of(trees, arrays)


def test_a_kernel_of_another_version_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """A library left over from other sources would read other structures."""
    assert library.library() is not None
    monkeypatch.setattr(library, "VERSION", library.VERSION + 1)
    assert library.library.__wrapped__() is None


def test_a_machine_without_the_kernel_does_without(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No compiler, or a file that is no library: trees are asked with arrays."""
    monkeypatch.setattr(library, "LIBRARY", tmp_path / "kernel.so")
    assert library.library.__wrapped__() is None
    (tmp_path / "kernel.so").write_bytes(b"no library")
    assert library.library.__wrapped__() is None
