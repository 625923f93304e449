"""The whole server on PostgreSQL: migrations, triggers, folding and monitoring as on SQLite."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from tests.databases import postgres_server, postgres_uri
from tests.system.conftest import ROW
from tests.system.server import running_server, wait_for

__all__ = ["postgres_server", "postgres_uri"]
pytestmark = [pytest.mark.slow, pytest.mark.alone]


def test_a_model_is_served_limited_and_monitored_on_postgresql(
    postgres_uri: str,
    tmp_path: Path,
    iris_file: Path,
) -> None:
    """One setting changes the database and nothing else."""
    with running_server(tmp_path, DATABASE_URL=postgres_uri) as server:
        api = server.export(server.upload(iris_file, "Iris")["id"])
        assert [server.predict(api["api_id"], api["api_key"], ROW).status for _ in range(5)] == [200] * 5
        stats = f"/api/monitoring/apis/{api['api_id']}/stats?time_range=1h"
        wait_for(lambda: server.request("GET", stats).json["usage"]["total_requests"] == 5, "the five calls folded")
        engine = create_engine(postgres_uri)
        with engine.begin() as connection:
            changed = {"key": api["key_id"]}
            connection.execute(text("UPDATE api_key_quotas SET sustained_limit = 0 WHERE key_id = :key"), changed)
        engine.dispose()
        wait_for(lambda: server.predict(api["api_id"], api["api_key"], ROW).status == 429, "the new limit", 1.5)
