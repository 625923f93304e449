"""Times what a call waits for when its model is not loaded: reading the compiled form, making it ready, one answer.

    python -m scripts.bench_cold_start [--loads 50] [--forest-mb 100]

The demo's three models, and a forest whose compiled form is about as large as asked for. Nothing else is measured: no
server, no database. Prints medians and 99th percentiles in milliseconds, beside reading the artefact with scikit-learn.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import joblib
import numpy as np
import orjson
from sklearn.base import BaseEstimator
from sklearn.datasets import make_classification
from sklearn.ensemble import RandomForestClassifier

from backend.engine.serving.compiled.form import read_form
from backend.engine.serving.compiled.runtime import CompiledRuntime
from backend.engine.serving.compiling.candidates import candidates
from backend.engine.serving.contract import Contract
from backend.engine.serving.derive import derive_contract
from backend.engine.serving.payload import PayloadReader
from backend.engine.serving.runtime import SklearnRuntime
from backend.services import demo_service

BYTES_PER_MB = 1_048_576


def forest(megabytes: int) -> RandomForestClassifier:
    """Give a forest whose compiled form, two sums of trees, takes about so much."""
    features, target = make_classification(20_000, 30, n_informative=20, random_state=0)
    model = RandomForestClassifier(10, random_state=0, n_jobs=-1).fit(features, target)
    size = sum(array.nbytes for array in next(iter(candidates(model, contract_of(model)))).form.arrays.values())
    trees = max(10, round(10 * megabytes * BYTES_PER_MB / size))
    return RandomForestClassifier(trees, random_state=0, n_jobs=-1).fit(features, target)


def contract_of(model: BaseEstimator) -> Contract:
    """Give the contract of a model."""
    return derive_contract(model).contract


def timed(load: Callable[[], object], count: int) -> tuple[float, float]:
    """Give the median and the 99th percentile of some loads, in milliseconds."""
    taken = []
    for _ in range(count):
        started = time.perf_counter()
        load()
        taken.append((time.perf_counter() - started) * 1e3)
    return float(np.median(taken)), float(np.percentile(taken, 99))


def measure(name: str, model: BaseEstimator, loads: int, folder: Path) -> str:
    """Load a model again and again, both ways; give one line of the table."""
    contract = contract_of(model)
    artefact, form = folder / "artefact", folder / "form"
    joblib.dump(model, artefact)
    form.write_bytes(content := next(iter(candidates(model, contract))).form.to_bytes())
    digests = sha256(artefact.read_bytes()).hexdigest(), sha256(content).hexdigest()
    batch = PayloadReader(contract).read(orjson.dumps(contract.example))
    compiled = timed(lambda: CompiledRuntime(read_form(form, digests[1]), contract).predict(batch), loads)
    plain = timed(lambda: SklearnRuntime.load(artefact, digests[0], contract).predict(batch), max(3, loads // 10))
    megabytes = len(content) / BYTES_PER_MB
    return f"| {name} | {megabytes:.2f} | {compiled[0]:.1f} | {compiled[1]:.1f} | {plain[0]:.1f} |"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--loads", type=int, default=50)
    parser.add_argument("--forest-mb", type=int, default=100)
    asked = parser.parse_args()
    print("| model | compiled form, MB | P50 ms | P99 ms | the artefact with scikit-learn, P50 ms |")
    print("|---|---|---|---|---|")
    demos = [
        (demo.name, demo.estimator) for demo in (demo_service.iris(), demo_service.diabetes(), demo_service.wine())
    ]
    with tempfile.TemporaryDirectory() as folder:
        for name, model in [*demos, (f"forest of {asked.forest_mb} MB", forest(asked.forest_mb))]:
            print(measure(name, model, asked.loads, Path(folder)), flush=True)


if __name__ == "__main__":
    main()
