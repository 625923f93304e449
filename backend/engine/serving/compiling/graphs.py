"""Any estimator that the converter knows and whose answer follows its input smoothly, as an ONNX model.

Used by the candidates after everything that is read exactly. What jumps (trees, neighbours) is left out in 32 bits: a
number rounded across a jump gives another answer, and no proof tries them all.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Final, Literal

import numpy as np

from backend.engine.foreign import Foreign
from backend.engine.serving.compiled.spec import Graph
from backend.engine.serving.compiling.finals import Read

_CLASSIFIERS: Final = frozenset(
    {
        "sklearn.discriminant_analysis.QuadraticDiscriminantAnalysis",
        "sklearn.naive_bayes.BernoulliNB",
        "sklearn.naive_bayes.ComplementNB",
        "sklearn.naive_bayes.GaussianNB",
        "sklearn.naive_bayes.MultinomialNB",
        "sklearn.neural_network._multilayer_perceptron.MLPClassifier",
    }
)
_REGRESSORS: Final = frozenset(
    {
        "sklearn.cross_decomposition._pls.PLSRegression",
        "sklearn.gaussian_process._gpr.GaussianProcessRegressor",
        "sklearn.linear_model._glm.glm.TweedieRegressor",
        "sklearn.neural_network._multilayer_perceptron.MLPRegressor",
        "sklearn.svm._classes.NuSVR",
        "sklearn.svm._classes.SVR",
    }
)
_OPSET: Final = {"": 17, "ai.onnx.ml": 3}


def converted(estimator: Foreign, columns: int) -> Iterator[Read]:
    """Give the estimator as the converter writes it, in 64 bits and in 32; nothing where it knows no way."""
    name = f"{type(estimator).__module__}.{type(estimator).__qualname__}"
    if name not in _CLASSIFIERS | _REGRESSORS:
        return
    for bits in (64, 32):
        model = _convert(estimator, columns, bits)
        if model is not None:
            labels_from: Literal["shares", "numbers"] = "shares" if name in _CLASSIFIERS else "numbers"
            final = Graph(onnx="graph", bits=64 if bits == 64 else 32, labels_from=labels_from)
            yield Read(f"converted, {bits} bits", final, {"graph": np.frombuffer(model, dtype=np.uint8)})


def _convert(estimator: Foreign, columns: int, bits: int) -> bytes | None:
    from skl2onnx import convert_sklearn
    from skl2onnx.common.data_types import DoubleTensorType, FloatTensorType

    kind = DoubleTensorType if bits == 64 else FloatTensorType
    options = {id(estimator): {"zipmap": False}} if hasattr(estimator, "classes_") else None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model = convert_sklearn(
                estimator, initial_types=[("rows", kind([None, columns]))], options=options, target_opset=_OPSET
            )
    except Exception:  # noqa: BLE001 - the converter raises whatever it likes for what it does not know
        return None
    return bytes(model.SerializeToString())
