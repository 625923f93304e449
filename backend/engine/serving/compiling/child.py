"""What the isolated child does to compile a model: load, compile, prove, write.

Imported by `sandbox_main` once the child is locked down; never by a serving process.
"""

from __future__ import annotations

from typing import Any, BinaryIO

import orjson

from backend.core.errors import ArtefactRefused
from backend.engine.serving import unpickling
from backend.engine.serving.compiling.compiler import compile_estimator
from backend.engine.serving.compiling.rechecking import recheck
from backend.engine.serving.contract import Contract
from backend.engine.serving.examine import answered
from backend.engine.serving.sample import Sample, read_sample


def compile_file(file: BinaryIO, form: BinaryIO, contract: dict[str, Any], sample: bytes | None) -> dict[str, Any]:
    """Give the report of a compilation; the compiled form goes to `form`, where there is one."""

    def work() -> dict[str, Any]:
        estimator = unpickling.load(file).content
        found, report = compile_estimator(estimator, Contract.from_json(contract), _rows_of(sample))
        if found is not None:
            form.write(found.to_bytes())
        return {"report": report, "has_form": found is not None}

    return answered(work)


def recheck_file(file: BinaryIO, contract: dict[str, Any], calls: bytes) -> dict[str, Any]:
    """Give what scikit-learn says of calls that were answered; `calls` is a JSON array as `recheck` takes it."""

    def work() -> dict[str, Any]:
        return recheck(unpickling.load(file).content, Contract.from_json(contract), orjson.loads(calls))

    return answered(work)


def _rows_of(sample: bytes | None) -> Sample | None:
    try:
        return None if sample is None else read_sample(sample)
    except ArtefactRefused:  # told at the inspection already; compiling does without
        return None
