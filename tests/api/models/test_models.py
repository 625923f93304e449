"""Guarantees of listing, reading and deleting models."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from backend.models import APIRequest, AppKey, ExportedAPI, db
from tests.api.conftest import Person, without_request_id
from tests.api.models.test_upload import stored_files, uploaded_files
from tests.api.portal import fold
from tests.metering import append, record

Upload = Callable[..., TestResponse]
UNKNOWN_IDS = ["0", "999999", str(2**31), str(2**63 - 1), str(2**63), "9" * 40, "9" * 5_000]


def test_a_list_has_ones_own_models_newest_first(alice: Person, bob: Person, upload: Upload) -> None:
    """Nobody sees another's models in a list."""
    ids = [upload(alice, name=name).get_json()["id"] for name in ("first", "second")]
    upload(bob)

    listed = alice.get("/api/models").get_json()

    assert [model["id"] for model in listed] == ids[::-1]
    assert listed[0] == alice.get(f"/api/models/{ids[1]}").get_json()


def test_a_list_comes_in_pages_that_the_link_header_connects(alice: Person, upload: Upload) -> None:
    """Following rel=next gives every model once, also while newer ones arrive."""
    ids = [upload(alice).get_json()["id"] for _ in range(3)]
    seen, path = [], "/api/models?limit=2"
    first = alice.get(path)
    upload(alice)
    seen += [model["id"] for model in first.get_json()]
    path = first.headers["Link"].removeprefix("<").partition(">")[0]
    second = alice.get(path)
    seen += [model["id"] for model in second.get_json()]

    assert seen == ids[::-1]
    assert first.headers["Link"].endswith('; rel="next"')
    assert "Link" not in second.headers


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("limit=0", 422),
        ("limit=201", 422),
        ("limit=x", 422),
        ("limit=1&limit=2", 422),
        ("limit=", 422),
        ("unknown=1", 422),
        ("cursor=%00", 400),
        ("cursor=abc", 400),
        ("cursor=LTE", 400),
        ("cursor=" + "9" * 40, 400),
    ],
)
def test_a_query_that_does_not_fit_is_refused(alice: Person, query: str, status: int) -> None:
    """No query string ends in a 500 or is silently ignored."""
    assert alice.get(f"/api/models?{query}").status_code == status


def test_an_administrator_sees_every_model(alice: Person, admin: Person, model: dict[str, Any]) -> None:
    """Somebody can help."""
    assert [row["id"] for row in admin.get("/api/models").get_json()] == [model["id"]]
    assert admin.get(f"/api/models/{model['id']}").get_json()["owner"]["email"] == alice.email


@pytest.mark.parametrize("method", ["get", "delete"])
def test_anothers_model_answers_as_an_unknown_one(bob: Person, model: dict[str, Any], method: str) -> None:
    """Nobody learns which ids exist: both answers are the same, byte for byte."""
    anothers = getattr(bob, method)(f"/api/models/{model['id']}")
    unknown = getattr(bob, method)("/api/models/424242")

    assert anothers.status_code == unknown.status_code == 404
    assert without_request_id(anothers) == without_request_id(unknown)
    assert len(anothers.data) == len(unknown.data)


@pytest.mark.parametrize("model_id", UNKNOWN_IDS)
def test_an_id_that_cannot_exist_is_not_found(alice: Person, model_id: str) -> None:
    """Ids beyond what a database holds are 404, not 500."""
    assert alice.get(f"/api/models/{model_id}").status_code == 404
    assert alice.delete(f"/api/models/{model_id}").status_code == 404
    assert alice.post(f"/api/export/{model_id}").status_code == 404


@pytest.mark.parametrize("method", ["get", "delete"])
def test_models_need_a_session(client: FlaskClient, model: dict[str, Any], method: str) -> None:
    """No route shows or deletes anything anonymously."""
    assert getattr(client, method)(f"/api/models/{model['id']}").status_code == 401
    assert client.get("/api/models").status_code == 401


def test_a_deleted_model_is_gone_with_its_file(alice: Person, app: Flask, model: dict[str, Any]) -> None:
    """Deleting frees the disk."""
    answer = alice.delete(f"/api/models/{model['id']}")

    assert (answer.status_code, answer.data) == (204, b"")
    assert alice.get(f"/api/models/{model['id']}").status_code == 404
    assert stored_files(app) == []


def test_equal_files_share_their_bytes_and_survive_each_other(
    alice: Person, bob: Person, app: Flask, upload: Upload
) -> None:
    """Two uploads of one file take its space once; deleting one leaves the other whole."""
    first, second = (upload(person).get_json() for person in (alice, bob))
    files = uploaded_files(app)

    assert len({path.stat().st_ino for path in files}) == 1
    alice.delete(f"/api/models/{first['id']}")
    assert len(uploaded_files(app)) == 1
    assert uploaded_files(app)[0].stat().st_size == second["file_bytes"]


def test_a_served_model_is_not_deleted_by_mistake(alice: Person, exported: dict[str, Any]) -> None:
    """Deleting an exported model is a conflict that names its APIs."""
    answer = alice.delete(f"/api/models/{exported['model_id']}")

    assert answer.status_code == 409
    assert answer.get_json()["error"]["details"] == {"api_ids": [exported["id"]]}
    assert alice.get(f"/api/exports/{exported['id']}").status_code == 200


def test_force_takes_the_apis_their_keys_and_their_logs_along(
    alice: Person, app: Flask, exported: dict[str, Any]
) -> None:
    """Nothing of a deleted model goes on working or takes space."""
    append(app.extensions["modelport.process"].runtime.journal_folder, record(exported["id"]))
    fold(app)

    assert alice.delete(f"/api/models/{exported['model_id']}?force=1").status_code == 204

    with app.app_context():
        for table in (ExportedAPI, AppKey, APIRequest):
            assert db.session.scalar(select(func.count()).select_from(table)) == 0
    assert stored_files(app) == []


def test_a_model_lists_the_apis_that_serve_it(alice: Person, exported: dict[str, Any]) -> None:
    """The model's page links to its APIs."""
    body = alice.get(f"/api/models/{exported['model_id']}").get_json()

    assert body["exports"] == [{"api_id": exported["id"], "name": exported["name"], "status": "active"}]


def test_an_upload_that_died_leaves_nothing_after_the_next_start(app: Flask) -> None:
    """What a killed process was receiving is swept away; what a living one receives is not."""
    from backend.services.incoming_artefact import IncomingArtefact

    store = app.extensions["modelport.process"].runtime.artefacts
    orphan: Path = store.incoming()
    orphan.write_bytes(b"half a model")
    with IncomingArtefact(store) as living:
        living.write(b"half a model")
        removed = store.remove_orphans()
        assert living.path.exists()

    assert removed == 1
    assert not orphan.exists()
    assert not living.path.exists()


def test_a_newcomer_takes_the_demo_model_and_serves_it(alice: Person) -> None:
    """Who has no model at hand can try everything all the same."""
    made = alice.post("/api/models/demo")
    assert made.status_code == 201, made.get_json()
    api = alice.post(f"/api/export/{made.get_json()['id']}").get_json()
    example = alice.get(f"/api/exports/{api['api_id']}").get_json()["example"]
    answer = alice.client.post(api["api_endpoint"], json=example, headers={"X-API-Key": api["api_key"]})
    assert answer.get_json()["prediction"] in {"setosa", "versicolor", "virginica"}
