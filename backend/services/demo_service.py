"""The demo: three models trained on scikit-learn's bundled data, uploaded and exported as anybody's would be.

Made once, at the first start with DEMO=1; any account may have the first of them. Its traffic is real: calls over HTTP
with rows of the data sets, some of them wrong on purpose, as callers' are.
"""

# ruff: noqa: TID253 - imported where models are trained: by the setup command, and by the route of the demo model

from __future__ import annotations

import io
import random
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import joblib
from sklearn.compose import make_column_transformer
from sklearn.datasets import load_diabetes, load_iris, load_wine
from sklearn.ensemble import GradientBoostingClassifier, RandomForestRegressor
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from backend.core.jsontools import dumps
from backend.core.logging import get_logger
from backend.models import MLModel
from backend.services.access import Viewer
from backend.services.api_export_service import APIExportService
from backend.services.documentation_service import snippets
from backend.services.model_service import add_model

log = get_logger(__name__)
CALLS_EACH = 60
CALLS_A_MINUTE = 80
"""Below the limit of a new key, so that the demo's own calls are not refused."""
SEED = 20


@dataclass(frozen=True, slots=True)
class DemoModel:
    """A trained model, with what its uploader would say of it."""

    name: str
    description: str
    estimator: Any
    sample: Any
    """The first rows of the training data, as a frame."""


def make_demo(account_id: str) -> dict[str, object]:
    """Train, upload and export the three models; give the printed call and the keys for the first traffic."""
    viewer = Viewer(account_id=account_id, is_admin=True)
    curl: list[str] = []
    keys: dict[str, str] = {}
    for demo in (iris(), diabetes(), wine()):
        model = _add(demo, viewer)
        exported = APIExportService.export_model(model.id, viewer=viewer)
        keys[str(exported.api.id)] = exported.api_key
        curl.append(snippets(exported.api, key=exported.api_key).curl)
    return {"curl": curl[:1], "traffic": keys}


def add_first_model(viewer: Viewer) -> MLModel:
    """Give an account the iris model, through the same inspection as any upload, so that it can try everything."""
    return _add(iris(), viewer)


def _add(demo: DemoModel, viewer: Viewer) -> MLModel:
    return add_model(
        viewer=viewer,
        file=as_artefact(demo.estimator),
        file_name=f"{demo.name.lower().replace(' ', '-')}.joblib",
        name=demo.name,
        description=demo.description,
        sample=demo.sample.to_json(orient="records").encode(),
    )


def iris() -> DemoModel:
    """A classifier: which iris it is, from four lengths."""
    data = load_iris(as_frame=True)
    frame = data.data.rename(columns=lambda name: name.removesuffix(" (cm)").replace(" ", "_") + "_cm")
    species = data.target.map(dict(enumerate(data.target_names)))
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(frame, species)
    return DemoModel("Iris species", "Which iris it is, from the lengths of its leaves.", model, frame.head(200))


def diabetes() -> DemoModel:
    """A regressor: how far diabetes has progressed after a year."""
    data = load_diabetes(as_frame=True, scaled=False)
    model = RandomForestRegressor(n_estimators=50, random_state=SEED).fit(data.data, data.target)
    return DemoModel(
        "Diabetes progression", "Disease progression one year after the measurements.", model, data.data.head(200)
    )


def wine() -> DemoModel:
    """A pipeline with text categories: the cultivar of a wine, from measurements put into words and numbers."""
    data = load_wine(as_frame=True)
    frame = data.data[["alcohol", "malic_acid", "flavanoids", "proline"]].copy()
    strength = frame["alcohol"].map(
        lambda percent: "light" if percent < 12.5 else "medium" if percent < 13.5 else "strong"
    )
    hue = data.data["hue"].map(lambda value: "brick" if value < 0.8 else "ruby" if value < 1.1 else "purple")
    frame = frame.drop(columns="alcohol").assign(strength=strength, colour=hue)
    columns = make_column_transformer(
        (OneHotEncoder(), ["strength", "colour"]), (StandardScaler(), ["malic_acid", "flavanoids", "proline"])
    )
    cultivar = data.target.map(lambda number: f"cultivar {number + 1}")
    model = make_pipeline(columns, GradientBoostingClassifier(n_estimators=40, random_state=SEED)).fit(frame, cultivar)
    return DemoModel("Wine cultivar", "Where a wine comes from, by its strength, colour and chemistry.", model, frame)


def as_artefact(estimator: object) -> io.BytesIO:
    """Write an estimator as joblib does, in memory."""
    buffer = io.BytesIO()
    joblib.dump(estimator, buffer)
    buffer.seek(0)
    return buffer


def make_traffic(base_url: str, keys: Mapping[str, str]) -> None:
    """Call every demo API with rows of its data, at a pace below its limit."""
    chooser = random.Random(SEED)  # noqa: S311 - chooses rows, guards nothing
    demos = dict(zip(keys, (iris(), diabetes(), wine()), strict=True))
    for _ in range(CALLS_EACH):
        for api_id, demo in demos.items():
            if not call(f"{base_url}/api/predict/{api_id}", keys[api_id], body(demo, chooser)):
                return
        time.sleep(60 / CALLS_A_MINUTE)


def body(demo: DemoModel, chooser: random.Random) -> bytes:
    """Give one row of the data; now and then several, now and then one that lacks a column."""
    rows = demo.sample.to_dict(orient="records")
    kind = chooser.random()
    if kind < 0.08:
        incomplete = dict(chooser.choice(rows))
        incomplete.pop(next(iter(incomplete)))
        return dumps(incomplete)
    if kind < 0.2:
        return dumps(chooser.sample(rows, 5))
    return dumps(chooser.choice(rows))


def call(url: str, key: str, payload: bytes) -> bool:
    """Make one call; a refusal is an answer too. False when nobody answers."""
    request = urllib.request.Request(  # noqa: S310 - our own address
        url, payload, {"X-API-Key": key, "Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            answer.read()
    except urllib.error.HTTPError as error:
        error.close()
    except OSError as error:
        # The server is on its way out, or not reachable at its public address: nobody to call.
        log.info("demo_traffic_ended", error=repr(error))
        return False
    return True
