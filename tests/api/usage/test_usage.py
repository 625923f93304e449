"""Guarantees of the usage pages: every call of the account counts once, days without calls are there, nobody else's."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.api.conftest import Person, without_request_id
from tests.api.usage.conftest import Answered, Called, made, new_key

DAY = {"day", "calls", "errors", "avg_latency_ms", "p95_latency_ms", "p99_latency_ms", "bytes"}
TOTALS = {
    "calls", "errors", "error_rate", "limited", "avg_latency_ms", "p95_latency_ms", "p99_latency_ms",
    "bytes_in", "bytes_out", "rows", "credits",
}  # fmt: skip
NOBODY = {
    "calls": 0, "errors": 0, "error_rate": None, "limited": 0, "avg_latency_ms": None, "p95_latency_ms": None,
    "p99_latency_ms": None, "bytes_in": 0, "bytes_out": 0, "rows": 0, "credits": 0,
}  # fmt: skip


def usage(person: Person, query: str = "") -> dict[str, Any]:
    """Read the account's usage."""
    answer = person.get(f"/api/dev/usage{query}")
    assert answer.status_code == 200, answer.get_json()
    body: dict[str, Any] = answer.get_json()
    return body


def test_usage_adds_up_by_day_path_and_key(
    alice: Person, api_id: int, call: Called, answered: Answered, now: datetime
) -> None:
    """The three tables and the totals tell of the same calls."""
    slow = call(response_time=0.2, status_code=503, key_id=None, source="playground")
    answered(call(), call(status_code=429), slow, call(now - timedelta(days=2), endpoint="/other", rows=5))
    found = usage(alice, "?days=3")
    totals = found["totals"]
    assert set(totals) == TOTALS
    assert (totals["calls"], totals["errors"], totals["error_rate"], totals["limited"]) == (4, 2, 50.0, 1)
    assert (totals["bytes_in"], totals["bytes_out"], totals["rows"]) == (120, 160, 8)
    assert totals["avg_latency_ms"] == pytest.approx((0.2 + 3 * 0.004) * 1000 / 4)
    assert totals["p99_latency_ms"] == pytest.approx(200, rel=0.01)
    days = [str((now - timedelta(days=back)).date()) for back in (2, 1, 0)]
    assert [(row["day"], row["calls"]) for row in found["days"]] == list(zip(days, (1, 0, 3), strict=True))
    assert set(found["days"][0]) == DAY | {"credits"}
    assert found["days"][1]["p95_latency_ms"] is None
    assert (found["from"], found["to"]) == (days[0], days[2])
    assert [(row["endpoint"], row["calls"]) for row in found["endpoints"]] == [
        (f"/api/predict/{api_id}", 3),
        ("/other", 1),
    ]
    assert [(row["key_id"], row["name"], row["calls"]) for row in found["keys"]] == [
        (f"ak_live_{api_id}", "iris", 3),
        (None, None, 1),
    ]


def test_usage_is_narrowed(
    alice: Person, call: Called, answered: Answered, now: datetime, dev_app: dict[str, Any], key: dict[str, Any]
) -> None:
    """By environment, key, app, path and days, each by itself."""
    mine = {"key_id": key["key_id"], "app_id": dev_app["id"]}
    answered(
        call(**mine),
        call(environment="test"),
        call(endpoint="/other"),
        call(now - timedelta(days=40)),
    )
    path = call().endpoint
    for query, count in {
        "": 3,
        "?environment=test": 1,
        "?environment=live": 2,
        f"?key_id={key['key_id']}": 1,
        f"?app_id={dev_app['id']}": 1,
        "?endpoint=/other": 1,
        f"?endpoint={path}": 2,
        "?days=41": 4,
        f"?from={(now - timedelta(days=40)).date()}&to={(now - timedelta(days=39)).date()}": 1,
        f"?from={(now - timedelta(days=41)).date()}T23:00:00Z": 4,
    }.items():
        assert usage(alice, query)["totals"]["calls"] == count, query


