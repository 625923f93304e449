"""The management routes on PostgreSQL: what SQLite takes and PostgreSQL refuses."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from flask_migrate import upgrade

from backend.app import create_app
from backend.bootstrap import Process
from backend.models import db
from tests.api.conftest import PASSWORD, Person, settings_of


@pytest.fixture
def carol(tmp_path: Path, postgres_uri: str) -> Iterator[Person]:
    """An account of an application on PostgreSQL."""
    app = create_app(replace(settings_of(tmp_path), database_url=postgres_uri))
    with app.app_context():
        upgrade()
    client = app.test_client(use_cookies=False)
    body = {"email": "carol@example.com", "password": PASSWORD, "name": "Carol"}
    made = client.post("/api/v1/auth/register", json=body).get_json()
    yield Person(client, made["user"]["id"], "carol@example.com", made["access_token"], made["refresh_token"])
    with app.app_context():
        db.engine.dispose()
    process: Process = app.extensions["modelport.process"]
    with process.runtime.sessions() as session:
        session.get_bind().engine.dispose()


@pytest.mark.slow
def test_a_model_lives_and_dies_on_postgresql_too(carol: Person, iris_bytes: bytes) -> None:
    """Upload, versions, export, new key, pages, deletion: one statement dialect is not enough."""
    uploads = [
        carol.post("/api/models", data={"file": (io.BytesIO(iris_bytes), "iris.joblib")}).get_json() for _ in range(2)
    ]
    exported = carol.post(f"/api/export/{uploads[0]['id']}").get_json()
    new_key = carol.post(f"/api/exports/{exported['id']}/regenerate-key", json={"grace_seconds": 60})
    page = carol.get("/api/models?limit=1")
    refused = carol.delete(f"/api/models/{uploads[0]['id']}")
    deleted = carol.delete(f"/api/models/{uploads[0]['id']}?force=1")

    assert [model["version"] for model in uploads] == [1, 2]
    assert new_key.status_code == 200
    assert page.get_json()[0]["id"] == uploads[1]["id"]
    assert "Link" in page.headers
    assert (refused.status_code, deleted.status_code) == (409, 204)
    assert carol.get("/api/exports").get_json() == []


@pytest.mark.slow
def test_what_postgresql_cannot_hold_is_refused_and_never_a_500(carol: Person) -> None:
    """Its integers end at 2^31 and its texts hold no NUL."""
    client: FlaskClient = carol.client
    for number in (str(2**31 - 1), str(2**31), str(2**63), "9" * 40):
        assert carol.get(f"/api/models/{number}").status_code == 404
        assert carol.delete(f"/api/exports/{number}").status_code == 404
    assert carol.get("/api/exports?cursor=OTk5OTk5OTk5OTk5OTk5OTk5").status_code == 200
    assert carol.patch("/api/v1/users/me", json={"name": "nul\x00"}).status_code == 422
    assert client.post("/api/v1/auth/login", json={"email": "nul\x00@x.y", "password": "x"}).status_code == 422


@pytest.mark.slow
def test_a_session_rotates_and_ends_on_postgresql_too(carol: Person) -> None:
    """One statement decides who wins a refresh."""
    path, body = "/api/v1/auth/refresh", {"refresh_token": carol.refresh_token}

    won, lost = carol.client.post(path, json=body), carol.client.post(path, json=body)
    carol.post("/api/v1/auth/logout")

    assert (won.status_code, lost.status_code) == (200, 401)
    assert carol.get("/api/v1/users/me").status_code == 401
