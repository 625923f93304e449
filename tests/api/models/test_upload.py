"""Guarantees of uploading a model."""

from __future__ import annotations

import hashlib
import io
import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from backend.bootstrap import Process
from backend.models import MLModel, db
from tests.api.conftest import BuildApp, Person

Upload = Callable[..., TestResponse]


class Touches:
    """A pickle of it makes a file where it is loaded."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, (f"touch {self.path}",)


def stored_files(app: Flask) -> list[Path]:
    """Every file in the artefact store, uploads on their way included."""
    process: Process = app.extensions["modelport.process"]
    root: Path = process.runtime.artefacts.incoming().parent.parent
    return sorted(path for path in root.rglob("*") if path.is_file())


def uploaded_files(app: Flask) -> list[Path]:
    """Give those of them that were uploaded, without what was compiled from them."""
    return [path for path in stored_files(app) if path.suffix != ".compiled"]


def test_an_accepted_model_answers_with_its_contract(alice: Person, upload: Upload, iris_bytes: bytes) -> None:
    """The answer has all that the model's page shows."""
    answer = upload(alice, name="Iris", description="Three species", file_name="../models/iris.joblib")

    body = answer.get_json()
    assert answer.status_code == 201, body
    assert (body["name"], body["version"], body["description"]) == ("Iris", 1, "Three species")
    assert (body["file_name"], body["file_bytes"]) == ("iris.joblib", len(iris_bytes))
    assert body["sha256"] == hashlib.sha256(iris_bytes).hexdigest()
    assert (body["framework"], body["task"]) == ("scikit-learn", "classification")
    assert (body["estimator"], body["pipeline"]) == ("LogisticRegression", ["StandardScaler", "LogisticRegression"])
    names = ["sepal_length", "sepal_width", "petal_length", "petal_width"]
    assert [column["name"] for column in body["contract"]["columns"]] == names
    assert list(body["input_schema"]["properties"]) == names
    assert body["contract"]["classes"] == ["setosa", "versicolor", "virginica"]
    assert set(body["contract"]["example"]) == set(names)
    assert body["owner"] == {"id": alice.id, "email": alice.email}
    assert body["exports"] == []
    assert body["created_at"].endswith("Z")


def test_a_model_without_a_name_is_named_after_its_file(alice: Person, upload: Upload) -> None:
    """One file is enough."""
    assert upload(alice, file_name="credit risk v2.pkl").get_json()["name"] == "credit risk v2"


def test_a_sample_may_come_as_a_file_or_as_text(alice: Person, upload: Upload) -> None:
    """Ranges that the model does not keep are read from sample rows."""
    rows = "sepal_length,sepal_width,petal_length,petal_width\n5.1,3.5,1.4,0.2\n6.2,3.4,5.4,2.3\n"
    as_text = upload(alice, sample=rows)
    as_file = upload(alice, sample=(io.BytesIO(rows.encode()), "rows.csv"))

    assert as_text.status_code == as_file.status_code == 201
    assert as_text.get_json()["contract"] == as_file.get_json()["contract"]
    assert as_file.get_json()["contract"]["columns"][0]["minimum"] == 5.1


def test_uploads_of_one_name_are_counted(alice: Person, bob: Person, upload: Upload) -> None:
    """Versions count per account and name."""
    versions = [upload(person, name="Iris").get_json()["version"] for person in (alice, alice, bob)]

    assert versions == [1, 2, 1]


def test_a_pickle_that_would_run_code_is_refused_and_nothing_runs(
    alice: Person, upload: Upload, app: Flask, tmp_path: Path
) -> None:
    """os.system in a pickle is named in the refusal, is never called, and the file is gone."""
    trace = tmp_path / "executed"

    answer = upload(alice, pickle.dumps(Touches(trace)), "model.pkl")

    error = answer.get_json()["error"]
    assert answer.status_code == 422
    assert error["code"] == "ARTEFACT_REFUSED"
    assert any("system" in name for name in error["details"]["globals"])
    assert error["details"]["reason"]
    assert not trace.exists()
    assert stored_files(app) == []
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(MLModel)) == 0


@pytest.mark.parametrize("content", [b"not a pickle", b"\x80\x05.", b"PK\x03\x04", b"\x80\x05X\xff\xff\xff\xff."])
def test_what_is_no_model_is_refused(alice: Person, upload: Upload, app: Flask, content: bytes) -> None:
    """Any file gets an answer that says it is no model."""
    answer = upload(alice, content, "model.pkl")

    assert answer.status_code == 422
    assert answer.get_json()["error"]["code"] == "ARTEFACT_REFUSED"
    assert stored_files(app) == []


@pytest.mark.parametrize(
    ("file_name", "content", "constraint"),
    [
        ("model.exe", b"x", "suffix"),
        ("model", b"x", "suffix"),
        ("model.joblib.txt", b"x", "suffix"),
        (".joblib", b"x", "suffix"),
        ("model.joblib", b"", "empty"),
    ],
)
def test_files_of_another_kind_are_refused_before_they_are_read(
    alice: Person, upload: Upload, app: Flask, file_name: str, content: bytes, constraint: str
) -> None:
    """Only .joblib and .pkl files with something in them reach the inspection."""
    answer = upload(alice, content, file_name)

    details = answer.get_json()["error"]["details"]
    assert answer.status_code == 422
    assert (details["field"], details["constraint"]) == ("file", constraint)
    assert stored_files(app) == []


