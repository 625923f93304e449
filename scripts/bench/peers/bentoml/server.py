"""BentoML, twice: `Plain`, and `Batching` with its adaptive batching. Started by `bentoml serve`.

BentoML changes into this file's folder, so the models' folder comes in the environment.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import bentoml
import joblib
import numpy as np
import pandas as pd

FOLDER = Path(os.environ["BENCH_MODELS"])


class Models:
    """The four models; one walk through each, a label follows from the probabilities."""

    def __init__(self) -> None:
        self.models = {letter: joblib.load(FOLDER / f"{letter}.joblib") for letter in "abcd"}

    def answer(self, letter: str, rows: Any) -> np.ndarray:
        """Give probabilities, or numbers as one column."""
        model = self.models[letter]
        return model.predict_proba(rows) if hasattr(model, "predict_proba") else model.predict(rows).reshape(-1, 1)


@bentoml.service(workers=2)
class Plain(Models):
    """Each request by itself."""

    @bentoml.api
    def a(self, rows: np.ndarray) -> np.ndarray:
        return self.answer("a", rows)

    @bentoml.api
    def b(self, rows: np.ndarray) -> np.ndarray:
        return self.answer("b", rows)

    @bentoml.api
    def c(self, rows: np.ndarray) -> np.ndarray:
        return self.answer("c", rows)

    @bentoml.api
    def d(self, rows: pd.DataFrame) -> np.ndarray:
        return self.answer("d", rows)


@bentoml.service(workers=2)
class Batching(Models):
    """Requests that arrive together are computed together."""

    @bentoml.api(batchable=True, max_batch_size=4_000)
    def a(self, rows: np.ndarray) -> np.ndarray:
        return self.answer("a", rows)

    @bentoml.api(batchable=True, max_batch_size=4_000)
    def b(self, rows: np.ndarray) -> np.ndarray:
        return self.answer("b", rows)

    @bentoml.api(batchable=True, max_batch_size=4_000)
    def c(self, rows: np.ndarray) -> np.ndarray:
        return self.answer("c", rows)

    @bentoml.api(batchable=True, max_batch_size=4_000)
    def d(self, rows: list[dict[str, Any]]) -> np.ndarray:
        # Not a DataFrame: its dispatcher adds up the sizes of waiting batches and takes a DataFrame's for a tuple.
        return self.answer("d", pd.DataFrame(rows))
