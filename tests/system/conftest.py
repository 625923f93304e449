"""One server for all system tests that do not break it, and small models to serve."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import joblib
import pytest
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from tests.system.server import Server, running_server

ROW = {"sepal_length": 5.1, "sepal_width": 3.5, "petal_length": 1.4, "petal_width": 0.2}


@pytest.fixture(scope="session")
def iris_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A scaled logistic regression with named columns, as joblib writes it."""
    data = load_iris(as_frame=True)
    frame = data.data.set_axis(list(ROW), axis=1)
    names = data.target.map(dict(enumerate(data.target_names)))
    path = tmp_path_factory.mktemp("models") / "iris.joblib"
    joblib.dump(make_pipeline(StandardScaler(), LogisticRegression()).fit(frame, names), path)
    return path


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with two workers; tests leave it whole."""
    with running_server(tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest.fixture(scope="session")
def model(server: Server, iris_file: Path) -> int:
    """The id of an uploaded model."""
    return int(server.upload(iris_file, "Iris")["id"])
