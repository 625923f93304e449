"""The seven of a metered kind: served, unauthenticated, forbidden, limited, out of credits, invalid, failing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from backend.core.errors import ModelFailed
from backend.engine.metering.records import CallRecord, decode
from backend.models import UserCredits, db
from backend.services.prediction_service import Predictor
from tests.api.conftest import ROW, Person
from tests.api.predict.conftest import MakeKey

Call = Callable[..., TestResponse]


@pytest.fixture
def call(app: Flask, exported: dict[str, Any]) -> Call:
    """Give a function that calls Alice's API, with the key of the export unless told otherwise."""

    def send(body: Any = ROW, headers: dict[str, str] | None = None) -> TestResponse:
        given = {"X-API-Key": exported["api_key"]} if headers is None else headers
        return app.test_client(use_cookies=False).post(f"/api/predict/{exported['api_id']}", json=body, headers=given)

    return send


@pytest.fixture
def logged(app: Flask) -> Callable[[], list[CallRecord]]:
    """Give a function that reads what the journal holds."""

    def read() -> list[CallRecord]:
        folder = app.extensions["modelport.process"].runtime.journal_folder
        return [decode(line) for path in sorted(folder.iterdir()) for line in path.read_bytes().splitlines()]

    return read


def spend(app: Flask, person: Person, left: int) -> None:
    """Leave an account with so many credits."""
    process = app.extensions["modelport.process"]
    process.runtime.credits.renew(person.id)
    with app.app_context():
        row = db.session.get_one(UserCredits, person.id)
        row.current_credits, row.version = left, row.version + 1
        db.session.commit()
    process.runtime.credits.publish(person.id)


def test_served(call: Call, logged: Callable[[], list[CallRecord]], alice: Person, exported: dict[str, Any]) -> None:
    """A row costs a credit, and the log says whose call it was and what it cost."""
    answer = call([ROW, ROW])
    assert (answer.status_code, answer.headers["X-Credits-Charged"]) == (200, "2")
    (record,) = logged()
    assert (record.account_id, record.environment, record.source) == (alice.id, "live", "api")
    assert (record.kind, record.endpoint) == ("ml.predict", f"/api/predict/{exported['api_id']}")
    assert (record.credits, record.hold, record.rows) == (2, 2, 2)


def test_unauthenticated(call: Call, logged: Callable[[], list[CallRecord]]) -> None:
    """Without a key nothing is served, and strangers leave no trace in a log."""
    answer = call(headers={})
    assert (answer.status_code, answer.get_json()["error"]["code"], logged()) == (401, "UNAUTHENTICATED", [])


def test_forbidden(call: Call, logged: Callable[[], list[CallRecord]], bob: Person, make_key: MakeKey) -> None:
    """Another's key finds nothing here."""
    assert call(headers=make_key(account_id=bob.id).headers).status_code == 404
    assert logged() == []


def test_limited(call: Call, logged: Callable[[], list[CallRecord]], make_key: MakeKey) -> None:
    """The third call of two a minute is refused, named and logged; it costs nothing."""
    key = make_key(quota={"sustained_limit": 2})
    answers = [call(headers=key.headers) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].get_json()["error"]["details"]["policy"] == "per-key"
    assert [record.credits for record in logged()] == [1, 1, 0]


def test_out_of_credits(app: Flask, call: Call, logged: Callable[[], list[CallRecord]], alice: Person) -> None:
    """Two rows with one credit are refused before the work; one row still goes, then nothing does."""
    spend(app, alice, 1)
    refused = call([ROW, ROW])
    assert (refused.status_code, refused.get_json()["error"]["code"]) == (402, "INSUFFICIENT_CREDITS")
    assert refused.get_json()["error"]["details"] == {"required": 2, "available": 1}
    assert [call().status_code, call().status_code] == [200, 402]
    assert [record.hold for record in logged()] == [0, 1, 0]


def test_invalid(call: Call, logged: Callable[[], list[CallRecord]]) -> None:
    """A body that does not fit costs nothing and is logged."""
    answer = call({"sepal_length": 1.0})
    assert (answer.status_code, answer.headers["X-Credits-Charged"]) == (400, "0")
    (record,) = logged()
    assert (record.status_code, record.hold) == (400, 0)


def test_failing(call: Call, logged: Callable[[], list[CallRecord]], monkeypatch: pytest.MonkeyPatch) -> None:
    """A caller never pays for our crash: the record gives the hold back, and the 500 is logged."""

    def explode(*_args: Any) -> Any:
        raise ModelFailed("The model failed")

    monkeypatch.setattr(Predictor, "run", explode)
    answer = call()
    assert (answer.status_code, answer.headers["X-Credits-Charged"]) == (500, "0")
    (record,) = logged()
    assert (record.status_code, record.hold, record.credits) == (500, 1, 0)


def test_a_test_key_works_without_credits(app: Flask, call: Call, alice: Person, make_key: MakeKey) -> None:
    """The test environment is free."""
    spend(app, alice, 0)
    answer = call(headers=make_key("test").headers)
    assert (answer.status_code, answer.headers["X-Credits-Charged"]) == (200, "0")


@pytest.mark.parametrize(
    ("action", "statuses", "charged"),
    [("block", [200, 429], ["1", None]), ("warn", [200, 200], ["1", "1"]), ("charge", [200, 200], ["1", "2"])],
)
def test_beyond_the_daily_quota_the_owner_decides(
    call: Call, make_key: MakeKey, action: str, statuses: list[int], charged: list[str | None]
) -> None:
    """Block refuses, warn admits and says so, charge admits at twice the price."""
    key = make_key(quota={"daily_quota": 1, "overage_action": action})
    answers = [call(headers=key.headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == statuses
    assert [answer.headers.get("X-Credits-Charged") for answer in answers] == charged


def test_a_bucket_takes_a_burst(call: Call, make_key: MakeKey) -> None:
    """Three at once, though one a minute is sustained; the plan's window holds everybody."""
    key = make_key(quota={"burst_limit": 3, "sustained_limit": 1})
    answers = [call(headers=key.headers) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]


def test_all_keys_of_an_account_share_its_plan(call: Call, make_key: MakeKey) -> None:
    """The free plan's 100 a minute, whatever the number of keys; each environment counts apart."""
    keys = [make_key() for _ in range(3)]
    statuses = [call(headers=keys[number % 3].headers).status_code for number in range(101)]
    assert statuses == [200] * 100 + [429]
    assert call(headers=make_key("test").headers).status_code == 200
