"""Models that are compiled once for all tests, with few sizes timed: what is tested is what they answer."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from sklearn.exceptions import ConvergenceWarning

from backend.engine.serving.compiled.form import Form
from backend.engine.serving.compiling import compiler, timing
from backend.engine.serving.compiling.compiler import compile_estimator
from backend.engine.serving.contract import Contract
from backend.engine.serving.derive import derive_contract
from tests.engine.serving.compiling.models import COMPILED, NOT_COMPILED


@dataclass(frozen=True, slots=True)
class Compiled:
    """A model, its contract, its compiled form if there is one, and the report."""

    estimator: Any
    contract: Contract
    form: Form | None
    report: dict[str, Any]


@pytest.fixture(scope="session", autouse=True)
def _few_sizes() -> Iterator[None]:
    patch = pytest.MonkeyPatch()
    patch.setattr(timing, "TIMED_ROWS", (1, 100))
    # Which of two is faster depends on what else the machine does.
    patch.setattr(compiler, "rows_faster", lambda _measured: None)
    yield
    patch.undo()


@pytest.fixture(scope="session")
def compiled() -> Callable[[str], Compiled]:
    """Give a function that gives a compiled model by its name."""
    known: dict[str, Compiled] = {}

    def give(name: str) -> Compiled:
        if name not in known:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", ConvergenceWarning)
                estimator = {**COMPILED, **NOT_COMPILED}[name]()
            contract = derive_contract(estimator).contract
            known[name] = Compiled(estimator, contract, *compile_estimator(estimator, contract))
        return known[name]

    return give
