"""Compiles an accepted artefact in an isolated child process, as `sandbox` inspects one.

Called when a model was accepted, and at its export where that has not happened. What the child answers is checked like
any other foreign input; what it wrote is opened only after its digest was kept.
"""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

import orjson

from backend.core.errors import ArtefactRefused
from backend.engine.serving import streams
from backend.engine.serving.contract import Contract
from backend.engine.serving.lockdown import Limits
from backend.engine.serving.sandbox import answer_of, run_child

_COMPILE: Final = "from backend.engine.serving.sandbox_main import compile_model; compile_model()"


@dataclass(frozen=True, slots=True)
class Compilation:
    """What came of it: the report of the proof, and whether a compiled form was written."""

    report: dict[str, Any]
    has_form: bool
    seconds: float


def compile_artefact(
    path: Path, sha256: str, contract: Contract, *, form: BinaryIO, sample: bytes | None, limits: Limits
) -> Compilation:
    """Compile a stored artefact.

    Args:
        sha256: of the artefact as it was accepted.
        form: an open file of this process, to which the child writes the compiled form.
        sample: rows of the model's input, as at the inspection.

    Raises:
        ArtefactRefused: the file changed, or compiling it broke a bound; `details` hold the reason.
    """
    started = time.monotonic()
    with path.open("rb") as file:
        if streams.digest(file) != sha256:
            raise ArtefactRefused("The stored model file has changed", details={"reason": "digest"})
        task = {
            "artefact": file.fileno(),
            "form": form.fileno(),
            "limits": asdict(limits),
            "contract": contract.to_json(),
            "has_sample": sample is not None,
        }
        finished = run_child(_COMPILE, orjson.dumps(task) + b"\n" + (sample or b""), files=(file, form), limits=limits)
    answer = answer_of(finished, limits)
    report = answer.get("report")
    if not isinstance(report, dict):
        raise ArtefactRefused("Compiling the model gave no report", details={"reason": "failed"})
    return Compilation(report, answer.get("has_form") is True, time.monotonic() - started)
