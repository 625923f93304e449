"""Saves the four models the way mlflow serves them; classifiers answer with their probabilities.

python save.py MODELS_FOLDER TARGET
"""

from __future__ import annotations

import sys
from pathlib import Path

import joblib
import mlflow.sklearn


def main() -> None:
    """Save those that are not there yet."""
    models, target = Path(sys.argv[1]), Path(sys.argv[2])
    for letter in "abcd":
        if (target / letter).exists():
            continue
        model = joblib.load(models / f"{letter}.joblib")
        mlflow.sklearn.save_model(
            model,
            target / letter,
            serialization_format="cloudpickle",
            pyfunc_predict_fn="predict_proba" if hasattr(model, "predict_proba") else "predict",
            pip_requirements=[],
        )


if __name__ == "__main__":
    main()
