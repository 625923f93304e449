"""What the isolated child does first: lock itself down, and only then look at the artefact.

Started by `sandbox`, never imported by a serving process. Reads its task from standard input and the artefact from a
file descriptor it inherited; writes one JSON object to what was its standard output.
"""

from __future__ import annotations

import importlib
import os
import resource
import sys
from collections.abc import Callable
from typing import Any, BinaryIO, TypeAlias

import orjson

from backend.engine.serving.lockdown import Limits, close_files, lock_down

Task: TypeAlias = dict[str, Any]
Answer: TypeAlias = dict[str, Any]


def inspect() -> None:
    """Run one inspection."""

    def work(task: Task, file: BinaryIO, given: bytes) -> Answer:
        examine = importlib.import_module("backend.engine.serving.examine")
        result: Answer = examine.examine(file, given if task["has_sample"] else None)
        return result

    _run(work, "backend.engine.serving.examine")


def compile_model() -> None:
    """Compile one model, and write its form to the second file that was inherited."""

    def work(task: Task, file: BinaryIO, given: bytes) -> Answer:
        child = importlib.import_module("backend.engine.serving.compiling.child")
        with os.fdopen(task["form"], "wb") as form:
            result: Answer = child.compile_file(file, form, task["contract"], given if task["has_sample"] else None)
        return result

    _run(work, "backend.engine.serving.compiling.child")


def recheck_calls() -> None:
    """Ask scikit-learn what it says of calls that were answered."""

    def work(task: Task, file: BinaryIO, given: bytes) -> Answer:
        child = importlib.import_module("backend.engine.serving.compiling.child")
        result: Answer = child.recheck_file(file, task["contract"], given)
        return result

    _run(work, "backend.engine.serving.compiling.child")


def _run(work: Callable[[Task, BinaryIO, bytes], Answer], needs: str) -> None:
    task = orjson.loads(sys.stdin.buffer.readline())
    given = sys.stdin.buffer.read()
    answer = take_over_stdout()
    isolation = lock_down(Limits(**task["limits"]))
    # Under lock already: what is imported here is loaded by a process that can do no harm.
    importlib.import_module(needs)
    if "landlock" not in isolation:
        importlib.import_module("backend.engine.serving.examine").load_everything()
        isolation += close_files()
    with os.fdopen(task["artefact"], "rb") as file:
        result = work(task, file, given)
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    write(answer, orjson.dumps({**result, "isolation": isolation, "peak_mb": peak_mb}))


def take_over_stdout() -> int:
    """Keep the pipe for the answer alone: whatever a library prints goes nowhere."""
    answer = os.dup(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    os.close(nowhere)
    return answer


def write(descriptor: int, content: bytes) -> None:
    """Write all of the content to a pipe."""
    view = memoryview(content)
    while view:
        view = view[os.write(descriptor, view) :]
