"""Each way to narrow the log has an index that leads, so that no list looks through calls it does not want. On SQLite.

SQLite decides without knowing how many rows there are, so what it takes here it takes on millions of rows too. Of two
indexes that look alike to it, it takes the younger: the tables must be those that the migrations make.
"""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session, sessionmaker

from backend.services.access import Viewer
from backend.services.log_cursor import cursor_of
from backend.services.paging import PageRequest
from backend.services.usage_log_service import LogFilter, calls_before
from tests.metering import NOON

Sessions = sessionmaker[Session]
VIEWER = Viewer("somebody")


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        ({}, "account"),
        ({"environment": "live"}, "account"),
        ({"status": "success"}, "account"),
        ({"source": "api"}, "account"),
        ({"key_id": "k"}, "key"),
        ({"key_id": "k", "environment": "live"}, "key"),
        ({"key_id": "k", "endpoint": "/x"}, "key"),
        ({"key_id": "k", "status": "4xx"}, "key"),
        ({"key_id": "k", "status": "503"}, "server_errors"),
        ({"app_id": "a"}, "app"),
        ({"app_id": "a", "status": "error"}, "app"),
        ({"endpoint": "/x"}, "endpoint"),
        ({"endpoint": "/x", "environment": "live", "status": "404"}, "endpoint"),
        ({"endpoint": "/x", "status": "5xx"}, "server_errors"),
        ({"status": "error"}, "errors"),
        ({"status": "404"}, "errors"),
        ({"status": "4xx", "environment": "live"}, "errors"),
        ({"status": "500"}, "server_errors"),
        ({"environment": "test"}, "test"),
        ({"environment": "test", "status": "error"}, "test"),
        ({"source": "playground"}, "source"),
        ({"source": "internal", "key_id": "k"}, "source"),
    ],
)
def test_a_filter_is_led_by_its_index(sessions: Sessions, wanted: dict[str, Any], index: str) -> None:
    """First page and later pages alike, in the log's own order and without sorting."""
    for cursor in ("", cursor_of(NOON, 7)):
        plan = plan_of(sessions, LogFilter(**wanted), cursor)
        assert f"USING INDEX ix_api_usage_events_{index} (" in plan
        assert "SCAN" not in plan
        assert "TEMP B-TREE" not in plan


def plan_of(sessions: Sessions, wanted: LogFilter, cursor: str) -> str:
    """Give how SQLite goes about a page of the log."""
    with sessions() as session:
        engine = session.get_bind()
        assert isinstance(engine, Engine)
        asked: list[tuple[str, Any]] = []
        event.listen(engine, "before_cursor_execute", lambda *given: asked.append((given[2], given[3])))
        calls_before(session, wanted, PageRequest(50, cursor), viewer=VIEWER)
        statement, parameters = asked[-1]
        rows = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        return "\n".join(str(row[3]) for row in rows)
