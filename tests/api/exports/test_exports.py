"""Guarantees of exporting models and of what their owner does with the APIs."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from backend.engine.keys import digest, is_well_formed
from backend.models import APIMetric, APIRequest, AppKey, ExportedAPI, db
from backend.services.api_export_service import APIExportService
from tests.api.conftest import BuildApp, Person, without_request_id
from tests.api.portal import fold
from tests.metering import append, record

Upload = Callable[..., TestResponse]
ROUTES = [
    ("get", "/api/exports/{id}", None),
    ("get", "/api/exports/{id}/openapi.json", None),
    ("patch", "/api/exports/{id}", {"name": "x"}),
    ("put", "/api/exports/{id}/status", {"status": "inactive"}),
    ("post", "/api/exports/{id}/regenerate-key", {}),
    ("delete", "/api/exports/{id}", None),
]
SHAPE = {
    "id", "name", "model_id", "model_name", "task", "api_endpoint", "api_url", "docs_url", "openapi_url",
    "api_key_masked", "key_id", "status", "created_at", "last_used_at", "total_requests", "rate_limit_per_minute",
    "allowed_origins",
}  # fmt: skip


@pytest.mark.parametrize("path", ["/api/export/{id}", "/api/exports/{id}"])
def test_one_request_without_a_body_exports_a_model(alice: Person, model: dict[str, Any], path: str) -> None:
    """One click is enough: the answer has the address and, this once, the key."""
    answer = alice.post(path.format(id=model["id"]))

    body = answer.get_json()
    assert answer.status_code == 201, body
    assert set(body) == SHAPE | {"api_id", "api_key", "warnings"}
    assert (body["api_id"], body["name"], body["model_name"]) == (body["id"], model["name"], model["name"])
    assert body["api_endpoint"] == f"/api/predict/{body['id']}"
    assert body["api_url"] == f"http://127.0.0.1:8000/api/predict/{body['id']}"
    assert (body["status"], body["total_requests"], body["last_used_at"]) == ("active", 0, None)
    assert (body["rate_limit_per_minute"], body["allowed_origins"]) == (100, [])
    assert is_well_formed(body["api_key"])
    assert len(body["api_key"]) >= 64
    assert body["api_key_masked"] == f"mp_live_...{body['api_key'][-4:]}"
    assert body["key_id"].startswith("ak_live_")


def test_only_the_digest_of_a_key_is_stored(app: Flask, exported: dict[str, Any]) -> None:
    """A copy of the database calls no API; exported_apis.api_key is the SHA-256 of the key."""
    with app.app_context():
        api = db.session.get_one(ExportedAPI, exported["id"])
        key = db.session.get_one(AppKey, exported["key_id"])
        stored = " ".join(str(value) for row in (api, key) for value in vars(row).values())
        assert api.api_key == key.digest == digest(exported["api_key"])
        assert key.scopes == [f"predict:{api.id}"]
        assert key.quota.sustained_limit == 100
    assert exported["api_key"] not in stored


def test_a_key_is_shown_once(alice: Person, exported: dict[str, Any]) -> None:
    """No later answer has the key in it."""
    later = [alice.get("/api/exports"), alice.get(f"/api/exports/{exported['id']}")]
    later += [alice.put(f"/api/exports/{exported['id']}/status", json={"status": "inactive"})]

    for answer in later:
        assert answer.status_code == 200
        assert exported["api_key"] not in answer.text


def test_an_export_can_be_named_limited_and_bound_to_origins(alice: Person, model: dict[str, Any]) -> None:
    """What the owner says at export is what the API has."""
    body = {"name": "Public", "allowed_origins": ["https://App.example.com", "http://localhost:3000"]}

    made = alice.post(f"/api/export/{model['id']}", json={**body, "rate_limit_per_minute": 7.0}).get_json()

    assert made["name"] == "Public"
    assert made["allowed_origins"] == ["https://app.example.com", "http://localhost:3000"]
    assert made["rate_limit_per_minute"] == 7


def test_a_model_can_be_exported_twice(alice: Person, exported: dict[str, Any]) -> None:
    """Each export has an address and a key of its own."""
    second = alice.post(f"/api/export/{exported['model_id']}").get_json()

    assert second["api_endpoint"] != exported["api_endpoint"]
    assert second["api_key"] != exported["api_key"]


@pytest.mark.parametrize(
    "body",
    [
        {"name": ""},
        {"name": "\x00"},
        {"name": 1},
        {"allowed_origins": "https://a.example"},
        {"allowed_origins": ["*"]},
        {"allowed_origins": ["https://a.example/path"]},
        {"allowed_origins": ["javascript:alert(1)"]},
        {"allowed_origins": ["https://a.example"] * 51},
        {"rate_limit_per_minute": 0},
        {"rate_limit_per_minute": 10**30},
        {"rate_limit_per_minute": "7"},
        {"rate_limit_per_minute": True},
        {"rate_limit_per_minute": 7.5},
        {"status": "active"},
        [],
    ],
)
def test_an_export_that_does_not_fit_is_refused_with_400(alice: Person, model: dict[str, Any], body: Any) -> None:
    """The export routes answer wrong input as their document says, and make nothing."""
    answer = alice.post(f"/api/export/{model['id']}", json=body)

    assert answer.status_code == 400
    assert answer.get_json()["error"]["code"] == "INVALID_INPUT"
    assert alice.get("/api/exports").get_json() == []


def test_a_list_has_ones_own_apis_newest_first_in_pages(
    alice: Person, bob: Person, admin: Person, model: dict[str, Any], upload: Upload
) -> None:
    """Nobody sees another's APIs in a list; an administrator sees all."""
    mine = [alice.post(f"/api/export/{model['id']}").get_json()["id"] for _ in range(3)]
    bobs = bob.post(f"/api/export/{upload(bob).get_json()['id']}").get_json()["id"]

    first = alice.get("/api/exports?limit=2")
    rest = alice.get(first.headers["Link"].removeprefix("<").partition(">")[0])

    assert [api["id"] for api in first.get_json() + rest.get_json()] == mine[::-1]
    assert set(first.get_json()[0]) == SHAPE
    assert [api["id"] for api in admin.get("/api/exports").get_json()] == [bobs, *mine[::-1]]


