"""A whole application on a database and home of its own, people who are signed in, and a small model to upload."""

from __future__ import annotations

import io
import itertools
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import joblib
import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from backend.app import create_app
from backend.bootstrap import build_process
from backend.config import Settings
from backend.core.clock import FrozenClock
from backend.engine.serving import compile_sandbox, sandbox
from backend.models import Account, db
from backend.services import account_service, compile_service, model_service

PASSWORD = "correct horse battery"
ROW = {"sepal_length": 5.1, "sepal_width": 3.5, "petal_length": 1.4, "petal_width": 0.2}
"""What the model of `iris_bytes` takes: setosa."""
BuildApp = Callable[..., Flask]
_numbers = itertools.count(1)


@dataclass
class Person:
    """Somebody signed in with a bearer token, so that no cookie and no CSRF token is in the way."""

    client: FlaskClient
    id: str
    email: str
    token: str
    refresh_token: str

    @property
    def headers(self) -> dict[str, str]:
        """What authenticates their calls."""
        return {"Authorization": f"Bearer {self.token}"}

    def get(self, path: str, **options: Any) -> TestResponse:
        """Read."""
        return self.client.get(path, headers=self.headers, **options)

    def post(self, path: str, **options: Any) -> TestResponse:
        """Make."""
        return self.client.post(path, headers=self.headers, **options)

    def put(self, path: str, **options: Any) -> TestResponse:
        """Set."""
        return self.client.put(path, headers=self.headers, **options)

    def patch(self, path: str, **options: Any) -> TestResponse:
        """Change."""
        return self.client.patch(path, headers=self.headers, **options)

    def delete(self, path: str, **options: Any) -> TestResponse:
        """Delete."""
        return self.client.delete(path, headers=self.headers, **options)


