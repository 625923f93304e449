"""Small fitted models of every kind that has a compiled form, and some that have none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.datasets import make_classification, make_regression
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import (
    ExtraTreesClassifier,
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.feature_selection import SelectKBest
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, PoissonRegressor, Ridge, RidgeClassifier, SGDClassifier
from sklearn.model_selection import GridSearchCV
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    MinMaxScaler,
    OneHotEncoder,
    OrdinalEncoder,
    RobustScaler,
    StandardScaler,
    TargetEncoder,
)
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

X, Y3 = make_classification(400, 6, n_informative=4, n_redundant=0, n_classes=3, random_state=1)
Y2 = (Y3 > 0).astype(int)
WORDS = np.array(["no", "maybe", "yes"])[Y3]
XR, YR = make_regression(400, 6, noise=3.0, random_state=1)
_random = np.random.default_rng(1)
GAPS = np.where(_random.random(X.shape) < 0.1, np.nan, X)
FRAME = pd.DataFrame(
    {
        "city": _random.choice(["algiers", "lyon", "oran"], 400),
        "size": _random.choice(["s", "m", "l", "xl"], 400, p=[0.5, 0.3, 0.18, 0.02]),
        "age": _random.normal(40, 10, 400).round(1),
        "income": _random.normal(30_000, 5_000, 400),
    }
)
TARGET = (FRAME["age"] > 40).astype(int) + (FRAME["city"] == "oran")
FRAME_GAPS = FRAME.copy()
FRAME_GAPS.loc[::11, "age"] = np.nan
FRAME_GAPS.loc[::13, "city"] = None


def one_hot(**options: Any) -> Any:
    """Text columns to places, numbers scaled."""
    return make_column_transformer((OneHotEncoder(**options), ["city", "size"]), (StandardScaler(), ["age", "income"]))


def with_gaps() -> Any:
    """Texts and numbers with gaps; one number passed through."""
    words = make_pipeline(SimpleImputer(strategy="most_frequent"), OneHotEncoder(handle_unknown="ignore"))
    return make_column_transformer(
        (words, ["city", "size"]), (make_pipeline(SimpleImputer(), RobustScaler()), ["age"]), remainder="passthrough"
    )


def ordinal() -> Any:
    """Texts to numbers, unknown ones to -1."""
    encoder = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)
    return make_column_transformer((encoder, ["city", "size"]), remainder="passthrough")


COMPILED: dict[str, Callable[[], Any]] = {
    "logistic": lambda: make_pipeline(StandardScaler(), LogisticRegression()).fit(X, WORDS),
    "logistic of two": lambda: LogisticRegression().fit(X, Y2),
    "sgd": lambda: make_pipeline(MinMaxScaler(clip=True), SGDClassifier(loss="log_loss", random_state=0)).fit(X, Y3),
    "ridge classifier": lambda: RidgeClassifier().fit(X, Y3),
    "discriminant": lambda: LinearDiscriminantAnalysis().fit(X, Y2),
    "ridge": lambda: make_pipeline(StandardScaler(), Ridge()).fit(XR, YR),
    "ridge of two outputs": lambda: Ridge().fit(XR, np.stack([YR, -YR], axis=1)),
    "poisson": lambda: PoissonRegressor().fit(X, np.abs(YR) / 100),
    "searched": lambda: GridSearchCV(Ridge(), {"alpha": [0.1, 1.0]}, cv=2).fit(XR, YR),
    "projected": lambda: make_pipeline(StandardScaler(), PCA(3, whiten=True), LogisticRegression()).fit(X, Y3),
    "forest of two": lambda: RandomForestClassifier(8, random_state=0).fit(X, Y2),
    "forest of three": lambda: RandomForestClassifier(7, max_depth=5, random_state=0).fit(X, WORDS),
    "forest with gaps": lambda: RandomForestClassifier(6, random_state=0).fit(GAPS, Y2),
    "selected": lambda: make_pipeline(SelectKBest(k=3), ExtraTreesClassifier(6, random_state=0)).fit(X, Y2),
    "tree": lambda: DecisionTreeClassifier(random_state=0).fit(X, Y3),
    "stump without split": lambda: DecisionTreeRegressor().fit(XR, np.full(400, 7.5)),
    "regression forest": lambda: RandomForestRegressor(6, random_state=0).fit(XR, YR),
    "boosting": lambda: GradientBoostingClassifier(n_estimators=8, random_state=0).fit(X, Y3),
    "boosting of two": lambda: GradientBoostingClassifier(n_estimators=8, random_state=0).fit(X, Y2),
    "boosted regression": lambda: GradientBoostingRegressor(n_estimators=8, random_state=0).fit(XR, YR),
    "histogram boosting": lambda: HistGradientBoostingClassifier(max_iter=8).fit(GAPS, Y3),
    "histogram regression": lambda: HistGradientBoostingRegressor(max_iter=8).fit(XR, YR),
    "histogram poisson": lambda: HistGradientBoostingRegressor(max_iter=8, loss="poisson").fit(X, np.abs(YR)),
    "columns": lambda: make_pipeline(one_hot(), GradientBoostingClassifier(n_estimators=8)).fit(
        FRAME, TARGET.map({0: "no", 1: "maybe", 2: "yes"}).astype(object)
    ),
    "columns, unknown ignored": lambda: make_pipeline(
        one_hot(handle_unknown="ignore"), RandomForestClassifier(6, random_state=0)
    ).fit(FRAME, TARGET > 0),
    "columns, rare together": lambda: make_pipeline(
        one_hot(handle_unknown="infrequent_if_exist", min_frequency=20, drop="first"), LogisticRegression()
    ).fit(FRAME, TARGET),
    "columns with gaps": lambda: make_pipeline(with_gaps(), LogisticRegression(max_iter=2_000)).fit(FRAME_GAPS, TARGET),
    "columns, ordinal": lambda: make_pipeline(ordinal(), HistGradientBoostingClassifier(max_iter=8)).fit(FRAME, TARGET),
    "columns, target": lambda: make_pipeline(
        make_column_transformer((TargetEncoder(), ["city", "size"]), remainder="drop"), Ridge()
    ).fit(FRAME, FRAME["income"]),
    "bayes, converted": lambda: GaussianNB().fit(X, Y3),
    "network, converted": lambda: MLPRegressor(hidden_layer_sizes=(8,), max_iter=20, random_state=0).fit(XR, YR),
}

NOT_COMPILED: dict[str, Callable[[], Any]] = {
    "neighbours": lambda: KNeighborsClassifier().fit(X, Y2),
    "support vectors": lambda: SVC().fit(X, Y2),
    "exponential loss": lambda: GradientBoostingClassifier(loss="exponential", n_estimators=3).fit(X, Y2),
    "start of its own": lambda: GradientBoostingRegressor(init=Ridge(), n_estimators=3).fit(XR, YR),
    "several outputs": lambda: RandomForestRegressor(3).fit(XR, np.stack([YR, -YR], axis=1)),
}
