"""The arithmetic of scaled logistic regression without scikit-learn's checks around it, in the same operations.

Used by `Direct`. Every function gives None where the rows or the estimator are not the plain case; the caller then asks
scikit-learn itself, which also raises its own errors.

Source: scikit-learn 1.9, StandardScaler.transform, LinearClassifierMixin.decision_function and _predict_proba_lr,
LogisticRegression.predict_proba, utils.extmath.softmax.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from backend.engine.foreign import Array, Foreign

SCALER: Final = "sklearn.preprocessing._data.StandardScaler"
LOGISTIC: Final = "sklearn.linear_model._logistic.LogisticRegression"


def is_plain(rows: object) -> bool:
    """Tell whether rows are what scikit-learn's checks would let through unchanged."""
    return type(rows) is np.ndarray and rows.dtype == np.float64 and rows.ndim == 2 and bool(np.isfinite(rows).all())


def scaled(scaler: Foreign, rows: Array) -> Array | None:
    """Give what a StandardScaler's `transform` gives for plain rows."""
    if not is_plain(rows) or rows.shape[1] != scaler.n_features_in_:
        return None
    # The order in memory is kept: another order is another summation, and the last bit differs.
    out = rows.copy(order="K")
    if scaler.with_mean:
        out -= scaler.mean_
    if scaler.with_std:
        out /= scaler.scale_
    return out


def logistic_proba(model: Foreign, rows: Array) -> Array | None:
    """Give what a LogisticRegression's `predict_proba` gives for plain rows."""
    scores = _scores(model, rows)
    if scores is None:
        return None
    if len(model.classes_) <= 2:
        # scikit-learn's own; a worker without such a model does without scipy.
        from scipy.special import expit

        share = expit(scores[:, 0])
        return np.stack([1 - share, share], axis=1)
    scores -= scores.max(axis=1).reshape(-1, 1)
    np.exp(scores, out=scores)
    scores /= scores.sum(axis=1).reshape(-1, 1)
    return scores


def logistic_labels(model: Foreign, rows: Array) -> Array | None:
    """Give what a LogisticRegression's `predict` gives for plain rows."""
    scores = _scores(model, rows)
    if scores is None:
        return None
    chosen = (scores[:, 0] > 0).astype(int) if scores.shape[1] == 1 else scores.argmax(axis=1)
    labels: Array = np.take(model.classes_, chosen, axis=0)
    return labels


def _scores(model: Foreign, rows: Array) -> Array | None:
    if not is_plain(rows) or type(model.coef_) is not np.ndarray or rows.shape[1] != model.coef_.shape[1]:
        return None
    scores: Array = rows @ model.coef_.T + model.intercept_
    return scores
