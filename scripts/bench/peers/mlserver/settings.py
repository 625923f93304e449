"""Writes the settings that MLServer reads: its ports, and one folder for each of the four models.

python settings.py MODELS_FOLDER TARGET PARALLEL_WORKERS HTTP_PORT GRPC_PORT METRICS_PORT
"""

from __future__ import annotations

import json
import sys
from pathlib import Path


def main() -> None:
    """Write them."""
    models, target = Path(sys.argv[1]), Path(sys.argv[2])
    parallel, http, grpc, metrics = (int(argument) for argument in sys.argv[3:])
    settings = {
        "host": "127.0.0.1",
        "http_port": http,
        "grpc_port": grpc,
        "metrics_port": metrics,
        "parallel_workers": parallel,
        "debug": False,
    }
    target.mkdir(parents=True, exist_ok=True)
    (target / "settings.json").write_text(json.dumps(settings))
    for letter in "abcd":
        model = {
            "name": letter,
            "implementation": "mlserver_sklearn.SKLearnModel",
            "parameters": {"uri": str(models / f"{letter}.joblib"), "version": "1"},
        }
        (target / letter).mkdir(exist_ok=True)
        (target / letter / "model-settings.json").write_text(json.dumps(model))


if __name__ == "__main__":
    main()
