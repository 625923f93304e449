"""Measures admissions of several processes that contend for the same counters.

    .venv/bin/python -m scripts.bench_admission [--processes 8] [--calls 20000]

Every process decides the two windows of one key and its plan in one shared state, as fast as it can. Prints the median
and the 99th percentile of the time one decision takes, as a clock on the wall sees it, waiting included, and the
processor time of one decision.
"""

from __future__ import annotations

import argparse
import multiprocessing
import statistics
import tempfile
import time
from pathlib import Path

from backend.engine.limits.limiter import StateLimiter
from backend.engine.limits.rules import Policy, RuleSet
from backend.engine.limits.state import SharedState

RULES = RuleSet((Policy("per-key", "key:1", 10_000, 60.0), Policy("plan", "plan:live:1", 1_000_000, 60.0)))
MOMENT_NS = 100_000_000
"""The counting clock moves this much with each call, so that 600 calls lie in a window."""


def contend(path: str, calls: int, first_ns: int, at: float) -> tuple[list[int], float]:
    """Decide some calls from a moment on; give each one's time in ns, and the processor's in us a call."""
    state = SharedState.open(path)
    now = first_ns

    def clock() -> int:
        nonlocal now
        now += MOMENT_NS
        return now

    limiter = StateLimiter(state, clock)
    limiter.admit(RULES)
    spans = []
    time.sleep(max(0.0, at - time.time()))
    cpu_ns = time.thread_time_ns()
    for _ in range(calls):
        started = time.perf_counter_ns()
        limiter.admit(RULES)
        spans.append(time.perf_counter_ns() - started)
    cpu_us = (time.thread_time_ns() - cpu_ns) / calls / 1e3
    state.close()
    return spans, cpu_us


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--processes", type=int, default=8)
    parser.add_argument("--calls", type=int, default=20_000)
    options = parser.parse_args()
    for processes in sorted({1, options.processes}):
        with tempfile.TemporaryDirectory() as folder, multiprocessing.get_context("spawn").Pool(processes) as pool:
            path, first_ns, at = str(Path(folder) / "limits.bin"), time.time_ns(), time.time() + 3
            given = [(path, options.calls, first_ns, at)] * processes
            found = pool.starmap(contend, given, chunksize=1)
        spans = sorted(span for part, _ in found for span in part)
        median, p99 = spans[len(spans) // 2] / 1e3, spans[len(spans) * 99 // 100] / 1e3
        cpu = statistics.mean(cpu_us for _, cpu_us in found)
        print(f"{processes} processes: median {median:.1f} us, P99 {p99:.1f} us, processor {cpu:.1f} us a decision")


if __name__ == "__main__":
    main()
