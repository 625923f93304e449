"""Scaled logistic regression asked the short way gives scikit-learn's own bits, or leaves the rows to scikit-learn."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from backend.engine.serving.direct import Direct

MODELS = {
    "scaled": lambda: make_pipeline(StandardScaler(), LogisticRegression(max_iter=5000)),
    "alone": lambda: LogisticRegression(max_iter=20_000),
    "only divided": lambda: make_pipeline(StandardScaler(with_mean=False), LogisticRegression(max_iter=5000)),
}


@pytest.mark.parametrize("load", [load_iris, load_breast_cancer])
@pytest.mark.parametrize("name", MODELS)
def test_labels_and_probabilities_are_the_same_bits(name: str, load: Any) -> None:
    """Single rows and many, in both orders of memory, extreme values among them: not one bit differs."""
    data = load()
    model = MODELS[name]().fit(data.data, data.target)
    direct = Direct(model)
    low, high = data.data.min(axis=0), data.data.max(axis=0)
    random = np.random.default_rng(20).uniform(2 * low - high, 2 * high - low, size=(2_000, len(low)))
    extremes = [np.zeros_like(low), np.full_like(low, 1e300), np.full_like(low, 1e-300), -high * 1e6]
    rows = np.vstack([random, data.data, *extremes])
    batches = [np.asarray(rows, order="C"), np.asarray(rows, order="F"), *(row.reshape(1, -1) for row in rows[-200:])]
    for batch in batches:
        assert np.array_equal(direct.predict_proba(batch), model.predict_proba(batch))
        assert np.array_equal(direct.predict(batch), model.predict(batch))


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_scikit_learn_refuses_is_refused(value: float) -> None:
    """The short way never answers where scikit-learn would not."""
    data = load_iris()
    direct = Direct(make_pipeline(StandardScaler(), LogisticRegression()).fit(data.data, data.target))
    with pytest.raises(ValueError, match="Input X contains"):
        direct.predict_proba(np.full((1, 4), value))
