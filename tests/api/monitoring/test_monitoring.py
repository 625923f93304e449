"""Guarantees of the dashboard's numbers: right, one's own, and in the shapes that the pages read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, update
from sqlalchemy.orm import Session, sessionmaker

from backend.core.clock import FrozenClock, rfc3339
from backend.models import ExportedAPI, db
from backend.services.access import Viewer
from backend.services.monitoring_service import MonitoringService
from backend.services.spans import floor_hour
from tests.api.conftest import Person, without_request_id
from tests.api.monitoring.conftest import Answered
from tests.metering import export_apis, record

Sessions = sessionmaker[Session]
API_ROUTES = ["/stats", "/requests", "/metrics"]
ROUTES = ["/summary", "/apis", "/cache", *(f"/apis/1{tail}" for tail in API_ROUTES)]
RANGES = {"1h": (60, 60), "24h": (24, 3_600), "7d": (168, 3_600), "30d": (30, 86_400)}
POINT = {
    "timestamp", "request_count", "success_count", "error_count", "avg_response_time", "p50_response_time",
    "p95_response_time", "p99_response_time", "avg_cpu_usage", "peak_cpu_usage", "avg_memory_usage",
    "peak_memory_usage",
}  # fmt: skip
SUMMARY = {
    "time_range", "from", "to", "total_apis", "active_apis", "total_requests", "requests_in_range", "success_rate",
    "error_rate", "avg_response_time", "p95_response_time", "avg_cpu_usage", "avg_memory_usage", "series",
}  # fmt: skip
API_SUMMARY = {
    "id", "name", "model_id", "model_name", "task", "status", "api_endpoint", "created_at", "last_used_at",
    "total_requests", "requests_24h", "requests_in_range", "success_rate", "error_rate", "avg_response_time",
    "p95_response_time", "avg_cpu_usage", "avg_memory_usage", "sparkline",
}  # fmt: skip


def get(person: Person, path: str) -> Any:
    """Read something that is there."""
    answer = person.get(f"/api/monitoring{path}")
    assert answer.status_code == 200, answer.get_json()
    return answer.get_json()


@pytest.fixture
def now(clock: FrozenClock) -> datetime:
    """The present, half past an hour so that every range has a point that is filling."""
    clock.moment = floor_hour(clock.moment) + timedelta(minutes=30, seconds=30)
    return clock.moment


@pytest.fixture
def queries(app: Flask) -> Iterator[list[str]]:
    """The statements that the application sends from here on."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        sent.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize("path", ROUTES)
def test_monitoring_needs_a_session(app: Flask, path: str) -> None:
    """Nobody's traffic is public."""
    assert app.test_client().get(f"/api/monitoring{path}").status_code == 401


@pytest.mark.parametrize("tail", API_ROUTES)
def test_anothers_api_answers_as_one_that_is_absent(api_id: int, bob: Person, tail: str) -> None:
    """Byte for byte, so that ids cannot be probed."""
    theirs, absent = (bob.get(f"/api/monitoring/apis/{number}{tail}") for number in (api_id, 10**6))
    assert (theirs.status_code, absent.status_code) == (404, 404)
    assert without_request_id(theirs) == without_request_id(absent)
    assert bob.get(f"/api/monitoring/apis/{10**18}{tail}").status_code == 404


@pytest.mark.parametrize("path", ["/summary", "/apis", "/apis/{id}/stats", "/apis/{id}/metrics"])
def test_an_unknown_range_is_refused_naming_the_known_ones(alice: Person, api_id: int, path: str) -> None:
    """400 INVALID_INPUT, and the caller learns what to send."""
    answer = alice.get(f"/api/monitoring{path.format(id=api_id)}?time_range=2h")
    error = answer.get_json()["error"]
    assert (answer.status_code, error["code"]) == (400, "INVALID_INPUT")
    assert all(name in error["message"] for name in RANGES)


