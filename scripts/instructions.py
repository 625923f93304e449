"""Counts the instructions of single stages of the hot path under valgrind.

Used by `profile_call` and by the test that guards the hot path. Times of a busy machine say little; instructions are
the same to a hundredth from run to run, as long as interpreter and libraries are.
"""

from __future__ import annotations

import platform
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
COUNTED_CALLS = 40, 120
"""Run lengths whose difference in instructions is divided by their difference: what a run costs once is in neither."""


class CannotCount(RuntimeError):
    """No valgrind here, or another kind of processor."""


def instructions_a_call(names: Sequence[str], *, seconds_max: float = 600) -> dict[str, int]:
    """Count some stages of `scripts.hot_path`, all in one process of their own.

    Raises:
        CannotCount: valgrind is missing, or the processor is no x86-64.
        RuntimeError: the counted process failed; its words are in the message.
    """
    valgrind = shutil.which("valgrind")
    if valgrind is None or platform.machine() != "x86_64":
        raise CannotCount("instructions are counted by valgrind on x86-64 (Debian: apt-get install valgrind)")
    with tempfile.TemporaryDirectory() as folder:
        counts = Path(folder) / "counts"
        command = [valgrind, "--tool=callgrind", "--instr-atstart=no", f"--callgrind-out-file={counts}", sys.executable]
        command += ["-m", "scripts.counted_stages", folder, ",".join(names), *map(str, COUNTED_CALLS)]
        # `env` adds to the environment of this process: hashes decide how dictionaries collide.
        command = ["env", "-u", "PROMETHEUS_MULTIPROC_DIR", "PYTHONHASHSEED=0", *command]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=seconds_max)
        if done.returncode != 0:
            raise RuntimeError(f"valgrind ended with {done.returncode}: {done.stderr[-2000:]}")
        # One file a run, numbered from 1 in the order of the runs.
        totals = [_total(counts.with_suffix(f".{number + 1}")) for number in range(2 * len(names))]
    few, many = COUNTED_CALLS
    return {name: round((totals[2 * i + 1] - totals[2 * i]) / (many - few)) for i, name in enumerate(names)}


def _total(path: Path) -> int:
    found = re.search(r"^totals: (\d+)$", path.read_text(), re.MULTILINE)
    if found is None:
        raise RuntimeError(f"{path.name} holds no total")
    return int(found.group(1))
