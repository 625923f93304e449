"""Hand-written FastAPI, twice: `usual` as most write it, `expert` as somebody does who has measured.

Started by uvicorn with the models' folder as the working directory.
"""

from __future__ import annotations

from typing import Any

import joblib
import numpy as np
import pandas as pd
from fastapi import FastAPI
from fastapi.responses import Response
from pydantic import BaseModel
from pydantic_core import to_json

MODELS = {letter: joblib.load(f"{letter}.joblib") for letter in "abcd"}

usual = FastAPI()
expert = FastAPI()


class Numbers(BaseModel):
    """Rows of bare numbers."""

    rows: list[list[float]]


class Customer(BaseModel):
    """One row of model d."""

    city: str
    contract: str
    age: float
    income: float
    visits: float


class Customers(BaseModel):
    """Rows of model d."""

    rows: list[Customer]


def usual_answer(letter: str, rows: Any) -> dict[str, Any]:
    """Predict the label, then its probabilities: two walks through the model."""
    model = MODELS[letter]
    answer = {"predictions": model.predict(rows).tolist()}
    if hasattr(model, "predict_proba"):
        answer["probabilities"] = model.predict_proba(rows).tolist()
    return answer


@usual.post("/d")
def usual_customers(body: Customers) -> dict[str, Any]:
    return usual_answer("d", pd.DataFrame([row.model_dump() for row in body.rows]))


@usual.post("/{letter}")
def usual_numbers(letter: str, body: Numbers) -> dict[str, Any]:
    return usual_answer(letter, np.array(body.rows))


def expert_answer(letter: str, rows: Any) -> Response:
    """One walk through the model; the label follows from the probabilities."""
    model = MODELS[letter]
    if hasattr(model, "predict_proba"):
        probabilities = model.predict_proba(rows)
        labels = model.classes_[probabilities.argmax(axis=1)]
        answer = {"predictions": labels.tolist(), "probabilities": probabilities.tolist()}
    else:
        answer = {"predictions": model.predict(rows).tolist()}
    return Response(to_json(answer), media_type="application/json")


@expert.post("/d")
async def expert_customers(body: Customers) -> Response:
    rows = body.rows
    columns = {name: [getattr(row, name) for row in rows] for name in Customer.model_fields}
    return expert_answer("d", pd.DataFrame(columns))


@expert.post("/{letter}")
async def expert_numbers(letter: str, body: Numbers) -> Response:
    return expert_answer(letter, np.asarray(body.rows, dtype=np.float64))