def test_the_service_refuses_an_unknown_range_by_itself(app: Flask, api_id: int, alice: Person) -> None:
    """Whoever calls the service without the route gets the same refusal."""
    with app.app_context(), pytest.raises(Exception, match="time_range must be one of"):
        MonitoringService.get_api_stats(api_id, "2h", viewer=Viewer(alice.id))


@pytest.mark.parametrize("name", RANGES)
def test_an_api_without_calls_shows_dashes_and_zeros(alice: Person, api_id: int, now: datetime, name: str) -> None:
    """Nothing is invented: counts are zero, times and rates unknown, and every point of the range is there."""
    stats = get(alice, f"/apis/{api_id}/stats?time_range={name}")
    points, seconds = RANGES[name]
    assert (len(stats["series"]), stats["resolution_seconds"]) == (points, seconds)
    assert set(stats["series"][0]) == POINT
    assert (stats["usage"]["requests_in_range"], stats["usage"]["success_rate"]) == (0, None)
    assert stats["performance"]["p95_response_time"] is None
    assert (stats["performance"]["distribution"], stats["performance"]["slowest"]) == ([], [])
    assert stats["resources"]["peak_memory_usage"] is None
    assert stats["from"] == stats["series"][0]["timestamp"]
    assert stats["to"] == rfc3339(now)
    summary = get(alice, f"/summary?time_range={name}")
    assert set(summary) == SUMMARY
    assert (summary["total_apis"], summary["error_rate"], len(summary["series"])) == (1, None, points)


@pytest.mark.parametrize("name", RANGES)
def test_the_numbers_of_an_api_are_those_of_its_calls(
    alice: Person, api_id: int, answered: Answered, now: datetime, name: str
) -> None:
    """Counts, rates, averages, percentiles, peaks, statuses, slowest and series, in every range."""
    times = [0.010 * (number + 1) for number in range(20)]
    answered(
        *(
            record(api_id, now, response_time=time, cpu_usage=number, status_code=500 if number < 5 else 200)
            for number, time in enumerate(times)
        ),
        record(api_id, now - timedelta(days=40)),
    )
    stats = get(alice, f"/apis/{api_id}/stats?time_range={name}")
    assert stats["usage"] == {
        "total_requests": 21,
        "requests_in_range": 20,
        "requests_24h": 20,
        "requests_7d": 20,
        "success_count": 15,
        "error_count": 5,
        "success_rate": 75.0,
        "error_rate": 25.0,
        "status_codes": {"200": 15, "500": 5},
    }
    performance = stats["performance"]
    assert performance["avg_response_time"] == pytest.approx(sum(times) / 20)
    assert (performance["min_response_time"], performance["max_response_time"]) == (times[0], times[-1])
    assert performance["p50_response_time"] == pytest.approx(times[9], rel=0.01)
    assert performance["p95_response_time"] == pytest.approx(times[18], rel=0.01)
    assert [call["response_time"] for call in performance["slowest"]] == times[:9:-1]
    assert set(performance["slowest"][0]) == {"request_id", "timestamp", "response_time", "status_code"}
    assert sum(bar["count"] for bar in performance["distribution"]) == 20
    bars = performance["distribution"]
    assert all(left["to"] == right["from"] for left, right in pairwise(bars))
    assert bars[0]["from"] <= times[0] < times[-1] < bars[-1]["to"]
    assert stats["resources"]["peak_cpu_usage"] == 19
    assert stats["resources"]["avg_memory_usage"] == 200
    assert [point["request_count"] for point in stats["series"]] == [0] * (RANGES[name][0] - 1) + [20]
    assert stats["series"][-1]["error_count"] == 5
    assert stats["series"][-1]["p99_response_time"] == pytest.approx(times[19], rel=0.01)


