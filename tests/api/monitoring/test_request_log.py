"""Guarantees of the log of calls: newest first, whole, one's own, and never a scan of all."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session, sessionmaker

from backend.core.clock import FrozenClock, rfc3339
from backend.core.moments import microseconds_of
from backend.engine.metering.records import clip_body
from backend.services.call_days import make_days
from backend.services.call_search import newest_calls
from backend.services.request_log_service import CallFilter, search_of
from tests.api.conftest import Person
from tests.api.monitoring.conftest import Answered
from tests.metering import NOON, export_apis, record

SHAPE = {
    "id", "request_id", "api_id", "timestamp", "status_code", "response_time", "cpu_usage", "memory_usage",
    "request_data", "response_data", "error_message", "rows", "key_id",
}  # fmt: skip


@pytest.fixture
def now(clock: FrozenClock) -> datetime:
    """The present, to the millisecond as answers write it."""
    return clock.moment.replace(microsecond=0)


def walked(person: Person, path: str) -> list[dict[str, Any]]:
    """Read a list to its end."""
    rows: list[dict[str, Any]] = []
    while path:
        answer = person.get(path)
        assert answer.status_code == 200, answer.get_json()
        rows += answer.get_json()
        path = answer.headers.get("Link", "").partition("<")[2].partition(">")[0]
    return rows


def test_a_call_is_shown_as_it_was_answered(alice: Person, api_id: int, answered: Answered, now: datetime) -> None:
    """Bodies are JSON again, and everything the table has is there."""
    call = record(api_id, now, status_code=500, error_message="broke", rows=3)
    answered(call)
    (row,) = walked(alice, f"/api/monitoring/apis/{api_id}/requests")
    assert set(row) == SHAPE
    assert (row["request_id"], row["timestamp"], row["status_code"]) == (call.request_id, rfc3339(now), 500)
    assert (row["request_data"], row["response_data"]) == ({"age": 5}, {"prediction": 1})
    assert (row["error_message"], row["rows"], row["key_id"]) == ("broke", 3, call.key_id)


@pytest.mark.parametrize("body", [b'{"age": ', b"\xff\x00", b"[" * 100_000, b'{"a":1e999}', "é".encode("latin-1")])
def test_a_body_that_is_no_json_is_shown_all_the_same(
    alice: Person, api_id: int, answered: Answered, now: datetime, body: bytes
) -> None:
    """What a caller sent wrong is what the owner most needs to see."""
    answered(record(api_id, now, request_data=clip_body(body, 16_384)))
    (row,) = walked(alice, f"/api/monitoring/apis/{api_id}/requests")
    assert row["request_data"]


def test_pages_join_newest_first_though_calls_keep_coming(
    alice: Person, api_id: int, answered: Answered, now: datetime
) -> None:
    """No call is shown twice or left out, calls of the same microsecond included."""
    calls = [record(api_id, now + timedelta(seconds=number // 3)) for number in range(10)]
    answered(*calls)
    first = alice.get(f"/api/monitoring/apis/{api_id}/requests?limit=4")
    answered(record(api_id, now + timedelta(minutes=1)))
    rest = walked(alice, first.headers["Link"].partition("<")[2].partition(">")[0])
    seen = [row["request_id"] for row in [*first.get_json(), *rest]]
    assert len(seen) == len(set(seen)) == 10
    order = {call.request_id: call.occurred_at_us for call in calls}
    assert [order[name] for name in seen] == sorted(order.values(), reverse=True)


def test_calls_are_filtered_by_outcome_and_id(alice: Person, api_id: int, answered: Answered, now: datetime) -> None:
    """Below 400 is a success; an id finds its call and no other."""
    statuses = [200, 399, 400, 503]
    calls = [record(api_id, now, status_code=status) for status in statuses]
    answered(*calls)
    path = f"/api/monitoring/apis/{api_id}/requests"
    assert {row["status_code"] for row in walked(alice, f"{path}?status=success&limit=1")} == {200, 399}
    assert {row["status_code"] for row in walked(alice, f"{path}?status=error&limit=1")} == {400, 503}
    (found,) = walked(alice, f"{path}?request_id={calls[2].request_id}")
    assert found["status_code"] == 400
    assert walked(alice, f"{path}?request_id=req_unknown") == []


def test_a_request_id_of_another_api_finds_nothing(
    alice: Person, bob: Person, api_id: int, answered: Answered, sessions: sessionmaker[Session], now: datetime
) -> None:
    """An id is no way around ownership."""
    (theirs,) = export_apis(sessions, account_id=bob.id)
    call = record(theirs, now)
    answered(call)
    assert walked(alice, f"/api/monitoring/apis/{api_id}/requests?request_id={call.request_id}") == []


@pytest.mark.parametrize(("status", "index"), [("", "api"), ("success", "api"), ("error", "api_errors")])
def test_a_page_is_read_along_an_index(sessions: sessionmaker[Session], status: str, index: str) -> None:
    """The thousandth page of a busy API costs what the first one costs: no sort, no scan."""
    make_days(sessions, (), NOON)
    asked: list[tuple[str, Any]] = []
    with sessions() as session:
        event.listen(session.get_bind(), "before_cursor_execute", lambda *given: asked.append((given[2], given[3])))
        newest_calls(session, search_of(session, 1, CallFilter(status=status)), (microseconds_of(NOON), 5), 50)
        pages = [one for one in asked if "ORDER BY" in one[0]]
        plans = [
            " ".join(row[3] for row in session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given))
            for statement, given in pages
        ]
    for plan, table in zip(plans, ("calls_20260314", "calls"), strict=True):
        assert plan == f"SEARCH {table} USING INDEX ix_{table}_{index} (api_id=? AND occurred_at_us<?)"