@pytest.mark.parametrize(
    ("fields", "field", "constraint"),
    [
        ({"name": "x" * 201}, "name", "max_length"),
        ({"name": "a\nb"}, "name", "pattern"),
        ({"description": "x" * 10_001}, "description", "max_length"),
        ({"description": "nul\x00"}, "description", "pattern"),
        ({"task": "regression"}, "task", "contradicts_model"),
        ({"task": "magic"}, "task", "one_of"),
        ({"owner": "bob"}, "owner", "unknown"),
    ],
)
def test_a_field_that_does_not_fit_is_named(
    alice: Person, upload: Upload, app: Flask, fields: dict[str, Any], field: str, constraint: str
) -> None:
    """The form can put the message at its field, and no file stays."""
    answer = upload(alice, **fields)

    details = answer.get_json()["error"]["details"]
    assert answer.status_code == 422
    assert (details["field"], details["constraint"]) == (field, constraint)
    assert stored_files(app) == []


@pytest.mark.parametrize("name", ["../../etc/passwd.joblib", "/etc/cron.d/x.pkl", "..\\..\\x.joblib", "a\x01b.pkl"])
def test_a_file_name_never_becomes_a_path(alice: Person, upload: Upload, app: Flask, name: str) -> None:
    """The store names files itself, by their digest."""
    body = upload(alice, file_name=name).get_json()

    assert "/" not in body["file_name"]
    assert "\\" not in body["file_name"]
    assert [path.name[:64] for path in uploaded_files(app)] == [body["sha256"]]


def test_two_files_or_none_are_refused(alice: Person, iris_bytes: bytes, app: Flask) -> None:
    """One upload is one model."""
    two = [(io.BytesIO(iris_bytes), "a.joblib"), (io.BytesIO(iris_bytes), "b.joblib")]
    twice = alice.post("/api/models", data={"file": two}, content_type="multipart/form-data")
    none = alice.post("/api/models", data={"name": "x"}, content_type="multipart/form-data")

    assert twice.status_code == none.status_code == 422
    assert twice.get_json()["error"]["details"]["constraint"] == "repeated"
    assert none.get_json()["error"]["details"]["constraint"] == "required"
    assert stored_files(app) == []


@pytest.mark.parametrize(
    ("media_type", "status"),
    [("application/json", 415), ("text/plain", 415), ("multipart/form-data", 400)],
)
def test_a_body_that_is_no_form_is_refused(alice: Person, media_type: str, status: int) -> None:
    """The answer says what was expected."""
    assert alice.post("/api/models", data=b"{}", content_type=media_type).status_code == status


@pytest.mark.parametrize("body", [b"", b"--x", b"--x\r\nbroken", b"--x--\r\n", b"--y\r\n\r\n\r\n--y--\r\n"])
def test_a_broken_form_never_ends_in_a_500(alice: Person, app: Flask, body: bytes) -> None:
    """Whatever the bytes, the answer is a refusal and no file stays."""
    answer = alice.post("/api/models", data=body, content_type="multipart/form-data; boundary=x")

    assert answer.status_code in {400, 422}
    assert stored_files(app) == []


def test_an_upload_over_the_bound_is_refused_by_size(build_app: BuildApp, iris_bytes: bytes) -> None:
    """UPLOAD_BYTES_MAX holds, and the refusal names it."""
    client = build_app(upload_bytes_max=1_000).test_client(use_cookies=False)
    body = {"email": "a@example.com", "password": "correct horse battery", "name": "A"}
    token = client.post("/api/v1/auth/register", json=body).get_json()["access_token"]

    answer = client.post(
        "/api/models",
        data=b"x" * 6_000_000,
        content_type="multipart/form-data; boundary=x",
        headers={"Authorization": f"Bearer {token}"},
    )

    assert answer.status_code == 413
    assert answer.get_json()["error"]["details"] == {"bytes_max": 1_000}


def test_the_bound_counts_the_file_alone(build_app: BuildApp, iris_bytes: bytes) -> None:
    """A file one byte over the bound is refused although form and sample have room of their own."""
    client = build_app(upload_bytes_max=len(iris_bytes) - 1).test_client(use_cookies=False)
    body = {"email": "a@example.com", "password": "correct horse battery", "name": "A"}
    token = client.post("/api/v1/auth/register", json=body).get_json()["access_token"]

    answer = client.post(
        "/api/models",
        data={"file": (io.BytesIO(iris_bytes), "model.joblib")},
        headers={"Authorization": f"Bearer {token}"},
    )

    assert answer.status_code == 413


def test_uploading_needs_a_session(client: FlaskClient, app: Flask, iris_bytes: bytes) -> None:
    """Nobody anonymous fills the disk."""
    form = {"file": (io.BytesIO(iris_bytes), "iris.joblib")}

    answer = client.post("/api/models", data=form, content_type="multipart/form-data")

    assert answer.status_code == 401
    assert stored_files(app) == []
