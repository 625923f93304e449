"""Compiles an accepted artefact in an isolated child process, as `sandbox` inspects one; and asks it again later.

Called when a model was accepted, at its export where that has not happened, and by the recheck of live calls. What the
child answers is checked like any other foreign input; what it wrote is opened only after its digest was kept.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

import orjson

from backend.core.errors import ArtefactRefused
from backend.engine.serving import streams
from backend.engine.serving.contract import Contract
from backend.engine.serving.lockdown import Limits
from backend.engine.serving.sandbox import answer_of, run_child

_RECHECK: Final = "from backend.engine.serving.sandbox_main import recheck_calls; recheck_calls()"
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


@dataclass(frozen=True, slots=True)
class AnsweredCall:
    """A call as the log has it: bodies as JSON texts."""

    request_id: str
    request: str
    response: str


@dataclass(frozen=True, slots=True)
class Rechecked:
    """How many calls scikit-learn answered again, and the request ids of those it answered otherwise."""

    checked: int
    different: tuple[str, ...]


def recheck_artefact(
    path: Path, sha256: str, contract: Contract, calls: Sequence[AnsweredCall], *, limits: Limits
) -> Rechecked:
    """Have scikit-learn answer calls again, in an isolated process.

    Raises:
        ArtefactRefused: the file changed, or reading it broke a bound.
    """
    with path.open("rb") as file:
        if streams.digest(file) != sha256:
            raise ArtefactRefused("The stored model file has changed", details={"reason": "digest"})
        task = {"artefact": file.fileno(), "limits": asdict(limits), "contract": contract.to_json()}
        given = orjson.dumps(task) + b"\n" + orjson.dumps([asdict(call) for call in calls])
        answer = answer_of(run_child(_RECHECK, given, files=(file,), limits=limits), limits)
    return Rechecked(int(answer["checked"]), tuple(map(str, answer["different"])))
