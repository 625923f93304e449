"""Asks scikit-learn about calls that a compiled model has answered.

Used in the isolated child. A proof covers ten thousand rows; this covers a share of what really comes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isclose
from typing import Any, Final

import orjson

from backend.core.errors import AppError
from backend.engine.foreign import Foreign
from backend.engine.serving.contract import Contract
from backend.engine.serving.payload import PayloadReader
from backend.engine.serving.runtime import SklearnRuntime

TOLERANCE: Final = 1e-5
"""The widest that any compiled form was admitted with."""


def recheck(estimator: Foreign, contract: Contract, calls: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    """Answer calls again; give how many, and the request ids of those that were answered otherwise.

    Args:
        calls: `request_id`, and `request` and `response` as JSON texts. What cannot be read, since the log cut or
            redacted it, is not counted.
    """
    reader, runtime = PayloadReader(contract), SklearnRuntime(estimator, contract, is_quick=False)
    checked, different = 0, []
    for call in calls:
        try:
            served = orjson.loads(call["response"])
            expected = runtime.predict(reader.read(call["request"].encode())).fields()
        except (AppError, orjson.JSONDecodeError):
            continue
        if not isinstance(served, dict) or not expected.keys() <= served.keys():
            continue
        checked += 1
        if not is_alike({name: served[name] for name in expected}, orjson.loads(orjson.dumps(expected))):
            different.append(call["request_id"])
    return {"checked": checked, "different": different}


def is_alike(one: Any, two: Any) -> bool:  # noqa: ANN401 - any JSON
    """Tell whether two answers are the same: labels equal, numbers within TOLERANCE."""
    if isinstance(one, bool) or isinstance(two, bool) or not isinstance(two, float):
        if isinstance(one, dict) and isinstance(two, dict):
            return one.keys() == two.keys() and all(is_alike(one[name], two[name]) for name in two)
        if isinstance(one, list) and isinstance(two, list):
            return len(one) == len(two) and all(map(is_alike, one, two))
        return type(one) is type(two) and bool(one == two)
    return isinstance(one, int | float) and isclose(one, two, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
