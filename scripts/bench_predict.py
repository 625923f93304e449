"""Measures single-row predictions of a whole server with everything on: keys, limits, journal, folding, metrics.

    .venv/bin/python -m scripts.bench_predict [--seconds 10] [--runs 3] [--connections 16]

Needs `wrk` on the PATH. Starts a server of its own with two workers on a free port and a temporary home, serves a
scaled logistic regression with four named columns, and prints the median and every run of requests a second and
latencies. Compares with nothing.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import joblib
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from tests.system.server import running_server, wait_for

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
    command = ["wrk", "-t2", f"-c{connections}", f"-d{seconds}s", "-s", str(script), url]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found = re.search(r"^bench (\d+) (\d+) (\d+) (\d+) (\d+) (\d+)$", done.stdout, re.MULTILINE)
    if found is None:
        raise SystemExit(done.stdout + done.stderr)
    requests, duration, refused, broken, p50, p99 = (float(group) for group in found.groups())
    rate = requests / (duration / 1e6)
    return {"rate": rate, "refused": refused, "broken": broken, "p50_ms": p50 / 1e3, "p99_ms": p99 / 1e3}


def main() -> None:
    """Serve, load, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--connections", type=int, default=16)
    options = parser.parse_args()
    if shutil.which("wrk") is None:
        sys.exit("wrk is not on the PATH: install it first (Debian: apt-get install wrk)")
    with tempfile.TemporaryDirectory() as folder, running_server(Path(folder)) as server:
        train(Path(folder) / "iris.joblib")
        model = server.upload(Path(folder) / "iris.joblib", "Iris")
        api = server.export(model["id"], rate_limit_per_minute=1_000_000)
        script = Path(folder) / "post.lua"
        script.write_text(LUA.format(body=json.dumps(ROW), key=api["api_key"]))
        wait_for(lambda: server.predict(api["api_id"], api["api_key"], ROW).status == 200, "a first answer")
        load(api["api_url"], script, options.connections, 2)
        runs = [load(api["api_url"], script, options.connections, options.seconds) for _ in range(options.runs)]
    for name in ("rate", "p50_ms", "p99_ms", "refused", "broken"):
        values = [run[name] for run in runs]
        print(f"{name:8} median {statistics.median(values):10.2f}   runs {', '.join(f'{v:.2f}' for v in values)}")


if __name__ == "__main__":
    main()