def test_calls_fall_into_the_points_of_their_time(
    alice: Person, api_id: int, answered: Answered, now: datetime
) -> None:
    """A chart shows a call where it was."""
    answered(record(api_id, now - timedelta(minutes=5)), record(api_id, now - timedelta(hours=3)))
    minutes = get(alice, f"/apis/{api_id}/stats?time_range=1h")["series"]
    assert [place for place, point in enumerate(minutes) if point["request_count"]] == [54]
    hours = get(alice, f"/apis/{api_id}/stats?time_range=24h")["series"]
    assert [place for place, point in enumerate(hours) if point["request_count"]] == [20, 23]


def test_the_summary_adds_up_what_the_viewer_may_see(
    alice: Person, bob: Person, admin: Person, api_id: int, sessions: Sessions, answered: Answered, now: datetime
) -> None:
    """One's own APIs only; an administrator sees all."""
    second, third = export_apis(sessions, 2, account_id=alice.id)
    theirs = export_apis(sessions, account_id=bob.id)[0]
    with sessions.begin() as session:
        session.execute(update(ExportedAPI).where(ExportedAPI.id == third).values(status="inactive"))
    answered(
        record(api_id, now, response_time=0.1),
        record(second, now, response_time=0.3, status_code=400),
        record(theirs, now),
    )
    summary = get(alice, "/summary")
    assert (summary["total_apis"], summary["active_apis"]) == (3, 2)
    assert (summary["total_requests"], summary["requests_in_range"], summary["error_rate"]) == (2, 2, 50.0)
    assert summary["avg_response_time"] == pytest.approx(0.2)
    assert summary["series"][-1]["request_count"] == 2
    assert get(bob, "/summary")["total_requests"] == 1
    assert (get(admin, "/summary")["total_apis"], get(admin, "/summary")["requests_in_range"]) == (4, 3)
    assert {row["id"] for row in get(alice, "/apis")} == {api_id, second, third}
    assert [row["id"] for row in get(bob, "/apis")] == [theirs]
    assert len(get(admin, "/apis")) == 4


@pytest.mark.parametrize("name", RANGES)
def test_the_list_has_every_apis_numbers(
    alice: Person, api_id: int, answered: Answered, now: datetime, name: str
) -> None:
    """Counts, rates and a sparkline of 24 slots whose last is the present."""
    answered(record(api_id, now, response_time=0.1), record(api_id, now - timedelta(minutes=1), status_code=500))
    (row,) = get(alice, f"/apis?time_range={name}")
    assert set(row) == API_SUMMARY
    assert (row["total_requests"], row["requests_24h"], row["requests_in_range"]) == (2, 2, 2)
    assert (row["success_rate"], row["model_name"], row["task"]) == (50.0, "iris", "classification")
    assert len(row["sparkline"]) == 24
    assert (sum(row["sparkline"]), row["sparkline"][-1]) == (2, 2)
    assert row["last_used_at"] == rfc3339(now)


def test_the_list_costs_as_many_queries_for_many_apis_as_for_one(
    alice: Person, sessions: Sessions, answered: Answered, now: datetime, queries: list[str]
) -> None:
    """No query for each row."""
    first = export_apis(sessions, account_id=alice.id)
    answered(*(record(api_id, now) for api_id in first))
    queries.clear()
    get(alice, "/apis")
    for_one = len(queries)
    more = export_apis(sessions, 12, account_id=alice.id)
    answered(*(record(api_id, now) for api_id in more))
    queries.clear()
    assert len(get(alice, "/apis")) == 13
    assert len(queries) == for_one


def test_no_page_but_the_log_reads_raw_rows(
    alice: Person, api_id: int, answered: Answered, now: datetime, queries: list[str]
) -> None:
    """What a page costs follows the hours shown and not the traffic."""
    answered(record(api_id, now))
    queries.clear()
    for path in ("/summary", "/apis", f"/apis/{api_id}/stats", f"/apis/{api_id}/metrics"):
        get(alice, path)
    assert queries
    assert not any("api_requests" in statement for statement in queries)