@pytest.mark.parametrize("query", ["limit=0", "limit=x", "cursor=%F0", "page=2"])
def test_a_query_that_does_not_fit_is_refused_with_400(alice: Person, query: str) -> None:
    """No query is silently ignored."""
    answer = alice.get(f"/api/exports?{query}")

    assert answer.status_code == 400
    assert answer.get_json()["error"]["code"] == "INVALID_INPUT"


def test_details_have_all_that_a_caller_needs(alice: Person, model: dict[str, Any], exported: dict[str, Any]) -> None:
    """Contract, schemas, an example and snippets with the placeholder for the key."""
    body = alice.get(f"/api/exports/{exported['id']}").get_json()

    assert set(body) == SHAPE | {"contract", "input_schema", "output_schema", "example", "snippets"}
    assert body["contract"] == model["contract"]
    assert (body["input_schema"], body["output_schema"]) == (model["input_schema"], model["output_schema"])
    assert body["example"] == model["contract"]["example"]
    assert set(body["snippets"]) == {"curl", "python", "javascript"}
    for snippet in body["snippets"].values():
        assert exported["api_url"] in snippet
        assert snippet.count("YOUR_API_KEY") == 1


@pytest.mark.parametrize(("method", "path", "body"), ROUTES)
def test_anothers_api_answers_as_an_unknown_one(
    bob: Person, exported: dict[str, Any], method: str, path: str, body: Any
) -> None:
    """Nobody learns which ids exist, and nobody touches another's API."""
    options = {} if body is None else {"json": body}
    anothers = getattr(bob, method)(path.format(id=exported["id"]), **options)
    unknown = getattr(bob, method)(path.format(id=424242), **options)

    assert anothers.status_code == unknown.status_code == 404
    assert without_request_id(anothers) == without_request_id(unknown)
    assert len(anothers.data) == len(unknown.data)


