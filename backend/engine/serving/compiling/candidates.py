"""All compiled forms that a fitted estimator might have, the most promising first.

Called by the compiler. Promises nothing: each of them has yet to be proven equal.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from backend.engine.foreign import Array, Foreign
from backend.engine.serving.anatomy import estimators
from backend.engine.serving.compiled.form import Form
from backend.engine.serving.compiled.spec import COMPILER, Spec
from backend.engine.serving.compiling.finals import Read, readings
from backend.engine.serving.compiling.folding import folded_into
from backend.engine.serving.compiling.graphs import converted
from backend.engine.serving.compiling.refusal import NotCompiled
from backend.engine.serving.compiling.transforms import Inputs, inputs_of
from backend.engine.serving.contract import Contract
from backend.engine.serving.copies import nameless_copy
from backend.engine.serving.direct import unrolled


@dataclass(frozen=True, slots=True)
class Candidate:
    """A compiled form to try; `last` is the estimator that its final stands for, and takes `columns` columns."""

    name: str
    form: Form
    last: Foreign
    columns: int
    thresholds: tuple[Array, ...]
    is_direct: bool
    """Rows reach the last estimator as they are sent."""

    @property
    def direct_thresholds(self) -> tuple[Array, ...]:
        """The thresholds that a row can be put on."""
        return self.thresholds if self.is_direct else ()


def candidates(estimator: Foreign, contract: Contract) -> Iterator[Candidate]:
    """Give what there is to try.

    Raises:
        NotCompiled: nothing; says why.
    """
    _refuse_unusual(estimator, contract)
    steps, last = unrolled(nameless_copy(estimator))
    inputs = inputs_of(steps, contract)
    found = False
    for reading in _readings(last, inputs.columns):
        found = True
        folded = folded_into(reading, inputs)
        if folded is not None:
            yield _candidate(*folded, last)
        yield _candidate(reading, inputs, last)
    if not found:
        raise NotCompiled(f"{type(last).__name__} has no compiled way")


def _readings(last: Foreign, columns: int) -> Iterator[Read]:
    yield from readings(last, columns)
    yield from converted(last, columns)


def _candidate(reading: Read, inputs: Inputs, last: Foreign) -> Candidate:
    cells = None if inputs.cells is None else tuple(inputs.cells)
    spec = Spec.model_validate(
        {
            "compiler": COMPILER,
            "width": inputs.width,
            "cells": cells,
            "steps": tuple(inputs.steps),
            "final": reading.final,
        }
    )
    form = Form(spec, {**inputs.arrays, **reading.arrays})
    is_direct = cells is None and not inputs.steps
    return Candidate(reading.name, form, last, inputs.columns, reading.thresholds, is_direct)


def _refuse_unusual(estimator: Foreign, contract: Contract) -> None:
    if contract.task not in {"classification", "regression"}:
        raise NotCompiled(f"{contract.task.replace('_', ' ')} has no compiled way")
    if contract.container not in {"matrix", "frame"}:
        raise NotCompiled("it takes texts")
    if contract.task == "classification" and (contract.outputs != 1 or contract.classes is None):
        raise NotCompiled("it has several outputs")
    if not all(type(part).__module__.startswith("sklearn.") for part in estimators(estimator)):
        raise NotCompiled("it has parts that are not scikit-learn's own")
