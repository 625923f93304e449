"""What the isolated child does first: lock itself down, and only then look at the artefact.

Started by `sandbox`, never imported by a serving process. Reads its task from standard input and the artefact from a
file descriptor it inherited; writes one JSON object to what was its standard output.
"""

from __future__ import annotations

import importlib
import os
import resource
import sys

import orjson

from backend.engine.serving.lockdown import Limits, close_files, lock_down


def main() -> None:
    """Run one inspection."""
    task = orjson.loads(sys.stdin.buffer.readline())
    sample = sys.stdin.buffer.read()
    answer = take_over_stdout()
    isolation = lock_down(Limits(**task["limits"]))
    work = importlib.import_module("backend.engine.serving.examine")
    if "landlock" not in isolation:
        work.load_everything()
        isolation += close_files()
    with os.fdopen(task["artefact"], "rb") as file:
        result = work.examine(file, sample if task["has_sample"] else None)
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
