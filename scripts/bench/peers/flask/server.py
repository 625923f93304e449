"""Hand-written Flask as most write it; started by gunicorn with the models' folder as the working directory."""

from __future__ import annotations

from typing import Any

import joblib
import numpy as np
import pandas as pd
from flask import Flask, jsonify, request

MODELS = {letter: joblib.load(f"{letter}.joblib") for letter in "abcd"}

app = Flask(__name__)


@app.post("/<letter>")
def predict(letter: str) -> Any:
    """Predict the label, then its probabilities."""
    model = MODELS[letter]
    rows = request.get_json()["rows"]
    features = pd.DataFrame(rows) if letter == "d" else np.array(rows)
    answer = {"predictions": model.predict(features).tolist()}
    if hasattr(model, "predict_proba"):
        answer["probabilities"] = model.predict_proba(features).tolist()
    return jsonify(answer)