@pytest.fixture(scope="session", autouse=True)
def _cheap_password_hashes() -> Iterator[None]:
    """Hash with the least cost: tests sign up hundreds of people."""
    patch = pytest.MonkeyPatch()
    patch.setattr(account_service, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    yield
    patch.undo()


@pytest.fixture(scope="session", autouse=True)
def _one_inspection_a_file() -> Iterator[None]:
    """Inspect a file for real once and remember what came out: a child process costs two seconds of every test."""
    real, remembered = sandbox.inspect_artefact, dict[tuple[bytes, bytes | None], sandbox.Inspection]()

    def inspect(path: Path, sample: bytes | None = None, *, limits: Any) -> sandbox.Inspection:
        known = path.read_bytes(), sample
        if known not in remembered:
            remembered[known] = real(path, sample, limits=limits)
        return remembered[known]

    patch = pytest.MonkeyPatch()
    patch.setattr(model_service, "inspect_artefact", inspect)
    yield
    patch.undo()


@pytest.fixture(scope="session", autouse=True)
def _one_compilation_a_file() -> Iterator[None]:
    """Compile a file for real once, as it is inspected once; the form it wrote is written again."""
    real, remembered = compile_sandbox.compile_artefact, dict[str, tuple[compile_sandbox.Compilation, bytes]]()

    def compile_once(path: Path, sha256: str, contract: Any, *, form: Any, **rest: Any) -> compile_sandbox.Compilation:
        if sha256 not in remembered:
            done = real(path, sha256, contract, form=form, **rest)
            remembered[sha256] = done, os.pread(form.fileno(), os.fstat(form.fileno()).st_size, 0)
            return done
        os.pwrite(form.fileno(), remembered[sha256][1], 0)
        return remembered[sha256][0]

    patch = pytest.MonkeyPatch()
    patch.setattr(compile_service, "compile_artefact", compile_once)
    yield
    patch.undo()


@pytest.fixture(scope="session", autouse=True)
def _one_builder_a_route() -> Iterator[None]:
    """Compile what builds a route's address once: all applications have the same, and it takes a seventh of a test.

    The code is a function of what the key holds; converters are looked up in the rule that it is bound to.
    """
    real, remembered = Rule._compile_builder, dict[tuple[object, ...], Any]()

    def compile_once(rule: Rule, append_unknown: bool = True) -> Any:  # noqa: FBT001, FBT002 - as it is called
        if rule.defaults:
            return real(rule, append_unknown)
        key = rule.rule, tuple(rule._trace), append_unknown
        if key not in remembered:
            remembered[key] = real(rule, append_unknown)
        return remembered[key]

    patch = pytest.MonkeyPatch()
    patch.setattr(Rule, "_compile_builder", compile_once)
    yield
    patch.undo()


@pytest.fixture(scope="session")
def migrated_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file as the migrations make it, copied by every application."""
    home = tmp_path_factory.mktemp("template")
    app = create_app(settings_of(home))
    with app.app_context():
        upgrade()
        db.session.connection().exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    close(app)
    return home / "instance" / "modelport.db"


@pytest.fixture
def clock() -> FrozenClock:
    """The time, in the test's hand; begins now, since tokens carry the machine's time."""
    return FrozenClock(datetime.now(UTC))


@pytest.fixture
def build_app(tmp_path: Path, migrated_database: Path, clock: FrozenClock) -> Iterator[BuildApp]:
    """Give a function that builds an application with some settings changed; all are closed in the end."""
    built: list[Flask] = []

    def build(**changes: Any) -> Flask:
        settings = replace(settings_of(tmp_path), **changes)
        settings.modelport_home.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(migrated_database, settings.modelport_home / "modelport.db")
        built.append(create_app(settings, build_process(settings, clock)))
        return built[-1]

    yield build
    for app in built:
        close(app)


@pytest.fixture
def app(build_app: BuildApp) -> Flask:
    """An application whose sign-in limit is out of the way."""
    return build_app()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser: keeps cookies."""
    return app.test_client()


@pytest.fixture
def sign_up(app: Flask) -> Callable[[], Person]:
    """Give a function that makes an account and signs it in."""

    def make() -> Person:
        anonymous = app.test_client(use_cookies=False)
        email = f"person{next(_numbers)}@example.com"
        body = {"email": email, "password": PASSWORD, "name": "A Person"}
        made = anonymous.post("/api/v1/auth/register", json=body).get_json()
        return Person(anonymous, made["user"]["id"], email, made["access_token"], made["refresh_token"])

    return make


@pytest.fixture
def alice(sign_up: Callable[[], Person]) -> Person:
    """An account."""
    return sign_up()


@pytest.fixture
def bob(sign_up: Callable[[], Person]) -> Person:
    """Another account, which owns nothing of Alice's."""
    return sign_up()


@pytest.fixture
def admin(app: Flask, sign_up: Callable[[], Person]) -> Person:
    """An administrator."""
    person = sign_up()
    with app.app_context():
        account = db.session.get_one(Account, person.id)
        account.role = "admin"
        db.session.commit()
    return person


@pytest.fixture(scope="session")
def iris_bytes() -> bytes:
    """A scaled logistic regression over four named columns, as joblib writes it."""
    data = load_iris(as_frame=True)
    frame = data.data.rename(columns=lambda name: name.removesuffix(" (cm)").replace(" ", "_"))
    species = data.target.map(dict(enumerate(data.target_names)))
    buffer = io.BytesIO()
    joblib.dump(make_pipeline(StandardScaler(), LogisticRegression()).fit(frame, species), buffer)
    return buffer.getvalue()


@pytest.fixture
def upload(iris_bytes: bytes) -> Callable[..., TestResponse]:
    """Give a function that uploads a file as somebody."""

    def send(
        person: Person, content: bytes = iris_bytes, file_name: str = "iris.joblib", **fields: Any
    ) -> TestResponse:
        form = {"file": (io.BytesIO(content), file_name), **fields}
        return person.post("/api/models", data=form, content_type="multipart/form-data")

    return send


@pytest.fixture
def model(alice: Person, upload: Callable[..., TestResponse]) -> dict[str, Any]:
    """Alice's model."""
    made = upload(alice)
    assert made.status_code == 201, made.get_json()
    answer: dict[str, Any] = made.get_json()
    return answer


@pytest.fixture
def exported(alice: Person, model: dict[str, Any]) -> dict[str, Any]:
    """Alice's model as an API, with the key of the one answer that shows it."""
    made = alice.post(f"/api/export/{model['id']}")
    assert made.status_code == 201, made.get_json()
    answer: dict[str, Any] = made.get_json()
    return answer


def close(app: Flask) -> None:
    """Close what an application opened, so that hundreds of tests do not run out of files."""
    app.extensions["modelport.process"].stop()
    with app.app_context():
        db.engine.dispose()


def settings_of(home: Path) -> Settings:
    """Give the settings of an application in a folder of its own."""
    return Settings(
        modelport_home=home / "instance",
        models_store=home / "models",
        web_root=home / "web",
        secret_key="a secret of the tests, long enough for HS256",
        auth_calls_per_minute=10_000,
        log_level="CRITICAL",
    )


def without_request_id(answer: TestResponse) -> dict[str, Any]:
    """Give an answer's body without what differs by design."""
    body: dict[str, Any] = answer.get_json()
    return {name: value for name, value in body.items() if name != "request_id"}
