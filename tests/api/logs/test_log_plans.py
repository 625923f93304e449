"""Each way to narrow the log has an index that leads, so that no list looks through calls it does not want. On SQLite.

SQLite decides without knowing how many rows there are, so what it takes here it takes on millions of rows too. Of two
indexes that look alike to it, it takes the younger: the tables must be those that the fold makes.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session, sessionmaker

from backend.core.clock import FrozenClock
from backend.core.ids import request_id_at
from backend.core.moments import microseconds_of
from backend.engine.metering.reader import JournalReader
from backend.services.access import Viewer
from backend.services.journal_service import fold_all
from backend.services.log_cursor import cursor_of
from backend.services.paging import PageRequest
from backend.services.usage_log_service import LogFilter, calls_before
from tests.metering import NOON, append, record

Sessions = sessionmaker[Session]
VIEWER = Viewer("somebody")
PLACE, PLACE_ERRORS = "place", "place_errors"
DAYS_BACK = 9


@pytest.fixture
def filled(sessions: Sessions, tmp_path: Path) -> Sessions:
    """Give a database with some days of the viewer's calls."""
    folder = tmp_path / "days"
    folder.mkdir()
    moments = [NOON - timedelta(days=day) for day in range(DAYS_BACK)]
    ids = [request_id_at(microseconds_of(moment) // 1_000) for moment in moments]
    calls = zip(moments, ids, strict=True)
    append(folder, *(record(1, at, request_id=one, account_id=VIEWER.account_id) for at, one in calls))
    fold_all(sessions, JournalReader(folder), clock=FrozenClock(NOON))
    return sessions


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        ({}, "account"),
        ({"environment": "live"}, "account"),
        ({"status": "success"}, "account"),
        ({"source": "api"}, "account"),
        ({"key_id": "k"}, PLACE),
        ({"key_id": "k", "environment": "live"}, PLACE),
        ({"key_id": "k", "endpoint": "/x"}, PLACE),
        ({"key_id": "k", "status": "2xx"}, PLACE),
        ({"key_id": "k", "status": "4xx"}, PLACE_ERRORS),
        ({"key_id": "k", "status": "503"}, PLACE_ERRORS),
        ({"app_id": "a"}, PLACE),
        ({"app_id": "a", "status": "error"}, PLACE_ERRORS),
        ({"endpoint": "/x"}, PLACE),
        ({"endpoint": "/x", "environment": "live", "status": "404"}, PLACE_ERRORS),
        ({"status": "error"}, "errors"),
        ({"status": "404"}, "errors"),
        ({"status": "4xx", "environment": "live"}, "errors"),
        ({"status": "500"}, "server_errors"),
        ({"environment": "test"}, PLACE),
        ({"environment": "test", "status": "error"}, PLACE_ERRORS),
        ({"source": "playground"}, PLACE),
        ({"source": "internal", "key_id": "k"}, PLACE),
    ],
)
def test_a_filter_is_led_by_its_index(filled: Sessions, wanted: dict[str, Any], index: str) -> None:
    """First page and later pages alike, in the log's own order; only what places gave is brought into one order."""
    for cursor in ("", cursor_of(microseconds_of(NOON), 7)):
        for plan in plans_of(filled, LogFilter(**wanted), cursor):
            assert f"INDEX ix_calls_{index} (" in plan
            assert "SCAN" not in plan
            assert ("TEMP B-TREE" in plan) == index.startswith(PLACE)
            # Where the index alone tells which calls are wanted, their rows are not read to tell.
            assert f"COVERING INDEX ix_calls_{index} (" in plan or index != PLACE_ERRORS


def test_days_without_such_calls_are_left_out(filled: Sessions) -> None:
    """A key that was never used is not looked for in each day of a month."""
    assert len(plans_of(filled, LogFilter(key_id="ak_live_1"), "")) == DAYS_BACK + len(["tomorrow", "rest"])
    assert len(plans_of(filled, LogFilter(key_id="other"), "")) == len(["tomorrow", "today", "rest"])


def test_a_request_is_looked_for_on_its_day_first(filled: Sessions) -> None:
    """Its id says when it came."""
    with filled() as session:
        oldest = calls_before(session, LogFilter(), PageRequest(DAYS_BACK, ""), viewer=VIEWER).rows[-1]
    # Of the day before noon and the one after, whichever is younger comes first.
    for plan, day in zip(plans_of(filled, LogFilter(request_id=oldest.request_id), ""), ("07", "06"), strict=True):
        assert plan.startswith(f"SEARCH calls_202603{day} USING INDEX sqlite_autoindex")
        assert "(request_id=?)" in plan
    unknown = plans_of(filled, LogFilter(request_id="req_1"), "")
    assert len(unknown) == DAYS_BACK + len(["tomorrow", "rest"])


def plans_of(sessions: Sessions, wanted: LogFilter, cursor: str) -> list[str]:
    """Give how SQLite goes about a page of the log, table by table; the names of indexes without the days'."""
    with sessions() as session:
        engine = session.get_bind()
        assert isinstance(engine, Engine)
        asked: list[tuple[str, Any]] = []
        event.listen(engine, "before_cursor_execute", lambda *given: asked.append((given[2], given[3])))
        calls_before(session, wanted, PageRequest(50, cursor), viewer=VIEWER)
        plans = []
        for statement, parameters in [one for one in asked if "occurred_at_us" in one[0]]:
            rows = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            plan = "\n".join(str(row[3]) for row in rows)
            plans.append(plan if "ix_calls_2026" not in plan else without_day(plan))
        return plans


def without_day(plan: str) -> str:
    """Give a plan with `ix_calls_20260314_account` as `ix_calls_account`."""
    parts = plan.split("ix_calls_2026")
    return "ix_calls_".join([parts[0], *(part[len("0314_") :] for part in parts[1:])])
