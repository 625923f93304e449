"""One server for all system tests that do not break it, a home with models in it for the others, and the models."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import joblib
import pytest
from sklearn.datasets import load_iris
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from tests.system.server import Server, running_server

ROW = {"sepal_length": 5.1, "sepal_width": 3.5, "petal_length": 1.4, "petal_width": 0.2}


@dataclass(frozen=True, slots=True)
class Furnished:
    """What a server left when it stopped, to begin others from, and the ids of its models."""

    home: Path
    iris: int
    """A scaled logistic regression with named columns."""
    forest: int
    """The same of 400 trees."""


@pytest.fixture(scope="session")
def iris_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A scaled logistic regression with named columns, as joblib writes it."""
    return _fitted(make_pipeline(StandardScaler(), LogisticRegression()), tmp_path_factory)


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory, iris_file: Path) -> Furnished:
    """A home with two models in it: who begins there need not wait for their inspection."""
    home = tmp_path_factory.mktemp("furnished")
    forest_file = _fitted(RandomForestClassifier(n_estimators=400, random_state=0), tmp_path_factory)
    with running_server(home) as server:
        with ThreadPoolExecutor(2) as pool:
            uploads = list(pool.map(lambda path: server.upload(path, "A model"), (iris_file, forest_file)))
        iris, forest = (uploaded["id"] for uploaded in uploads)
    return Furnished(home, iris, forest)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, furnished: Furnished) -> Iterator[Server]:
    """A server with two workers; tests leave it whole."""
    with running_server(tmp_path_factory.mktemp("server"), furnished.home) as running:
        yield running


@pytest.fixture(scope="session")
def model(furnished: Furnished) -> int:
    """The id of an uploaded model."""
    return furnished.iris


def _fitted(estimator: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = load_iris(as_frame=True)
    frame = data.data.set_axis(list(ROW), axis=1)
    names = data.target.map(dict(enumerate(data.target_names)))
    path = tmp_path_factory.mktemp("models") / "model.joblib"
    joblib.dump(estimator.fit(frame, names), path)
    return path
