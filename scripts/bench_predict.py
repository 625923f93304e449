"""Measures single-row predictions of a whole server with everything on: keys, limits, journal, folding, metrics.

    .venv/bin/python -m scripts.bench_predict [--seconds 10] [--runs 3] [--connections 1 16 64] [--server gunicorn]

Needs `wrk` on the PATH. Starts each server with two workers on a free port and a temporary home, serves a scaled
logistic regression with four named columns from all of them, loads them in turn, and prints the median and every run of
requests a second, latencies, and the workers' CPU time a request.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import json
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import joblib
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from tests.system.server import Server, running_server, wait_for

COLUMNS = ["sepal_length", "sepal_width", "petal_length", "petal_width"]
ROW = dict(zip(COLUMNS, [5.1, 3.5, 1.4, 0.2], strict=True))
LUA = """
wrk.method = "POST"
wrk.body = [[{body}]]
wrk.headers["Content-Type"] = "application/json"
wrk.headers["X-API-Key"] = "{key}"
done = function(summary, latency, requests)
  io.write(string.format("bench %d %d %d %d %d %d\\n", summary.requests, summary.duration, summary.errors.status,
    summary.errors.read + summary.errors.connect + summary.errors.timeout, latency:percentile(50),
    latency:percentile(99)))
end
"""


def train(path: Path) -> None:
    """Write the benchmark's model as joblib does."""
    data = load_iris(as_frame=True)
    model = make_pipeline(StandardScaler(), LogisticRegression())
    joblib.dump(model.fit(data.data.set_axis(COLUMNS, axis=1), data.target), path)


def load(url: str, script: Path, connections: int, seconds: int) -> dict[str, float]:
    """Run wrk once; gives requests a second, errors, and P50 and P99 in milliseconds."""
    command = ["wrk", f"-t{min(2, connections)}", f"-c{connections}", f"-d{seconds}s", "-s", str(script), url]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found = re.search(r"^bench (\d+) (\d+) (\d+) (\d+) (\d+) (\d+)$", done.stdout, re.MULTILINE)
    if found is None:
        raise SystemExit(done.stdout + done.stderr)
    requests, duration, refused, broken, p50, p99 = (float(group) for group in found.groups())
    rate = requests / (duration / 1e6)
    latencies = {"p50_ms": p50 / 1e3, "p99_ms": p99 / 1e3}
    return {"rate": rate, "requests": requests, "refused": refused, "broken": broken, **latencies}


def seconds_used(server: Server) -> float:
    """Give the CPU time of all workers so far, in seconds."""
    return sum(sum(worker.cpu_times()[:2]) for worker in server.workers())


@contextlib.contextmanager
def served(name: str, threads: str) -> Iterator[tuple[Server, str, Path]]:
    """Start a server of its own with the model exported; gives it, the call's URL and wrk's script."""
    settings = {"SERVER": name, "WEB_THREADS": threads}
    with tempfile.TemporaryDirectory() as folder, running_server(Path(folder), **settings) as server:
        train(Path(folder) / "iris.joblib")
        model = server.upload(Path(folder) / "iris.joblib", "Iris")
        api = server.export(model["id"], rate_limit_per_minute=1_000_000)
        script = Path(folder) / "post.lua"
        script.write_text(LUA.format(body=json.dumps(ROW), key=api["api_key"]))
        wait_for(lambda: server.predict(api["api_id"], api["api_key"], ROW).status == 200, "a first answer")
        load(api["api_url"], script, 16, 2)
        yield server, api["api_url"], script


def measure(server: Server, url: str, script: Path, connections: int, seconds: int) -> dict[str, float]:
    """Load once; gives what `load` gives and the workers' CPU microseconds a request."""
    before = seconds_used(server)
    run = load(url, script, connections, seconds)
    return {**run, "cpu_us": (seconds_used(server) - before) / run["requests"] * 1e6}


def main() -> None:
    """Serve from each arrangement at once, load them in turn, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--connections", type=int, nargs="+", default=[16])
    parser.add_argument("--server", nargs="+", default=["granian"], help="granian:4 has 4 threads")
    options = parser.parse_args()
    if shutil.which("wrk") is None:
        sys.exit("wrk is not on the PATH: install it first (Debian: apt-get install wrk)")
    found: dict[tuple[str, int], list[dict[str, float]]] = {}
    with contextlib.ExitStack() as stack:
        arrangements = {}
        for name in options.server:
            web, _, threads = name.partition(":")
            arrangements[name] = stack.enter_context(served(web, threads or "2"))
        for _, connections, name in itertools.product(range(options.runs), options.connections, options.server):
            run = measure(*arrangements[name], connections, options.seconds)
            found.setdefault((name, connections), []).append(run)
            print(name, connections, {key: round(value, 1) for key, value in run.items()}, file=sys.stderr, flush=True)
    for (name, connections), runs in found.items():
        print(f"{name}, {connections} connections")
        for measured in ("rate", "p50_ms", "p99_ms", "cpu_us", "refused", "broken"):
            values = [run[measured] for run in runs]
            listed = ", ".join(f"{value:.2f}" for value in values)
            print(f"  {measured:8} median {statistics.median(values):10.2f}   runs {listed}")


if __name__ == "__main__":
    main()
