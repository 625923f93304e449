"""The four models that every server serves, the rows they are asked for, and what scikit-learn itself answers.

Called before a run; everything is made from fixed seeds, so that two runs ask the same questions. Models a to c are
trained on bare arrays, as the hand-written servers take them; d needs its columns by name.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_iris, make_classification, make_regression
from sklearn.ensemble import GradientBoostingClassifier, HistGradientBoostingRegressor, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

SEED = 20_261_129
ROWS = 1_000
"""Rows of one batch; single calls take the first of them in turn."""
TRAINING_ROWS = 4_000
DECIMALS = 4
"""Of the asked values, as a caller's JSON would hold them."""
SUMMARY = "models.json"
SOURCE_MARK = ".source"


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchModel:
    """One model: how to ask it, and the right answers."""

    letter: str
    title: str
    columns: list[str]
    """Names that the model was trained with; empty where it takes bare arrays."""
    classes: list[Any]
    """Empty for a regressor."""
    rows: list[list[Any]]
    answers: list[list[float]]
    """Per row: each class's probability, or the one predicted number."""

    @property
    def is_classifier(self) -> bool:
        """Tell whether it answers with classes."""
        return bool(self.classes)

    def records(self, count: int, first: int = 0) -> list[Any]:
        """Give rows as callers of a hand-written server send them: by name where there are names, else as arrays."""
        chosen = self.rows[first : first + count]
        return [dict(zip(self.columns, row, strict=True)) for row in chosen] if self.columns else chosen


def prepare(folder: Path) -> dict[str, BenchModel]:
    """Give the models by letter; trains them and writes `<letter>.joblib` where the folder does not hold them yet.

    What another version of this file trained is removed first, with what was made from it.
    """
    summary, mark = folder / SUMMARY, folder / SOURCE_MARK
    source = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()
    if not summary.exists() or not mark.exists() or mark.read_text() != source:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        made = [_logistic(folder), _forest(folder), _boosted_regressor(folder), _mixed(folder)]
        mark.write_text(source)
        summary.write_text(json.dumps([asdict(model) for model in made]), encoding="utf-8")
    read = [BenchModel(**entry) for entry in json.loads(summary.read_text(encoding="utf-8"))]
    return {model.letter: model for model in read}


def _logistic(folder: Path) -> BenchModel:
    data = load_iris()
    random = np.random.default_rng(SEED)
    asked = data.data[random.integers(0, len(data.data), ROWS)] + random.normal(0, 0.1, (ROWS, 4))
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(data.data, data.target)
    return _write(folder, "a", "scaler and logistic regression, 4 columns", model, asked)


def _forest(folder: Path) -> BenchModel:
    features, target = make_classification(TRAINING_ROWS + ROWS, 30, n_informative=12, random_state=SEED)
    model = RandomForestClassifier(100, random_state=SEED).fit(features[:TRAINING_ROWS], target[:TRAINING_ROWS])
    return _write(folder, "b", "random forest of 100 trees, 30 columns", model, features[TRAINING_ROWS:])


def _boosted_regressor(folder: Path) -> BenchModel:
    features, target = make_regression(TRAINING_ROWS + ROWS, 20, noise=5.0, random_state=SEED)
    model = HistGradientBoostingRegressor(random_state=SEED).fit(features[:TRAINING_ROWS], target[:TRAINING_ROWS])
    return _write(folder, "c", "histogram gradient boosting regressor, 20 columns", model, features[TRAINING_ROWS:])


def _mixed(folder: Path) -> BenchModel:
    random = np.random.default_rng(SEED)
    count = TRAINING_ROWS + ROWS
    frame = pd.DataFrame(
        {
            "city": random.choice(["Algiers", "Berlin", "Lagos", "Lyon", "Oran", "Turin"], count),
            "contract": random.choice(["monthly", "yearly", "two years"], count),
            "age": random.integers(18, 90, count).astype(float),
            "income": random.lognormal(10.0, 0.5, count),
            "visits": random.exponential(3.0, count),
        }
    )
    leaves = (frame["visits"] < 2.0) & (frame["contract"] == "monthly") | (random.random(count) < 0.1)
    columns = ColumnTransformer(
        [
            ("text", OneHotEncoder(handle_unknown="ignore"), ["city", "contract"]),
            ("numbers", StandardScaler(), ["age", "income", "visits"]),
        ]
    )
    model = make_pipeline(columns, GradientBoostingClassifier(random_state=SEED))
    model.fit(frame[:TRAINING_ROWS], np.where(leaves, "leaves", "stays")[:TRAINING_ROWS])
    title = "one-hot of 2 text columns, scaling of 3 numbers, gradient boosting, columns by name"
    return _write(folder, "d", title, model, frame[TRAINING_ROWS:].reset_index(drop=True))


def _write(folder: Path, letter: str, title: str, model: Any, asked: Any) -> BenchModel:  # noqa: ANN401
    """Save a model, and give its questions and answers."""
    joblib.dump(model, folder / f"{letter}.joblib")
    asked = asked.round(DECIMALS)
    is_classifier = hasattr(model, "classes_")
    answers = model.predict_proba(asked) if is_classifier else model.predict(asked).reshape(-1, 1)
    return BenchModel(
        letter=letter,
        title=title,
        columns=list(asked.columns) if isinstance(asked, pd.DataFrame) else [],
        classes=model.classes_.tolist() if is_classifier else [],
        rows=asked.to_numpy().tolist() if isinstance(asked, pd.DataFrame) else asked.tolist(),
        answers=answers.tolist(),
    )
