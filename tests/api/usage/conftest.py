"""Alice's API, app and keys, and calls folded as the background process folds them, at a moment that stands still."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from backend.core.clock import FrozenClock
from backend.engine.metering.reader import JournalReader
from backend.engine.metering.records import CallRecord
from backend.models import ExportedAPI
from backend.services.journal_service import fold_all
from tests.api.conftest import Person
from tests.metering import append, export_apis, record

Answered = Callable[..., None]
Called = Callable[..., CallRecord]


@pytest.fixture
def sessions(app: Flask) -> sessionmaker[Session]:
    """The application's database."""
    made: sessionmaker[Session] = app.extensions["modelport.process"].runtime.sessions
    return made


@pytest.fixture
def now(clock: FrozenClock) -> datetime:
    """The present, at noon of its day so that a test's hours are of one day."""
    today = datetime.now(UTC).date()
    clock.moment = datetime(today.year, today.month, today.day, 12, tzinfo=UTC)
    return clock.moment


@pytest.fixture
def api_id(sessions: sessionmaker[Session], alice: Person) -> int:
    """Alice's API, under the path that exporting gives it."""
    (made_id,) = export_apis(sessions, account_id=alice.id)
    with sessions.begin() as session:
        session.get_one(ExportedAPI, made_id).api_endpoint = f"/api/predict/{made_id}"
    return made_id


@pytest.fixture
def call(alice: Person, api_id: int, now: datetime) -> Called:
    """Give a function that gives the record of a call of Alice's."""

    def made(at: datetime = now, **changed: Any) -> CallRecord:
        return record(api_id, at, **{"account_id": alice.id, "endpoint": f"/api/predict/{api_id}", **changed})

    return made


@pytest.fixture
def answered(app: Flask, sessions: sessionmaker[Session], clock: FrozenClock) -> Answered:
    """Give a function that lets some calls have been answered and folded."""
    runtime = app.extensions["modelport.process"].runtime

    def fold(*calls: CallRecord) -> None:
        append(runtime.journal_folder, *calls)
        fold_all(sessions, JournalReader(runtime.journal_folder), clock=clock, ports=runtime.fold_ports)

    return fold


@pytest.fixture
def dev_app(alice: Person) -> dict[str, Any]:
    """Alice's app."""
    return made(alice, "/api/dev/apps", {"name": "Shop"})


@pytest.fixture
def key(alice: Person, dev_app: dict[str, Any]) -> dict[str, Any]:
    """A live key of that app, which reads the portal; with its secret."""
    return new_key(alice, dev_app["id"])


def new_key(person: Person, app_id: str, environment: str = "live", **fields: Any) -> dict[str, Any]:
    """Make a key of an app that reads the portal."""
    body = {"name": "Backend", "environment": environment, "app_id": app_id, "scopes": ["portal:read"], **fields}
    return made(person, "/api/dev/api-keys", body)


def made(person: Person, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """Make something; give the answer."""
    answer = person.post(path, json=body)
    assert answer.status_code == 201, answer.get_json()
    fields: dict[str, Any] = answer.get_json()
    return fields
