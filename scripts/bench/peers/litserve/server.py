"""LitServe: one API whose two workers hold the four models; the working directory is the models' folder.

    python server.py PORT

Annotations are evaluated here: LitServe reads decode_request's to know what a request is.
"""

import sys
from typing import Any

import joblib
import litserve
import numpy as np
import pandas as pd


class Models(litserve.LitAPI):
    """Answers `{"model": letter, "rows": [...]}`."""

    def setup(self, device: str) -> None:  # noqa: ARG002
        """Load the models in each worker."""
        self.models = {letter: joblib.load(f"{letter}.joblib") for letter in "abcd"}

    def decode_request(self, request: dict[str, Any]) -> tuple[str, Any]:
        """Give the model's letter and its rows."""
        letter, rows = request["model"], request["rows"]
        return letter, pd.DataFrame(rows) if letter == "d" else np.asarray(rows, dtype=np.float64)

    def predict(self, asked: tuple[str, Any]) -> dict[str, Any]:
        """One walk through the model."""
        letter, rows = asked
        model = self.models[letter]
        if not hasattr(model, "predict_proba"):
            return {"predictions": model.predict(rows).tolist()}
        probabilities = model.predict_proba(rows)
        labels = model.classes_[probabilities.argmax(axis=1)]
        return {"predictions": labels.tolist(), "probabilities": probabilities.tolist()}

    def encode_response(self, output: dict[str, Any]) -> dict[str, Any]:
        """Give the answer as it is."""
        return output


if __name__ == "__main__":
    server = litserve.LitServer(Models(), accelerator="cpu", workers_per_device=2)
    server.run(host="127.0.0.1", port=int(sys.argv[1]), generate_client_file=False, log_level="warning")
