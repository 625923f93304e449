"""When the class with the largest probability is provably what `predict` would say, so that one call answers both.

Used by the runtime. Two groups of scikit-learn's classifiers, by exact type:

- *the same argmax*: their `predict` is `classes_.take(argmax(predict_proba(X)))`, so the label is identical by
  construction, ties included;
- *monotone*: their `predict` compares scores of which the probabilities are an increasing function. Rounding can merge
  two scores that differ in the last places, so the label is taken only where the two largest probabilities are
  further apart than MARGIN, a million times more than rounding can move them; otherwise `predict` is asked.

All others are asked twice; a support vector machine's probabilities, for one, contradict its labels.
"""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

import numpy as np

from backend.engine.foreign import Array, Foreign
from backend.engine.serving.anatomy import final_step

MARGIN: Final = 1e-6
Derivation: TypeAlias = Literal["argmax", "monotone", "none"]

_SAME_ARGMAX: Final = frozenset(
    {
        "sklearn.calibration.CalibratedClassifierCV",
        "sklearn.ensemble._bagging.BaggingClassifier",
        "sklearn.ensemble._forest.ExtraTreesClassifier",
        "sklearn.ensemble._forest.RandomForestClassifier",
        "sklearn.ensemble._voting.VotingClassifier",
        "sklearn.tree._classes.DecisionTreeClassifier",
        "sklearn.tree._classes.ExtraTreeClassifier",
    }
)
_MONOTONE: Final = frozenset(
    {
        "sklearn.discriminant_analysis.LinearDiscriminantAnalysis",
        "sklearn.discriminant_analysis.QuadraticDiscriminantAnalysis",
        "sklearn.ensemble._gb.GradientBoostingClassifier",
        "sklearn.ensemble._hist_gradient_boosting.gradient_boosting.HistGradientBoostingClassifier",
        "sklearn.linear_model._logistic.LogisticRegression",
        "sklearn.linear_model._logistic.LogisticRegressionCV",
        "sklearn.naive_bayes.BernoulliNB",
        "sklearn.naive_bayes.CategoricalNB",
        "sklearn.naive_bayes.ComplementNB",
        "sklearn.naive_bayes.GaussianNB",
        "sklearn.naive_bayes.MultinomialNB",
        "sklearn.neural_network._multilayer_perceptron.MLPClassifier",
    }
)


def derivation_of(estimator: Foreign) -> Derivation:
    """Tell how the labels of a classifier with one output follow from its probabilities."""
    kind = type(final_step(estimator))
    name = f"{kind.__module__}.{kind.__qualname__}"
    if name in _SAME_ARGMAX:
        return "argmax"
    return "monotone" if name in _MONOTONE else "none"


def is_certain(probabilities: Array) -> bool:
    """Tell whether in every row the largest probability is clear of the second."""
    if probabilities.shape[1] < 2:
        return True
    top = np.partition(probabilities, -2, axis=1)
    return bool((top[:, -1] - top[:, -2] > MARGIN).all())
