"""Reads the last estimator of a pipeline: from its fitted attributes to a final of the compiled form.

Used by the candidates. Goes by exact type, since a subclass may answer anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias

import numpy as np

from backend.engine.foreign import Array, Foreign
from backend.engine.serving.compiled.spec import Boosted, Forest, Linear, Link, Part, Trees
from backend.engine.serving.compiling import trees
from backend.engine.serving.compiling.refusal import NotCompiled


@dataclass(frozen=True, slots=True)
class Read:
    """A final and the arrays it names; `thresholds` are the splits of its trees, one array a column."""

    name: str
    final: Part
    arrays: dict[str, Array]
    thresholds: tuple[Array, ...] = ()


Reader: TypeAlias = Callable[[Foreign, int], Iterator[Read]]


def readings(estimator: Foreign, columns: int) -> Iterator[Read]:
    """Give every way to compile an estimator, the most promising first; none for a type that is not known."""
    reader = _READERS.get(f"{type(estimator).__module__}.{type(estimator).__qualname__}")
    if reader is not None:
        yield from reader(estimator, columns)


def _forest_classifier(estimator: Foreign, columns: int) -> Iterator[Read]:
    yield _forest(estimator, columns, "shares")


def _forest_regressor(estimator: Foreign, columns: int) -> Iterator[Read]:
    yield _forest(estimator, columns, "number")


def _forest(estimator: Foreign, columns: int, gives: Literal["shares", "number"]) -> Read:
    grown = _trees_in(estimator)
    arrays = trees.arrays_of(grown, np.zeros(grown[0].value.shape[1]), [0] * len(grown))
    final = Forest(trees=_named(columns, is_narrow=True), gives=gives)
    return Read("trees", final, arrays, _thresholds(grown, columns))


def _trees_in(estimator: Foreign) -> list[trees.Tree]:
    if estimator.n_outputs_ != 1:
        raise NotCompiled("it has several outputs")
    members = getattr(estimator, "estimators_", None)
    return [trees.tree_of(member.tree_) for member in ([estimator] if members is None else members)]


def _gradient_boosting(estimator: Foreign, columns: int) -> Iterator[Read]:
    base = np.atleast_1d(_constant_start(estimator, columns))
    rate = estimator.learning_rate
    grown: list[trees.Tree] = []
    targets: list[int] = []
    for stage in estimator.estimators_:
        for place, member in enumerate(stage):
            tree = trees.tree_of(member.tree_)
            grown.append(replace(tree, value=rate * tree.value))
            targets.append(place)
    yield _boosted(estimator, columns, grown, base, targets, is_narrow=True)


def _constant_start(estimator: Foreign, columns: int) -> Array:
    start = estimator.init_
    if not isinstance(start, str) and type(start).__name__ not in {"DummyClassifier", "DummyRegressor"}:
        raise NotCompiled(f"it starts from a {type(start).__name__}")
    # The same for all rows, so any row tells it.
    raw: Array = np.asarray(estimator._raw_predict_init(np.zeros((1, columns), np.float32)), dtype=np.float64)  # noqa: SLF001
    first: Array = raw[0]
    return first


def _histogram_boosting(estimator: Foreign, columns: int) -> Iterator[Read]:
    grown: list[trees.Tree] = []
    targets: list[int] = []
    for stage in estimator._predictors:  # noqa: SLF001 - the only place that has them
        for place, predictor in enumerate(stage):
            tree = trees.tree_of_predictor(predictor)
            if tree is None:
                raise NotCompiled("its trees split on categories")
            grown.append(tree)
            targets.append(place)
    base = np.asarray(estimator._baseline_prediction, dtype=np.float64).reshape(-1)  # noqa: SLF001
    yield _boosted(estimator, columns, grown, base, targets, is_narrow=False)


def _boosted(
    estimator: Foreign, columns: int, grown: list[trees.Tree], base: Array, targets: list[int], *, is_narrow: bool
) -> Read:
    link = _boosted_link(estimator, outputs=len(base))
    final = Boosted(trees=_named(columns, is_narrow=is_narrow), link=link)
    return Read("trees", final, trees.arrays_of(grown, base, targets), _thresholds(grown, columns))


def _boosted_link(estimator: Foreign, outputs: int) -> Link:
    if hasattr(estimator, "classes_"):
        if estimator.loss == "exponential":
            raise NotCompiled("its loss is exponential")
        return "logistic" if outputs == 1 else "softmax"
    return "exp" if estimator.loss in {"poisson", "gamma"} else "identity"


def _linear_classifier(*links: Link) -> Reader:
    def read(estimator: Foreign, columns: int) -> Iterator[Read]:
        del columns
        coef = np.asarray(estimator.coef_, dtype=np.float64)
        for link in ("logistic",) if links != ("scores",) and len(coef) == 1 else links:
            yield Read(f"linear, {link}", *_linear(coef, estimator.intercept_, link))

    return read


def _linear_regressor(link: Link) -> Reader:
    def read(estimator: Foreign, columns: int) -> Iterator[Read]:
        del columns
        coef = np.atleast_2d(np.asarray(estimator.coef_, dtype=np.float64))
        yield Read(f"linear, {link}", *_linear(coef, estimator.intercept_, link))

    return read


def _linear(coef: Array, intercept: Foreign, link: Link) -> tuple[Part, dict[str, Array]]:
    offsets = np.zeros(len(coef)) + np.asarray(intercept, dtype=np.float64)
    arrays = {"coef": np.ascontiguousarray(coef.T), "intercept": offsets}
    return Linear(coef="coef", intercept="intercept", link=link), arrays


def _thresholds(grown: list[trees.Tree], columns: int) -> tuple[Array, ...]:
    feature = np.concatenate([tree.feature[~tree.is_leaf] for tree in grown])
    threshold = np.concatenate([tree.threshold[~tree.is_leaf] for tree in grown])
    return tuple(np.unique(threshold[feature == column]) for column in range(columns))


def _named(columns: int, *, is_narrow: bool) -> Trees:
    """Name the arrays of an ensemble, of which a model has one."""
    return Trees(
        nodes="nodes",
        roots="roots",
        values="values",
        targets="targets",
        start="start",
        columns=columns,
        is_narrow=is_narrow,
    )


_SHARES: Final = _linear_classifier("softmax", "one_vs_rest")
_NO_SHARES: Final = _linear_classifier("scores")
_PLAIN: Final = _linear_regressor("identity")
_READERS: Final[dict[str, Reader]] = {
    **{
        f"sklearn.{name}": reader
        for reader, names in (
            (
                _forest_classifier,
                (
                    "ensemble._forest.RandomForestClassifier",
                    "ensemble._forest.ExtraTreesClassifier",
                    "tree._classes.DecisionTreeClassifier",
                    "tree._classes.ExtraTreeClassifier",
                ),
            ),
            (
                _forest_regressor,
                (
                    "ensemble._forest.RandomForestRegressor",
                    "ensemble._forest.ExtraTreesRegressor",
                    "tree._classes.DecisionTreeRegressor",
                    "tree._classes.ExtraTreeRegressor",
                ),
            ),
            (
                _gradient_boosting,
                ("ensemble._gb.GradientBoostingClassifier", "ensemble._gb.GradientBoostingRegressor"),
            ),
            (
                _histogram_boosting,
                tuple(
                    f"ensemble._hist_gradient_boosting.gradient_boosting.HistGradientBoosting{kind}"
                    for kind in ("Classifier", "Regressor")
                ),
            ),
            (
                _SHARES,
                (
                    "linear_model._logistic.LogisticRegression",
                    "linear_model._logistic.LogisticRegressionCV",
                    "linear_model._stochastic_gradient.SGDClassifier",
                    "discriminant_analysis.LinearDiscriminantAnalysis",
                ),
            ),
            (
                _NO_SHARES,
                (
                    "linear_model._ridge.RidgeClassifier",
                    "linear_model._ridge.RidgeClassifierCV",
                    "linear_model._perceptron.Perceptron",
                    "linear_model._passive_aggressive.PassiveAggressiveClassifier",
                    "svm._classes.LinearSVC",
                ),
            ),
            (
                _PLAIN,
                (
                    "linear_model._base.LinearRegression",
                    "linear_model._bayes.ARDRegression",
                    "linear_model._bayes.BayesianRidge",
                    "linear_model._coordinate_descent.ElasticNet",
                    "linear_model._coordinate_descent.ElasticNetCV",
                    "linear_model._coordinate_descent.Lasso",
                    "linear_model._coordinate_descent.LassoCV",
                    "linear_model._huber.HuberRegressor",
                    "linear_model._least_angle.Lars",
                    "linear_model._least_angle.LassoLars",
                    "linear_model._omp.OrthogonalMatchingPursuit",
                    "linear_model._quantile.QuantileRegressor",
                    "linear_model._ridge.Ridge",
                    "linear_model._ridge.RidgeCV",
                    "linear_model._stochastic_gradient.SGDRegressor",
                    "linear_model._theil_sen.TheilSenRegressor",
                    "svm._classes.LinearSVR",
                ),
            ),
            (
                _linear_regressor("exp"),
                (
                    "linear_model._glm.glm.GammaRegressor",
                    "linear_model._glm.glm.PoissonRegressor",
                ),
            ),
        )
        for name in names
    },
}