def test_the_list_is_searched_filtered_and_paged(alice: Person, sessions: Sessions, now: datetime) -> None:
    """Parts of names in any case, wildcards taken as letters; pages join without gap or repetition."""
    ids = export_apis(sessions, 5, account_id=alice.id)
    names = ["Churn 100%", "churn_b", "Fraud", "fraud b", "x"]
    with sessions.begin() as session:
        for api_id, name in zip(ids, names, strict=True):
            session.execute(update(ExportedAPI).where(ExportedAPI.id == api_id).values(name=name))
        session.execute(update(ExportedAPI).where(ExportedAPI.id == ids[2]).values(status="inactive"))
    assert [row["name"] for row in get(alice, "/apis?search=CHURN")] == ["churn_b", "Churn 100%"]
    assert [row["name"] for row in get(alice, "/apis?search=%25")] == ["Churn 100%"]
    assert [row["name"] for row in get(alice, "/apis?search=_")] == ["churn_b"]
    assert len(get(alice, "/apis?search=IRI")) == 5
    assert [row["name"] for row in get(alice, "/apis?status=inactive")] == ["Fraud"]
    seen, path = [], "/api/monitoring/apis?limit=2&status=active"
    while path:
        answer = alice.get(path)
        seen += [row["id"] for row in answer.get_json()]
        path = answer.headers.get("Link", "").partition("<")[2].partition(">")[0]
    assert seen == [ids[4], ids[3], ids[1], ids[0]]


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=x", "cursor=%21", "cursor=MQ.", "status=gone", "n=1"])
@pytest.mark.parametrize("path", ["/apis", "/apis/{id}/requests"])
def test_a_query_that_does_not_fit_is_refused(alice: Person, api_id: int, path: str, query: str) -> None:
    """400 INVALID_INPUT, never a crash and never a guess."""
    answer = alice.get(f"/api/monitoring{path.format(id=api_id)}?{query}")
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (400, "INVALID_INPUT")


def test_the_hours_are_given_as_they_are_stored(alice: Person, api_id: int, answered: Answered, now: datetime) -> None:
    """Oldest first, without hours that had no calls."""
    answered(
        record(api_id, now, response_time=0.5),
        record(api_id, now - timedelta(hours=2), status_code=400),
        record(api_id, now - timedelta(hours=30)),
    )
    hours = get(alice, f"/apis/{api_id}/metrics?time_range=24h")
    assert [hour["hour_timestamp"] for hour in hours] == [
        rfc3339(floor_hour(now) - timedelta(hours=2)),
        rfc3339(floor_hour(now)),
    ]
    assert hours[1] == {
        "hour_timestamp": rfc3339(floor_hour(now)),
        "request_count": 1,
        "success_count": 1,
        "error_count": 0,
        "avg_response_time": 0.5,
        "avg_cpu_usage": 50.0,
        "avg_memory_usage": 200.0,
        "p50_response_time": 0.5,
        "p95_response_time": 0.5,
        "p99_response_time": 0.5,
    }
    assert len(get(alice, f"/apis/{api_id}/metrics?time_range=7d")) == 3


def test_resource_usage_is_its_own_view(
    app: Flask, alice: Person, api_id: int, answered: Answered, now: datetime
) -> None:
    """The fourth method of the reference document's service."""
    answered(record(api_id, now, cpu_usage=80.0, memory_usage=300.0))
    with app.app_context():
        usage = MonitoringService.get_resource_usage(api_id, viewer=Viewer(alice.id))
    assert (usage.resources.peak_cpu_usage, usage.resources.avg_memory_usage) == (80.0, 300.0)
    assert usage.series[-1].peak_memory_usage == 300.0


def test_the_aggregation_runs_from_the_service_once_an_hour(
    app: Flask, api_id: int, answered: Answered, clock: FrozenClock, now: datetime
) -> None:
    """aggregate_metrics recounts closed hours; a second call in the same hour does nothing."""
    answered(record(api_id, now))
    clock.advance(3_600)
    with app.app_context():
        done = MonitoringService.aggregate_metrics()
        assert done is not None
        assert (done.recounted, done.drifts) == (1, ())
        assert MonitoringService.aggregate_metrics() is None
