"""Ray Serve: two replicas that hold the four models; the working directory is the models' folder.

python server.py PORT
"""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd
import ray
from ray import serve
from starlette.requests import Request


@serve.deployment(num_replicas=2, max_ongoing_requests=64)
class Models:
    """Answers `{"rows": [...]}` under `/<letter>`."""

    def __init__(self, folder: str) -> None:
        self.models = {letter: joblib.load(Path(folder) / f"{letter}.joblib") for letter in "abcd"}

    async def __call__(self, request: Request) -> dict[str, Any]:
        """One walk through the model."""
        letter = request.url.path.rsplit("/", 1)[-1]
        rows = (await request.json())["rows"]
        model = self.models[letter]
        features = pd.DataFrame(rows) if letter == "d" else np.asarray(rows, dtype=np.float64)
        if not hasattr(model, "predict_proba"):
            return {"predictions": model.predict(features).tolist()}
        probabilities = model.predict_proba(features)
        labels = model.classes_[probabilities.argmax(axis=1)]
        return {"predictions": labels.tolist(), "probabilities": probabilities.tolist()}


if __name__ == "__main__":
    ray.init(num_cpus=4, include_dashboard=False, _node_ip_address="127.0.0.1", log_to_driver=False)
    serve.start(
        http_options={"host": "127.0.0.1", "port": int(sys.argv[1])}, logging_config={"enable_access_log": False}
    )
    application = Models.bind(str(Path.cwd()))  # type: ignore[attr-defined]
    serve.run(application, route_prefix="/")
    signal.sigwait({signal.SIGTERM, signal.SIGINT})
    serve.shutdown()
    ray.shutdown()
