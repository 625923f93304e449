"""Measures what one prediction costs in this process, stage by stage, without a server and without a network.

    .venv/bin/python -m scripts.profile_call [--calls 500] [--blocks 40] [--instructions] [--profile]

Builds a process in a temporary home with a small model, one API and one key, and sends the same call through the bare
WSGI door. Prints microseconds of processor time a call: the least of the blocks (what others do on the machine only
adds), their median, and the median share of an empty Flask view measured in the same blocks. `--instructions` counts
instructions instead, under valgrind. `--profile` prints where Python's profiler sees the time.

`served` is a whole call with a scaled logistic regression of four named columns, `call` the same with a constant in the
model's place: all that is paid around a model. `hello` is a bare WSGI answer, `request` what the measuring costs; the
other stages are parts of `call`, each by itself in a loop, where a processor runs them faster than in the whole.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import statistics
import tempfile
import time
from pathlib import Path

from flask import Flask

from scripts.call_fixture import Caller, prepare
from scripts.hot_path import HotPath, Stage, repeat
from scripts.instructions import instructions_a_call

COUNTED = ("call", "hello", "request", "yardstick", "authenticate", "find", "limit", "credits", "observe", "append")


def empty_flask() -> Flask:
    """Give a Flask application whose one view does nothing."""
    app = Flask("empty")
    app.post("/api/predict/<target>")(lambda target: b"{}")  # noqa: ARG005 - Flask names it
    return app


def microseconds(stage: Stage, calls: int) -> float:
    """Give the processor time of one run in microseconds, as the mean of a block."""
    started = time.thread_time_ns()
    repeat(stage, calls)
    return (time.thread_time_ns() - started) / calls / 1e3


def print_times(stages: dict[str, Stage], calls: int, blocks: int) -> None:
    """Measure all stages in turn, block by block, and print them."""
    for stage in stages.values():
        repeat(stage, 20)
    samples: dict[str, list[float]] = {name: [] for name in stages}
    for _ in range(blocks):
        for name, stage in stages.items():
            samples[name].append(microseconds(stage, calls))
    print(f"{'stage':14} {'least us':>9} {'median us':>10} {'of flask':>9}   of {blocks} blocks of {calls} calls")
    for name, values in samples.items():
        share = statistics.median(own / flask for own, flask in zip(values, samples["flask"], strict=True))
        print(f"{name:14} {min(values):9.2f} {statistics.median(values):10.2f} {share:9.2f}")


def print_instructions() -> None:
    """Count and print the stages that need no model's runtime."""
    print(f"{'stage':14} {'instructions':>13}")
    for name, count in instructions_a_call(COUNTED).items():
        print(f"{name:14} {count:13,}")


def print_profile(stage: Stage, calls: int) -> None:
    """Print the profiler's view of the whole call."""
    profiler = cProfile.Profile()
    profiler.runcall(repeat, stage, calls)
    pstats.Stats(profiler).sort_stats("tottime").print_stats(45)


def measure(folder: Path, options: argparse.Namespace) -> None:
    """Measure in an empty folder."""
    (folder / "served").mkdir()
    (folder / "hot").mkdir()
    caller, hot, flask = Caller(prepare(folder / "served")), HotPath(folder / "hot"), empty_flask()
    try:
        stages: dict[str, Stage] = {
            "served": lambda: caller.send(caller.door),
            "flask": lambda: caller.send(flask),
            **hot.stages(),
        }
        if options.profile:
            print_profile(stages["served"], options.calls)
        else:
            print_times(stages, options.calls, options.blocks)
    finally:
        hot.close()
        caller.process.stop()


def main() -> None:
    """Measure or count."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=500, help="of a block")
    parser.add_argument("--blocks", type=int, default=40)
    parser.add_argument("--instructions", action="store_true", help="count under valgrind")
    parser.add_argument("--profile", action="store_true", help="print Python's profile of the call")
    options = parser.parse_args()
    if options.instructions:
        print_instructions()
        return
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder), options)


if __name__ == "__main__":
    main()