@pytest.mark.parametrize(("method", "path", "body"), [*ROUTES, ("post", "/api/export/{id}", {})])
def test_every_route_needs_a_session(
    client: FlaskClient, exported: dict[str, Any], method: str, path: str, body: Any
) -> None:
    """Nothing is shown, made or changed anonymously, and a browser's cookie alone changes nothing."""
    answer = getattr(client, method)(path.format(id=exported["id"]), json=body)
    listed = client.get("/api/exports")

    assert answer.status_code == listed.status_code == 401


@pytest.mark.parametrize(("method", "path", "body"), [route for route in ROUTES if route[0] != "get"])
def test_every_change_by_cookie_needs_the_csrf_token(
    client: FlaskClient, exported: dict[str, Any], method: str, path: str, body: Any
) -> None:
    """Another site cannot make a signed-in browser change anything."""
    form = {"email": "b@example.com", "password": "correct horse battery", "name": "B"}
    client.post("/api/v1/auth/register", json=form)

    assert getattr(client, method)(path.format(id=exported["id"]), json=body).status_code == 403


def test_anothers_model_cannot_be_exported(bob: Person, model: dict[str, Any]) -> None:
    """An export of another's model answers as one of no model."""
    anothers, unknown = bob.post(f"/api/export/{model['id']}"), bob.post("/api/export/424242")

    assert anothers.status_code == unknown.status_code == 404
    assert without_request_id(anothers) == without_request_id(unknown)


def test_an_api_can_be_switched_off_and_on(alice: Person, app: Flask, exported: dict[str, Any]) -> None:
    """A paused API's key is not valid until it is switched on again; every worker is told."""
    path = f"/api/exports/{exported['id']}/status"
    changes = app.extensions["modelport.process"].changes
    before = changes.generation()

    off = alice.put(path, json={"status": "inactive"})
    announced = changes.generation() != before
    with app.app_context():
        refused = APIExportService.validate_api_key(exported["api_key"])
    on = alice.put(path, json={"status": "active"})
    with app.app_context():
        admitted = APIExportService.validate_api_key(exported["api_key"])

    assert (off.get_json()["status"], on.get_json()["status"]) == ("inactive", "active")
    assert announced
    assert refused is None
    assert admitted is not None


@pytest.mark.parametrize(
    "body", [{"status": "error"}, {"status": "ACTIVE"}, {"status": None}, {}, {"status": ["active"]}]
)
def test_no_other_status_can_be_set(alice: Person, exported: dict[str, Any], body: Any) -> None:
    """`error` is the server's word."""
    assert alice.put(f"/api/exports/{exported['id']}/status", json=body).status_code == 400


def test_name_and_origins_can_be_changed(alice: Person, exported: dict[str, Any]) -> None:
    """What is left out stays."""
    path = f"/api/exports/{exported['id']}"

    named = alice.patch(path, json={"name": "Renamed"}).get_json()
    opened = alice.patch(path, json={"allowed_origins": ["https://a.example"]}).get_json()
    closed = alice.patch(path, json={"allowed_origins": []}).get_json()

    assert (named["name"], named["allowed_origins"]) == ("Renamed", [])
    assert (opened["name"], opened["allowed_origins"]) == ("Renamed", ["https://a.example"])
    assert closed["allowed_origins"] == []


@pytest.mark.parametrize(
    "field", ["status", "total_requests", "model_id", "api_key", "rate_limit_per_minute", "account_id"]
)
def test_no_other_field_can_be_changed(alice: Person, exported: dict[str, Any], field: str) -> None:
    """An owner cannot move an API to another account or forge its counts."""
    assert alice.patch(f"/api/exports/{exported['id']}", json={field: 1}).status_code == 400


