"""A whole process with a real model that can answer predictions, for the scripts that measure single calls.

Used by `profile_call`. `prepare` makes a home with one account, model, API and key; `Caller` opens it in this process
and sends the same call through the bare door, again and again, without a server.
"""

from __future__ import annotations

import io
import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import joblib
from flask_migrate import upgrade
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from backend.app import create_app
from backend.bootstrap import Process, build_process
from backend.config import Settings
from backend.engine.limits.limiter import StateLimiter
from backend.gateway.authentication import Authenticator
from backend.routes.prediction_door import PredictionDoor
from backend.services.account_service import ensure_first_admin
from scripts.hot_path import BODY, CALLS_PER_MINUTE, STEP_NS, environ_of, no_body, refuse

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

COLUMNS = ("sepal_length", "sepal_width", "petal_length", "petal_width")
PASSWORD = "measured, never served"  # noqa: S105 - of a home that is thrown away


@dataclass(frozen=True, slots=True)
class Prepared:
    """A home and the API in it."""

    home: Path
    api_id: int
    key: str


def settings_of(home: Path) -> Settings:
    """Give the settings of a process in a home; quiet, and with a signing secret that protects nothing."""
    return Settings(
        modelport_home=home / "instance",
        models_store=home / "models",
        web_root=home / "web",
        secret_key="a secret of measurements, long enough for HS256",  # noqa: S106 - nobody signs in
        log_level="CRITICAL",
    )


def prepare(home: Path) -> Prepared:
    """Make the database, an administrator on the largest plan, a scaled logistic regression and its API."""
    app = create_app(settings_of(home))
    try:
        with app.app_context():
            upgrade()
            admin = ensure_first_admin("", PASSWORD)
        client = app.test_client(use_cookies=False)
        credentials = {"email": admin.email if admin else "", "password": PASSWORD}
        token = client.post("/api/v1/auth/login", json=credentials).get_json()["access_token"]
        headers = {"Authorization": f"Bearer {token}"}
        form = {"file": (io.BytesIO(trained()), "iris.joblib"), "name": "Iris"}
        model = client.post("/api/models", data=form, headers=headers, content_type="multipart/form-data").get_json()
        limit = {"rate_limit_per_minute": CALLS_PER_MINUTE}
        api = client.post(f"/api/export/{model['id']}", json=limit, headers=headers).get_json()
    finally:
        app.extensions["modelport.process"].stop()
    return Prepared(home, api["api_id"], api["api_key"])


def trained() -> bytes:
    """Give the measured model as joblib writes it."""
    data = load_iris(as_frame=True)
    buffer = io.BytesIO()
    model = make_pipeline(StandardScaler(), LogisticRegression())
    joblib.dump(model.fit(data.data.set_axis(list(COLUMNS), axis=1), data.target), buffer)
    return buffer.getvalue()


class Caller:
    """Sends one call again and again; every part it works with is the real one, but for the limits' clock."""

    def __init__(self, fixture: Prepared) -> None:
        """Open the home's process, and answer once so that everything is loaded and remembered."""
        self.process: Process = build_process(settings_of(fixture.home))
        limiter = StateLimiter(self.process.state, itertools.count(time.time_ns(), STEP_NS).__next__)
        gateway = self.process.gateway
        authenticator = Authenticator(gateway.authenticator.directory, limiter)
        self.environ = environ_of(fixture.api_id, fixture.key)
        self.door: WSGIApplication = PredictionDoor(
            refuse,
            replace(gateway, limiter=limiter, authenticator=authenticator),
            self.process.kinds["ml.predict"],
            secure=False,
        )
        self.status = ""
        answer = self.send(self.door)
        if self.status != "200 OK":
            raise SystemExit(f"the measured call is answered {self.status}: {answer!r}")

    def send(self, application: WSGIApplication) -> bytes:
        """Send the call to a WSGI application and give the answer's body."""
        environ = {**self.environ, "wsgi.input": io.BytesIO(BODY)}
        return b"".join(application(environ, self._start_response))

    def _start_response(self, status: str, headers: list[tuple[str, str]], *_: object) -> Callable[[bytes], object]:
        del headers
        self.status = status
        return no_body