def test_usage_of_an_account_that_never_called_is_empty(bob: Person) -> None:
    """Zeros and nulls, and thirty days all the same."""
    found = usage(bob)
    assert found["totals"] == NOBODY
    assert len(found["days"]) == 30
    assert found["endpoints"] == found["keys"] == []


@pytest.mark.parametrize(
    "query",
    [
        "?days=0",
        "?days=367",
        "?from=2026-02-02&to=2026-02-01",
        "?from=2020-01-01&to=2026-01-01",
        "?from=soon",
        "?who=me",
        "?environment=prod",
        "?key_id=%00",
        "?app_id=" + "x" * 65,
    ],
)
def test_a_query_that_does_not_fit_is_refused(alice: Person, query: str) -> None:
    """Never a guess at what was meant, and never an error of ours."""
    assert alice.get(f"/api/dev/usage{query}").status_code in {400, 422}


def test_days_before_all_days_are_empty(alice: Person) -> None:
    """The calendar's first day has no thirty days before it."""
    assert usage(alice, "?to=0001-01-01")["totals"] == NOBODY


def test_an_apps_usage_is_a_bare_array_of_days(
    alice: Person, call: Called, answered: Answered, dev_app: dict[str, Any], key: dict[str, Any]
) -> None:
    """Oldest first, zero-filled, exactly the fields of the document and those allowed beside."""
    answered(call(key_id=key["key_id"], app_id=dev_app["id"], status_code=500), call())
    rows = alice.get(f"/api/dev/apps/{dev_app['id']}/usage?days=7").get_json()
    assert [row["calls"] for row in rows] == [0] * 6 + [1]
    assert all(set(row) == DAY for row in rows)
    assert rows[-1]["errors"] == 1
    assert len(alice.get(f"/api/dev/apps/{dev_app['id']}/usage").get_json()) == 30


def test_members_of_the_project_see_the_usage_of_its_app(
    alice: Person, bob: Person, call: Called, answered: Answered
) -> None:
    """A shared app's calls are its members' to see, by app and by key; nothing else of the account is."""
    project = made(alice, "/api/v1/projects", {"name": "Team"})
    shared = made(alice, "/api/dev/apps", {"name": "Shared", "project_id": project["id"]})
    key = new_key(alice, shared["id"])
    answered(call(key_id=key["key_id"], app_id=shared["id"]), call())
    path = f"/api/dev/apps/{shared['id']}/usage"
    assert bob.get(path).status_code == 404
    made(alice, f"/api/v1/projects/{project['id']}/members", {"email": bob.email, "role": "viewer"})
    assert bob.get(path).get_json()[-1]["calls"] == 1
    assert usage(bob, f"?app_id={shared['id']}")["totals"]["calls"] == 1
    assert usage(bob, f"?key_id={key['key_id']}")["totals"]["calls"] == 1
    assert usage(bob)["totals"]["calls"] == 0


@pytest.mark.parametrize(
    "place", ["/apps/{app}/usage", "/api-keys/{key}/stats", "/usage?key_id={key}", "/usage?app_id={app}"]
)
def test_what_is_anothers_answers_like_what_is_missing(
    bob: Person, place: str, dev_app: dict[str, Any], key: dict[str, Any], call: Called, answered: Answered
) -> None:
    """Byte for byte, so that ids cannot be looked for."""
    answered(call(key_id=key["key_id"], app_id=dev_app["id"]))
    theirs = bob.get("/api/dev" + place.format(app=dev_app["id"], key=key["key_id"]))
    absent = bob.get("/api/dev" + place.format(app="0" * 36, key="ak_live_" + "0" * 24))
    assert theirs.status_code == absent.status_code == 404
    assert without_request_id(theirs) == without_request_id(absent)


def test_a_key_whose_api_was_deleted_is_still_found_in_its_calls(
    alice: Person, api_id: int, call: Called, answered: Answered
) -> None:
    """Deleting an API takes its key away, and not the owner's view of what it did."""
    answered(call())
    assert alice.delete(f"/api/exports/{api_id}").status_code in {200, 204}
    assert usage(alice, f"?key_id=ak_live_{api_id}")["totals"]["calls"] == 1


