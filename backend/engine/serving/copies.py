"""Copies of a fitted estimator prepared for serving; arrays and trees are shared with the original, never copied.

Used by the plans of the runtime. The original is left as it was read.
"""

from __future__ import annotations

import copy
from typing import Final

import numpy as np

from backend.engine.foreign import Foreign
from backend.engine.serving.anatomy import estimators, parts

_SHARED_LENGTH_MIN: Final = 1_000
"""Containers longer than this are vocabularies and the like: shared, as arrays are."""


def prepared_copy(estimator: Foreign) -> Foreign:
    """Give a copy that answers one row at a time: no pools of workers, nothing printed."""
    twin = copy.deepcopy(estimator, {id(part): part for part in parts(estimator) if _is_shared(part)})
    for part in estimators(twin):
        # One row does not pay for a pool: n_jobs=-1 makes a forest four times slower.
        if getattr(part, "n_jobs", None) not in {None, 1}:
            part.n_jobs = 1
        if getattr(part, "_n_threads", 1) != 1:
            part._n_threads = 1  # noqa: SLF001 - clusterings keep the number of cores they were fitted on
        if getattr(part, "verbose", 0):
            part.verbose = 0
    return twin


def nameless_copy(estimator: Foreign) -> Foreign:
    """Give a prepared copy that knows no column names, for rows that are handed over by position."""
    twin = prepared_copy(estimator)
    for part in estimators(twin):
        part.__dict__.pop("feature_names_in_", None)
        part.__dict__.pop("_sklearn_output_config", None)
    return twin


def _is_shared(part: object) -> bool:
    if isinstance(part, np.ndarray):
        return bool(part.dtype.kind != "O")
    if isinstance(part, dict | list | tuple | set | frozenset):
        return len(part) >= _SHARED_LENGTH_MIN
    # Compiled structures keep their state outside Python and never change it.
    return not hasattr(part, "__dict__")
