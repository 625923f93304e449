"""Inspects an uploaded artefact in an isolated child process, and tells what it is or why it is refused.

Called at upload. The child has no network, no secrets in its environment, nothing to write to, and bounded memory and
time; `lockdown` says how. What it answers is checked like any other foreign input.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

import orjson

from backend.core.errors import ArtefactRefused
from backend.core.placement import anywhere
from backend.engine.serving import streams
from backend.engine.serving.contract import Contract
from backend.engine.serving.lockdown import Limits

_ROOT: Final = Path(__file__).resolve().parents[3]
_CHUNK_BYTES: Final = 1 << 16
_INSPECT: Final = "from backend.engine.serving.sandbox_main import inspect; inspect()"
# One thread each: a single row gains nothing by more, and the filter would have to let them start.
_ENVIRONMENT: Final = {
    "LANG": "C.UTF-8",
    "HOME": "/nonexistent",
    "JOBLIB_MULTIPROCESSING": "0",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}


@dataclass(frozen=True, slots=True)
class Inspection:
    """What an accepted artefact is.

    `sha256` and `file_bytes` are of the file as the parent read it; `size_bytes` is the estimated size in memory;
    `isolation` names the protections that were in force; `peak_mb` is the child's largest resident size.
    """

    contract: Contract
    sha256: str
    file_bytes: int
    size_bytes: int
    warnings: tuple[str, ...]
    isolation: tuple[str, ...]
    seconds: float
    peak_mb: int


@dataclass(frozen=True, slots=True)
class Finished:
    """How a child ended: what it wrote, its exit status (negative for a signal), and which bound it broke."""

    output: bytes
    status: int
    is_late: bool = False
    is_too_long: bool = False


def inspect_artefact(path: str | Path, sample: bytes | None = None, *, limits: Limits | None = None) -> Inspection:
    """Inspect a stored artefact.

    Args:
        path: the file; it is opened once, so what was digested is what is inspected.
        sample: CSV or JSON rows of the model's input.
        limits: what the child may use.

    Raises:
        ArtefactRefused: the file will not be served; `details` hold the `reason`, and `globals` where names are it.
    """
    limits = limits or Limits()
    started = time.monotonic()
    with Path(path).open("rb") as file:
        sha256, file_bytes = streams.digest(file), os.fstat(file.fileno()).st_size
        task = {"artefact": file.fileno(), "limits": asdict(limits), "has_sample": sample is not None}
        finished = run_child(_INSPECT, orjson.dumps(task) + b"\n" + (sample or b""), files=(file,), limits=limits)
    answer = answer_of(finished, limits)
    try:
        return Inspection(
            contract=Contract.from_json(answer["contract"]),
            sha256=sha256,
            file_bytes=file_bytes,
            size_bytes=int(answer["size_bytes"]),
            warnings=tuple(map(str, answer["warnings"])),
            isolation=tuple(map(str, answer["isolation"])),
            seconds=time.monotonic() - started,
            peak_mb=int(answer["peak_mb"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise _refusal("The model cannot be inspected", "failed", repr(error)) from error


def run_child(program: str, task: bytes, *, files: Sequence[BinaryIO], limits: Limits) -> Finished:
    """Run Python source in a fresh interpreter with an empty environment, and wait for its end.

    Args:
        program: finds `backend` importable; it locks itself down.
        task: its standard input.
        files: inherited under the same descriptor numbers, and no other file of this process.
        limits: `wall_seconds` and `result_bytes` are enforced from here.
    """
    source = f"import sys; sys.path.insert(0, {str(_ROOT)!r}); {program}"
    # It inherits where this thread may run, and a worker's processor is for its calls.
    with tempfile.TemporaryFile() as stdin, anywhere():
        stdin.write(task)
        stdin.seek(0)
        process = subprocess.Popen(
            [sys.executable, "-I", "-B", "-c", source],
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            pass_fds=[file.fileno() for file in files],
            env=_ENVIRONMENT,
            cwd="/",
            start_new_session=True,
        )
    try:
        return _collect(process, limits)
    finally:
        _end(process)


def _collect(process: subprocess.Popen[bytes], limits: Limits) -> Finished:
    deadline = time.monotonic() + limits.wall_seconds
    output = bytearray()
    pipe = process.stdout.fileno() if process.stdout is not None else -1
    # poll and not select: a worker with a thousand connections has descriptors that select cannot name.
    poller = select.poll()
    poller.register(pipe, select.POLLIN)
    while True:
        left = deadline - time.monotonic()
        if left <= 0 or not poller.poll(left * 1_000):
            return Finished(b"", 0, is_late=True)
        chunk = os.read(pipe, _CHUNK_BYTES)
        if not chunk:
            break
        output += chunk
        if len(output) > limits.result_bytes:
            return Finished(b"", 0, is_too_long=True)
    try:
        status = process.wait(timeout=max(0.0, deadline - time.monotonic()))
    except subprocess.TimeoutExpired:
        return Finished(b"", 0, is_late=True)
    return Finished(bytes(output), status)


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    if process.stdout is not None:
        process.stdout.close()


def answer_of(finished: Finished, limits: Limits) -> dict[str, Any]:
    """Give the object that a child wrote.

    Raises:
        ArtefactRefused: it broke a bound, crashed, or refused the file.
    """
    if finished.is_late:
        raise _refusal(f"Reading the model took longer than {limits.wall_seconds:g} s", "time")
    if finished.status == -signal.SIGXCPU:
        raise _refusal(f"Reading the model took longer than {limits.cpu_seconds} s of processor time", "time")
    if finished.is_too_long:
        raise _refusal("The model's description is too large", "size")
    try:
        answer = orjson.loads(finished.output)
    except orjson.JSONDecodeError:
        answer = None
    if finished.status != 0 or not isinstance(answer, dict):
        message = "Reading the model made the reader crash: the file is damaged or hostile"
        raise _refusal(message, "crash", f"exit status {finished.status}")
    _raise_refusal(answer, limits)
    return answer


def _raise_refusal(answer: dict[str, Any], limits: Limits) -> None:
    if answer.get("memory"):
        raise _refusal(f"The model needs more than {limits.memory_mb} MB", "memory")
    if "failed" in answer:
        raise _refusal("The model cannot be inspected", "failed", str(answer["failed"]))
    refused = answer.get("refused")
    if isinstance(refused, dict):
        details = refused.get("details")
        raise ArtefactRefused(
            str(refused.get("message"))[:2000],
            details=details if isinstance(details, dict) else None,
            internal=str(refused.get("internal", ""))[:2000],
        )


def _refusal(message: str, reason: str, note: str = "") -> ArtefactRefused:
    return ArtefactRefused(message, details={"reason": reason}, internal=note)
