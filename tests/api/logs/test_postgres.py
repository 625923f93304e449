"""The portal's usage and log on PostgreSQL: the statements that SQLite takes are not enough."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask_migrate import upgrade

from backend.app import create_app
from backend.bootstrap import build_process
from backend.core.clock import FrozenClock
from backend.models import db
from tests.api.conftest import Person, close, settings_of
from tests.api.logs.test_logs import ids, walked
from tests.api.usage.conftest import Answered, Called
from tests.databases import postgres_server, postgres_uri

__all__ = ["postgres_server", "postgres_uri"]


@pytest.fixture
def app(tmp_path: Path, postgres_uri: str, clock: FrozenClock) -> Iterator[Flask]:
    """An application on PostgreSQL."""
    settings = replace(settings_of(tmp_path), database_url=postgres_uri)
    made = create_app(settings, build_process(settings, clock))
    with made.app_context():
        upgrade()
        db.session.remove()
    yield made
    close(made)


@pytest.mark.slow
def test_usage_and_logs_read_alike(alice: Person, bob: Person, call: Called, answered: Answered, now: datetime) -> None:
    """Every filter, pages, the tail, the file, the numbers and one call."""
    failed = call(now - timedelta(minutes=1), status_code=503, environment="test", source="playground", key_id=None)
    answered(call(), failed, *(call(now - timedelta(hours=1)) for _ in range(5)))
    everything = (
        f"key_id={call().key_id}&app_id=x&endpoint={call().endpoint}&status=4xx&environment=test&source=playground"
        "&from=2020-01-01T00:00:00Z&to=2030-01-01T00:00:00Z"
    )
    rows = walked(alice, "/api/dev/logs?limit=3")
    assert len(ids(rows)) == len(set(ids(rows))) == 7
    assert walked(alice, f"/api/dev/logs?{everything}") == []
    for query in ("status=5xx", "status=error", "status=503", "environment=test", "source=playground"):
        assert ids(walked(alice, f"/api/dev/logs?{query}")) == [failed.request_id]
    late = call(now - timedelta(minutes=2))
    answered(late)
    assert ids(alice.get(f"/api/dev/logs?after={rows[0]['cursor']}").get_json())[0] == late.request_id
    assert len(alice.get("/api/dev/logs/export?format=json").get_json()) == 8
    assert alice.get(f"/api/dev/logs/{late.request_id}").get_json()["request_data"] == {"age": 5}
    assert alice.get("/api/dev/logs/%00").status_code == 404
    found = alice.get("/api/dev/usage?days=2").get_json()
    assert (found["totals"]["calls"], found["totals"]["errors"]) == (8, 1)
    assert alice.get("/api/dev/overview?environment=live").get_json()["calls_30d"] == 7
    assert alice.get(f"/api/dev/api-keys/{call().key_id}/stats").status_code in {200, 404}
    assert alice.get(f"/api/dev/usage?key_id={call().key_id}").get_json()["totals"]["calls"] == 7
    assert bob.get("/api/dev/usage").get_json()["totals"]["calls"] == 0
