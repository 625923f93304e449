"""Compiles a fitted estimator: tries what there is, proves it, times it, and says what came of it.

Called by the isolated child. Never promises: a model without a compiled form is served by scikit-learn as before, and
the report says why.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from backend.engine.foreign import Foreign
from backend.engine.serving.compiled.form import Form
from backend.engine.serving.compiled.runtime import CompiledRuntime
from backend.engine.serving.compiling.candidates import Candidate, candidates
from backend.engine.serving.compiling.refusal import NotCompiled
from backend.engine.serving.compiling.timing import Timing, one_row_us, timings
from backend.engine.serving.compiling.verdict import (
    Compared,
    Reference,
    compare,
    refusal_of,
    tolerance_of,
)
from backend.engine.serving.contract import Contract
from backend.engine.serving.sample import Sample

WORTH_LOADING: Final = 2.0
"""How many times faster scikit-learn must be before many rows are left to it."""


@dataclass(frozen=True, slots=True)
class Proven:
    """A candidate that answers as scikit-learn does, and how fast it answers one row."""

    candidate: Candidate
    runtime: CompiledRuntime
    compared: Compared
    one_row_us: float


def compile_estimator(
    estimator: Foreign, contract: Contract, sample: Sample | None = None
) -> tuple[Form | None, dict[str, Any]]:
    """Give the best proven form, if there is one, and the report as a JSON-ready object.

    Args:
        estimator: fitted; left as it is.
        contract: what it takes and gives.
        sample: real rows, tried first.
    """
    tried: list[dict[str, str]] = []
    try:
        found = list(candidates(estimator, contract))
        reference = Reference(estimator, contract, sample)
        proven = [one for candidate in found if (one := _tried(candidate, reference, tried)) is not None]
    except NotCompiled as reason:
        return None, {"reason": str(reason), "candidates": tried}
    if not proven:
        return None, {"reason": "no candidate answers as scikit-learn does", "candidates": tried}
    # The more exact one first: 32 bits only where there is nothing else.
    best = min(proven, key=lambda one: (tolerance_of(one.candidate), one.one_row_us))
    measured = timings(best.runtime, reference, best.candidate.direct_thresholds)
    rows_max = rows_faster(measured)
    report = {
        "engine": best.candidate.form.spec.engine,
        "way": best.candidate.name,
        "tolerance": tolerance_of(best.candidate),
        "proof": asdict(best.compared),
        "timings": [asdict(timing) for timing in measured],
        "rows_max": rows_max,
        "candidates": tried,
    }
    if rows_max == 0:
        return None, {**report, "reason": "scikit-learn itself is as fast"}
    return best.candidate.form, report


def rows_faster(measured: Sequence[Timing]) -> int | None:
    """Give up to how many rows the compiled form is used; None for any number.

    One row must be faster. Many may be somewhat slower: a worker that never needs scikit-learn is half as large.
    """
    reached = 0
    for timing in measured:
        if timing.compiled_us > timing.quickest_us * (1 if timing.rows == 1 else WORTH_LOADING):
            return reached
        reached = timing.rows
    return None


def _tried(candidate: Candidate, reference: Reference, tried: list[dict[str, str]]) -> Proven | None:
    try:
        runtime = CompiledRuntime(candidate.form, reference.contract)
        found = compare(candidate, runtime, reference)
        refused = refusal_of(candidate, found)
        proven = None if refused else Proven(candidate, runtime, found, one_row_us(runtime, reference))
    except NotCompiled:
        raise
    except Exception as error:  # noqa: BLE001 - a form that breaks is one that is not used
        refused, proven = f"it does not run: {type(error).__name__}", None
    tried.append({"name": candidate.name, "verdict": refused or "proven"})
    return proven