def test_deleting_takes_keys_log_and_metrics_along(
    alice: Person, app: Flask, clock: Any, exported: dict[str, Any]
) -> None:
    """Nothing of a deleted API works or takes space; the model stays."""
    append(app.extensions["modelport.process"].runtime.journal_folder, record(exported["id"], clock.now()))
    fold(app)
    with app.app_context():
        hour = clock.now().replace(minute=0, second=0, microsecond=0)
        db.session.add(APIMetric(api_id=exported["id"], hour_timestamp=hour - timedelta(hours=1)))
        db.session.commit()

    answer = alice.delete(f"/api/exports/{exported['id']}")

    assert (answer.status_code, answer.data) == (204, b"")
    assert alice.get(f"/api/exports/{exported['id']}").status_code == 404
    assert alice.get(f"/api/models/{exported['model_id']}").get_json()["exports"] == []
    with app.app_context():
        assert APIExportService.validate_api_key(exported["api_key"]) is None
        for table in (ExportedAPI, AppKey, APIRequest, APIMetric):
            assert db.session.scalar(select(func.count()).select_from(table)) == 0


class TestOwnDocument:
    """The OpenAPI document of one API."""

    def test_the_owner_reads_it(self, alice: Person, exported: dict[str, Any]) -> None:
        """It is OpenAPI 3.1 with this API's path and typed record."""
        document = alice.get(f"/api/exports/{exported['id']}/openapi.json").get_json()

        assert document["openapi"] == "3.1.0"
        assert list(document["paths"]) == [exported["api_endpoint"]]
        record = document["components"]["schemas"]["Record"]
        assert list(record["properties"]) == ["sepal_length", "sepal_width", "petal_length", "petal_width"]
        assert "$schema" not in record

    @pytest.mark.parametrize("header", ["X-API-Key", "Authorization"])
    def test_a_holder_of_its_key_reads_it(self, client: FlaskClient, exported: dict[str, Any], header: str) -> None:
        """Client generators need no account."""
        key = exported["api_key"]
        headers = {header: key if header == "X-API-Key" else f"Bearer {key}"}

        assert client.get(f"/api/exports/{exported['id']}/openapi.json", headers=headers).status_code == 200

    def test_a_key_reads_no_other_apis_document(
        self, alice: Person, client: FlaskClient, exported: dict[str, Any]
    ) -> None:
        """Another API is not found with this key, whether it exists or not."""
        other = alice.post(f"/api/export/{exported['model_id']}").get_json()
        headers = {"X-API-Key": exported["api_key"]}

        existing = client.get(f"/api/exports/{other['id']}/openapi.json", headers=headers)
        unknown = client.get("/api/exports/424242/openapi.json", headers=headers)

        assert existing.status_code == unknown.status_code == 404
        assert without_request_id(existing) == without_request_id(unknown)

    def test_a_revoked_or_made_up_key_is_refused(
        self, alice: Person, client: FlaskClient, exported: dict[str, Any]
    ) -> None:
        """The document is no way around revocation."""
        alice.post(f"/api/exports/{exported['id']}/regenerate-key")
        path = f"/api/exports/{exported['id']}/openapi.json"

        assert client.get(path, headers={"X-API-Key": exported["api_key"]}).status_code == 401
        assert client.get(path, headers={"X-API-Key": "mp_live_nonsense"}).status_code == 401


def test_public_addresses_are_the_ones_callers_can_reach(build_app: BuildApp, iris_bytes: bytes) -> None:
    """PUBLIC_URL goes into every address and snippet."""
    client = build_app(public_url="https://models.example.com/").test_client(use_cookies=False)
    form = {"email": "b@example.com", "password": "correct horse battery", "name": "B"}
    token = client.post("/api/v1/auth/register", json=form).get_json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    data = {"file": (io.BytesIO(iris_bytes), "iris.joblib")}
    model_id = client.post("/api/models", data=data, headers=headers).get_json()["id"]

    made = client.post(f"/api/export/{model_id}", headers=headers).get_json()

    assert made["api_url"] == f"https://models.example.com/api/predict/{made['id']}"