def test_a_keys_numbers(alice: Person, call: Called, answered: Answered, now: datetime, key: dict[str, Any]) -> None:
    """Its days, its day so far against its quota, what is left of its limit, and when it was last used."""
    mine = {"key_id": key["key_id"]}
    answered(call(**mine), call(now - timedelta(days=1), **mine, status_code=400), call())
    found = alice.get(f"/api/dev/api-keys/{key['key_id']}/stats?days=2").get_json()
    assert (found["key_id"], found["name"], found["days"]) == (key["key_id"], "Backend", 2)
    assert (found["totals"]["calls"], found["totals"]["errors"]) == (2, 1)
    assert [row["calls"] for row in found["series"]] == [1, 1]
    quota = key["limits"]["daily_quota"]
    assert found["today"] == {"calls": 1, "daily_quota": quota, "share": pytest.approx(1 / quota)}
    assert (found["window"]["policy"], found["window"]["limit"]) == ("plan", 100)
    assert 0 < found["window"]["remaining"] <= 100
    assert found["last_used_at"].startswith(str(now.date()))


def test_the_overview_is_the_account_at_a_glance(
    alice: Person, call: Called, answered: Answered, now: datetime, key: dict[str, Any]
) -> None:
    """Today, thirty days, what answers slowest, credits, and what is done already."""
    before = alice.get("/api/dev/overview").get_json()
    assert before["first_steps"] == {"has_api": True, "has_app": True, "has_key": True, "has_call": False}
    answered(call(), call(status_code=500), call(now - timedelta(days=29)), call(now - timedelta(days=30)))
    found = alice.get("/api/dev/overview").get_json()
    assert (found["calls_today"], found["calls_30d"]) == (2, 3)
    assert found["error_rate_30d"] == pytest.approx(100 / 3)
    assert found["p95_latency_ms_30d"] == pytest.approx(4, rel=0.01)
    assert found["active_keys"] == 2
    assert set(found["credits"]) == {"current_credits", "month_consumed", "progress", "alert", "plan"}
    assert (len(found["days"]), len(found["endpoints"])) == (30, 1)
    assert found["endpoints"][0]["name"] == "iris"
    assert found["first_steps"]["has_call"] is True


def test_an_empty_account_has_an_overview(bob: Person) -> None:
    """The first page that anybody sees works before anything is there."""
    found = bob.get("/api/dev/overview").get_json()
    assert (found["calls_30d"], found["error_rate_30d"], found["active_keys"]) == (0, None, 0)
    assert not any(found["first_steps"].values())


def test_a_key_sees_its_own_environment_only(
    alice: Person, call: Called, answered: Answered, dev_app: dict[str, Any]
) -> None:
    """A test key that leaks tells nothing of live calls."""
    answered(call(), call(environment="test"), call(environment="test"))
    test_key = new_key(alice, dev_app["id"], "test")
    headers = {"X-API-Key": test_key["api_key"]}
    seen = alice.client.get("/api/dev/usage", headers=headers).get_json()
    assert seen["totals"]["calls"] == 2
    assert alice.client.get("/api/dev/usage?environment=live", headers=headers).get_json()["totals"]["calls"] == 0
    overview = alice.client.get("/api/dev/overview", headers=headers).get_json()
    assert (overview["calls_30d"], overview["active_keys"]) == (2, 1)


@pytest.mark.parametrize("path", ["usage", "overview", "logs", "logs/export", "logs/x", "settings"])
def test_strangers_and_keys_without_the_scope_are_refused(alice: Person, path: str, dev_app: dict[str, Any]) -> None:
    """Nothing of an account's traffic without a session or the right to read it."""
    assert alice.client.get(f"/api/dev/{path}").status_code == 401
    weak = new_key(alice, dev_app["id"], scopes=["predict:*"])
    assert alice.client.get(f"/api/dev/{path}", headers={"X-API-Key": weak["api_key"]}).status_code == 403
