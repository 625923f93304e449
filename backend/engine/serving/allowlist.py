"""Which globals an artefact may name: scikit-learn's estimators, and the few types their state is made of.

Called by the unpickler and by the audit. Never imports a module whose name is not listed or is not scikit-learn's
own library code, and never admits a function that reads a file, a socket or the interpreter.

A global is admitted in one of two roles. *Held* globals may be referred to: an estimator's class, a `dtype=float`
parameter, the `numpy.log1p` of a FunctionTransformer. *Built* globals may also be called while the file is read;
each of them has a replacement in `rebuild` that checks its arguments.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import numpy as np

# Segments of scikit-learn's module names that hold no part of a fitted model: file readers, bundled third-party
# code, test doubles.
_REFUSED_SEGMENTS: Final = frozenset(
    {
        "_build_utils",
        "_mocking",
        "_plot",
        "_show_versions",
        "_test_common",
        "_testing",
        "conftest",
        "datasets",
        "estimator_checks",
        "externals",
        "tests",
    }
)

# Every subclass of these, defined in scikit-learn itself, is data plus arithmetic.
_FAMILIES: Final = (
    ("sklearn.base", "BaseEstimator"),
    ("sklearn._loss._loss", "CyLossFunction"),
    ("sklearn._loss.link", "BaseLink"),
    ("sklearn._loss.loss", "BaseLoss"),
    ("sklearn.gaussian_process.kernels", "Kernel"),
    ("sklearn.metrics._dist_metrics", "DistanceMetric"),
    ("sklearn.model_selection._split", "BaseCrossValidator"),
    ("sklearn.model_selection._split", "BaseShuffleSplit"),
    ("sklearn.model_selection._split", "_RepeatedSplits"),
    ("sklearn.neural_network._stochastic_optimizers", "BaseOptimizer"),
)

_METRICS: Final = {
    "sklearn.metrics._classification": """accuracy_score balanced_accuracy_score brier_score_loss cohen_kappa_score
        f1_score fbeta_score hamming_loss jaccard_score log_loss matthews_corrcoef precision_score recall_score
        zero_one_loss d2_log_loss_score d2_brier_score""",
    "sklearn.metrics._ranking": """average_precision_score dcg_score label_ranking_average_precision_score ndcg_score
        roc_auc_score top_k_accuracy_score""",
    "sklearn.metrics._regression": """d2_absolute_error_score d2_pinball_score d2_tweedie_score
        explained_variance_score max_error mean_absolute_error mean_absolute_percentage_error mean_gamma_deviance
        mean_pinball_loss mean_poisson_deviance mean_squared_error mean_squared_log_error mean_tweedie_deviance
        median_absolute_error r2_score root_mean_squared_error root_mean_squared_log_error""",
    "sklearn.metrics.cluster._supervised": """adjusted_mutual_info_score adjusted_rand_score completeness_score
        fowlkes_mallows_score homogeneity_score mutual_info_score normalized_mutual_info_score rand_score
        v_measure_score""",
    "sklearn.metrics.pairwise": """additive_chi2_kernel chi2_kernel cosine_distances cosine_similarity
        euclidean_distances haversine_distances laplacian_kernel linear_kernel manhattan_distances
        nan_euclidean_distances polynomial_kernel rbf_kernel sigmoid_kernel""",
}

_NUMPY_FUNCTIONS: Final = """abs absolute amax amin around asarray atleast_1d atleast_2d average clip column_stack
    concatenate cumsum diff expand_dims flip full_like hstack imag isclose log max mean median min nan_to_num nanmax
    nanmean nanmedian nanmin nanstd nansum nanvar ones_like prod ptp ravel real reshape round squeeze std sum transpose
    trunc unwrap var vstack where zeros_like float64"""

_NUMPY_TYPES: Final = """bool bool_ complex128 complex64 dtype float16 float32 float64 int16 int32 int64 int8 intc
    intp longdouble longlong matrix ndarray str_ uint uint16 uint32 uint64 uint8 uintc uintp ulonglong"""

_HELD: Final = {
    **_METRICS,
    "builtins": "bool bytes dict float int list object str tuple",
    "joblib.numpy_pickle": "NumpyArrayWrapper",
    "numpy": f"{_NUMPY_TYPES} {_NUMPY_FUNCTIONS}",
    "numpy.ma": "MaskedArray",
    "numpy.ma.core": "MaskedArray",
    "numpy.random._mt19937": "MT19937",
    "numpy.random._pcg64": "PCG64 PCG64DXSM",
    "numpy.random._philox": "Philox",
    "numpy.random._sfc64": "SFC64",
    "numpy.random.bit_generator": "SeedSequence",
    "scipy._lib.array_api_compat.numpy": "asarray",
    "scipy._lib.array_api_compat.numpy._aliases": "asarray",
    "scipy.interpolate._bsplines": "BSpline",
    "scipy.sparse._coo": "coo_array coo_matrix",
    "scipy.sparse._csc": "csc_array csc_matrix",
    "scipy.sparse._csr": "csr_array csr_matrix",
    "sklearn._loss._loss": "CyHalfMultinomialLoss",
    "sklearn._loss.link": "Interval",
    "sklearn.calibration": "_CalibratedClassifier",
    "sklearn.cluster._birch": "_CFNode _CFSubcluster",
    "sklearn.cluster._bisect_k_means": "_BisectingTree",
    "sklearn.cluster._kmeans": "_kmeans_single_elkan _kmeans_single_lloyd",
    "sklearn.compose._column_transformer": "make_column_selector",
    "sklearn.ensemble._hist_gradient_boosting.predictor": "TreePredictor",
    "sklearn.feature_selection._mutual_info": "mutual_info_classif mutual_info_regression",
    "sklearn.feature_selection._univariate_selection": "chi2 f_classif f_oneway f_regression r_regression",
    "sklearn.gaussian_process.kernels": "Hyperparameter",
    "sklearn.metrics._scorer": "_CurveScorer _MultimetricScorer _PassthroughScorer _Scorer",
    "sklearn.model_selection._split": "_CVIterableWrapper",
    "sklearn.neighbors._ball_tree": "BallTree BallTree32 BallTree64",
    "sklearn.neighbors._kd_tree": "KDTree KDTree32 KDTree64",
    "sklearn.utils._bunch": "Bunch",
    "sklearn.utils._metadata_requests": "MetadataRequest MethodMetadataRequest",
    "sklearn.utils.validation": "check_array",
}

_BUILT: Final = {
    "_codecs": "encode",
    "builtins": "bytearray complex frozenset range set slice",
    "collections": "OrderedDict defaultdict",
    "copyreg": "_reconstructor",
    "functools": "partial",
    "numpy": "dtype",
    "numpy._core.multiarray": "_reconstruct scalar",
    "numpy._core.numeric": "_frombuffer",
    "numpy.ma.core": "_mareconstruct",
    "numpy.random._pickle": "__bit_generator_ctor __generator_ctor __randomstate_ctor",
    "numpy.random.bit_generator": "__pyx_unpickle_SeedSequence",
    "sklearn._loss._loss": "__pyx_unpickle_CyHalfMultinomialLoss",
    "sklearn.metrics._dist_metrics": "newObj",
    "sklearn.neighbors._ball_tree": "newObj",
    "sklearn.neighbors._kd_tree": "newObj",
    "sklearn.tree._tree": "Tree",
}

# Where the same object was called something else: Python 2's names, which protocol 2 still writes, and numpy 1's.
_RENAMED: Final = MappingProxyType(
    {
        "__builtin__": "builtins",
        "copy_reg": "copyreg",
        "numpy.core": "numpy._core",
        "numpy.core.multiarray": "numpy._core.multiarray",
        "numpy.core.numeric": "numpy._core.numeric",
        "numpy.core._multiarray_umath": "numpy._core._multiarray_umath",
        "numpy.core.umath": "numpy._core.umath",
    }
)

_UFUNC_MODULES: Final = frozenset(
    {
        "numpy",
        "numpy._core._multiarray_umath",
        "numpy._core.umath",
        "scipy.special",
        "scipy.special._special_ufuncs",
        "scipy.special._ufuncs",
    }
)


def _pairs(table: Mapping[str, str]) -> frozenset[tuple[str, str]]:
    return frozenset((module, name) for module, names in table.items() for name in names.split())


HELD: Final = _pairs(_HELD)
BUILT: Final = _pairs(_BUILT)


def canonical(module: str) -> str:
    """Give today's name of a module that numpy or Python renamed."""
    return _RENAMED.get(module, module)


