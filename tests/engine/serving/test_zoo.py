"""Every estimator that scikit-learn can fit on small data is read, whatever wrote the file, and answers as it did."""

from __future__ import annotations

import io
import pickle
import warnings
from functools import cache
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from scipy.special import expit
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor, make_column_selector
from sklearn.ensemble import (
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
    StackingClassifier,
    VotingClassifier,
)
from sklearn.feature_extraction.text import CountVectorizer, HashingVectorizer, TfidfVectorizer
from sklearn.feature_selection import SelectKBest, chi2
from sklearn.frozen import FrozenEstimator
from sklearn.gaussian_process import GaussianProcessRegressor, kernels
from sklearn.impute import KNNImputer, SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge, SGDClassifier
from sklearn.model_selection import GridSearchCV
from sklearn.multioutput import MultiOutputClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, OrdinalEncoder, SplineTransformer, StandardScaler
from sklearn.svm import SVC
from sklearn.utils import all_estimators
from sklearn.utils._test_common.instance_generator import _construct_instances

from backend.engine.serving.unpickling import audit, load_estimator

X = np.abs(np.random.default_rng(0).normal(size=(40, 4)))
Y = (X[:, 0] > X[:, 1]).astype(int)
TEXTS = ["good film", "bad film", "fine book", "dull book"] * 10
FRAME = pd.DataFrame({"a": X[:, 0], "b": X[:, 1], "city": ["Paris", "Lyon"] * 20, "day": [1, 2, 3, 4] * 10})
DATA: tuple[tuple[Any, ...], ...] = (
    (X, Y),
    (X, Y + 1.0),
    (X, np.c_[Y, 1 - Y]),
    (X[:, 0], Y),
    (TEXTS, Y),
    ([{"a": 1}, {"b": 2}] * 20, Y),
    (Y,),
    ([["a", "b"], ["a"]] * 20,),
    (X @ X.T,),
)
PASSED_OVER = {
    "FrozenEstimator",  # among the composed ones
    "PatchExtractor",  # takes images
    "SparseCoder",  # fits nothing
    "TSNE",  # slow, and answers for no new row
}


@cache
def fitted(name: str) -> tuple[Any, Any]:
    """Give a fitted estimator of a class and what it was fitted on."""
    if name in COMPOSED:
        composed_pair: tuple[Any, Any] = COMPOSED[name]()
        return composed_pair
    instance = next(iter(_construct_instances(dict(all_estimators())[name])))
    if "random_state" in instance.get_params():
        instance.set_params(random_state=0)
    for data in DATA:
        try:
            answer(instance.fit(*data), data[0])
        except (ValueError, TypeError, AttributeError, IndexError):
            continue
        return instance, data[0]
    raise AssertionError(name)


def composed(estimator: Any, x: Any = X, y: Any = Y) -> Any:
    return lambda: (estimator.fit(x, y), x)


def columns() -> ColumnTransformer:
    return ColumnTransformer(
        [
            ("words", make_pipeline(SimpleImputer(strategy="most_frequent"), OneHotEncoder()), ["city"]),
            ("codes", OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1), ["day"]),
            ("numbers", make_pipeline(KNNImputer(), StandardScaler()), make_column_selector(pattern="^[ab]$")),
        ]
    )


COMPOSED = {
    "a pipeline over columns": composed(make_pipeline(columns(), GradientBoostingClassifier(n_estimators=3)), FRAME),
    "a grid search": composed(GridSearchCV(SVC(), {"C": [1, 2]}, cv=2, scoring="f1")),
    "a stack": composed(StackingClassifier([("a", SVC()), ("b", RandomForestClassifier(3))], cv=2)),
    "a vote": composed(
        VotingClassifier([("a", LogisticRegression()), ("b", RandomForestClassifier(3))], voting="soft")
    ),
    "a calibration": composed(CalibratedClassifierCV(RandomForestClassifier(3), method="isotonic", cv=2)),
    "a transformed target": composed(TransformedTargetRegressor(Ridge(), func=np.log1p, inverse_func=np.expm1)),
    "functions": composed(make_pipeline(FunctionTransformer(np.log1p), FunctionTransformer(expit), Ridge())),
    "several outputs": composed(MultiOutputClassifier(KNeighborsClassifier(algorithm="ball_tree")), y=np.c_[Y, 1 - Y]),
    "sparse coefficients": lambda: (LogisticRegression().fit(X, Y).sparsify(), X),
    "sparse neighbours": composed(KNeighborsClassifier(), scipy.sparse.csr_matrix(X)),
    "a kernel sum": composed(GaussianProcessRegressor(kernels.RBF() + kernels.Matern() * kernels.WhiteKernel())),
    "chosen features": composed(make_pipeline(SelectKBest(chi2, k=2), SGDClassifier(loss="log_loss"))),
    "a union": composed(make_pipeline(FeatureUnion([("a", StandardScaler()), ("b", SplineTransformer())]), Ridge())),
    "categories in boosting": composed(
        HistGradientBoostingClassifier(max_iter=3, categorical_features=["day"]), FRAME[["a", "day"]]
    ),
    "three classes boosted": composed(GradientBoostingClassifier(n_estimators=2), y=np.arange(40) % 3),
    "counted words": composed(make_pipeline(CountVectorizer(), LogisticRegression()), TEXTS),
    "weighted words": composed(make_pipeline(TfidfVectorizer(ngram_range=(1, 2)), SVC(kernel="linear")), TEXTS),
    "hashed words": composed(make_pipeline(HashingVectorizer(n_features=16), LogisticRegression()), TEXTS),
    "a frozen model": composed(FrozenEstimator(LogisticRegression().fit(X, Y))),
}
NAMES = [*(name for name, _ in all_estimators() if name not in PASSED_OVER), *COMPOSED]


def written(model: Any) -> dict[str, bytes]:
    """Give the model as each library and protocol writes it; compression changes nothing inside."""
    files = {f"pickle {protocol}": pickle.dumps(model, protocol) for protocol in (2, 5)}
    for compress in (0, 3):
        buffer = io.BytesIO()
        joblib.dump(model, buffer, compress=compress)
        files[f"joblib {compress}"] = buffer.getvalue()
    return files


def answer(model: Any, x: Any) -> Any:
    method = next((name for name in ("predict", "transform") if hasattr(model, name)), None)
    result: Any = getattr(model, method)(x) if method is not None else 0
    return result.tocoo().data if scipy.sparse.issparse(result) else result


@pytest.mark.parametrize("name", NAMES)
def test_every_fitted_estimator_is_read(name: str, tmp_path: Path) -> None:
    """A user is never told that a model of plain scikit-learn is unsafe, and it answers what it did before."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model, x = fitted(name)
        expected = answer(model, x)
        for kind, content in written(model).items():
            path = tmp_path / "model"
            path.write_bytes(content)
            assert audit(path) == [], kind
            np.testing.assert_array_equal(answer(load_estimator(path), x), expected, err_msg=kind)