@functools.lru_cache(maxsize=4096)
def resolve(module: str, name: str) -> object | None:
    """Give the admitted object that a pickle calls `module.name`, or None when it is not admitted.

    A dotted name is never admitted: `Pipeline.fit.__globals__` would walk from an admitted class to anything.
    """
    module = canonical(module)
    if not name.isidentifier():
        return None
    if (module, name) in HELD or (module, name) in BUILT:
        return _attribute(module, name)
    if module in _UFUNC_MODULES:
        found = _attribute(module, name)
        return found if isinstance(found, np.ufunc) else None
    return _library_class(module, name) if _is_sklearn_library(module) else None


def is_numeric_function(candidate: object) -> bool:
    """Tell whether a callable is one of the admitted array functions, which may run on request data."""
    return isinstance(candidate, np.ufunc) or any(candidate is function for function in _numeric_functions())


@functools.cache
def predictor_dtype() -> object:
    """Give the record layout of a boosted tree's nodes."""
    return _attribute("sklearn.ensemble._hist_gradient_boosting.common", "PREDICTOR_RECORD_DTYPE")


@functools.cache
def _numeric_functions() -> tuple[object, ...]:
    modules = [*_METRICS, "sklearn.feature_selection._univariate_selection", "sklearn.utils.validation"]
    named = [resolve(module, name) for module, name in sorted(HELD) if module in modules]
    return (*named, *(resolve("numpy", name) for name in _NUMPY_FUNCTIONS.split()))


def _is_sklearn_library(module: str) -> bool:
    first, *rest = module.split(".")
    return first == "sklearn" and all(part.isidentifier() and part not in _REFUSED_SEGMENTS for part in rest)


def _library_class(module: str, name: str) -> object | None:
    found = _attribute(module, name)
    if not isinstance(found, type) or found.__module__ != module or found.__name__ != name:
        return None
    return found if issubclass(found, _families()) else None


@functools.cache
def _families() -> tuple[type, ...]:
    found = (_attribute(module, name) for module, name in _FAMILIES)
    return tuple(family for family in found if isinstance(family, type))


def _attribute(module: str, name: str) -> object | None:
    try:
        return vars(importlib.import_module(module)).get(name)
    except ImportError:  # a module of another version of the library: unknown here, so not admitted
        return None
