"""Guarantees of the log: newest first, whole, narrowed, followed live, one's own, and without what was redacted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from backend.core.clock import rfc3339
from tests.api.conftest import Person, without_request_id
from tests.api.usage.conftest import Answered, Called, new_key

SHAPE = {
    "cursor", "request_id", "occurred_at", "method", "endpoint", "kind", "api_id", "key_id", "key_name", "app_id",
    "environment", "source", "status", "latency_ms", "bytes_in", "bytes_out", "rows", "credits", "is_overage", "ip",
    "country", "error_message",
}  # fmt: skip


def walked(person: Person, path: str) -> list[dict[str, Any]]:
    """Read a list to its end."""
    rows: list[dict[str, Any]] = []
    while path:
        answer = person.get(path)
        assert answer.status_code == 200, answer.get_json()
        rows += answer.get_json()
        path = answer.headers.get("Link", "").partition("<")[2].partition(">")[0]
    return rows


def ids(rows: list[dict[str, Any]]) -> list[str]:
    """Give the request ids of some rows."""
    return [row["request_id"] for row in rows]


def test_a_call_is_shown_as_it_was_answered(
    alice: Person, api_id: int, call: Called, answered: Answered, now: datetime
) -> None:
    """Everything the event has, the name of the key, and no column that only we need."""
    made = call(status_code=500, error_message="broke", rows=3, response_time=0.25)
    answered(made)
    (row,) = walked(alice, "/api/dev/logs")
    assert set(row) == SHAPE
    assert (row["request_id"], row["occurred_at"], row["status"]) == (made.request_id, rfc3339(now), 500)
    assert (row["latency_ms"], row["bytes_in"], row["bytes_out"], row["rows"]) == (250.0, 30, 40, 3)
    assert (row["key_id"], row["key_name"], row["api_id"]) == (made.key_id, "iris", api_id)
    assert (row["error_message"], row["ip"], row["country"]) == ("broke", "127.0.0.1", None)


def test_pages_join_newest_first_though_calls_keep_coming(
    alice: Person, call: Called, answered: Answered, now: datetime
) -> None:
    """No call is shown twice or left out, calls of the same microsecond included."""
    calls = [call(now + timedelta(seconds=number // 3)) for number in range(10)]
    answered(*calls)
    first = alice.get("/api/dev/logs?limit=4")
    answered(call(now + timedelta(minutes=1)))
    rest = walked(alice, first.headers["Link"].partition("<")[2].partition(">")[0])
    seen = ids([*first.get_json(), *rest])
    assert len(seen) == len(set(seen)) == 10
    order = {made.request_id: made.occurred_at_us for made in calls}
    assert [order[name] for name in seen] == sorted(order.values(), reverse=True)


def test_the_log_is_narrowed(
    alice: Person, call: Called, answered: Answered, now: datetime, dev_app: dict[str, Any], key: dict[str, Any]
) -> None:
    """Each filter by itself, and two together."""
    hour = timedelta(hours=1)
    calls = {
        "plain": call(),
        "mine": call(key_id=key["key_id"], app_id=dev_app["id"], status_code=404),
        "test": call(environment="test", status_code=429),
        "played": call(source="playground", key_id=None),
        "failed": call(status_code=503, endpoint="/other"),
        "old": call(now - 2 * hour),
    }
    answered(*calls.values())
    names = {made.request_id: name for name, made in calls.items()}

    def found(query: str) -> set[str]:
        return {names[name] for name in ids(walked(alice, f"/api/dev/logs?{query}"))}

    assert found("") == set(calls)
    assert found(f"key_id={key['key_id']}") == found(f"app_id={dev_app['id']}") == {"mine"}
    assert found("status=4xx") == {"mine", "test"}
    assert found("status=5xx") == found("status=503") == found("endpoint=/other") == {"failed"}
    assert found("status=error") == {"mine", "test", "failed"}
    assert found("status=success") == found("status=200") == {"plain", "played", "old"}
    assert found("environment=test") == {"test"}
    assert found("environment=live") == set(calls) - {"test"}
    assert found("source=playground") == {"played"}
    assert found("source=api") == set(calls) - {"played"}
    assert found(f"request_id={calls['old'].request_id}") == {"old"}
    assert found(f"to={rfc3339(now - hour)}") == {"old"}
    assert found(f"from={rfc3339(now - hour)}") == set(calls) - {"old"}
    assert found(f"key_id={key['key_id']}&status=5xx") == set()
    assert found(f"endpoint=/other&status=503&source=api&environment=live&from={rfc3339(now - hour)}") == {"failed"}
    assert found("key_id=ak_live_unknown") == found("app_id=unknown") == set()


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=201",
        "status=teapot",
        "status=999",
        "cursor=x",
        "after=%7Bx",
        "from=soon",
        "from=0001-01-01T00:00:00%2B14:00",
        "source=cron",
        "request_id=%00",
        "who=me",
    ],
)
def test_a_query_that_does_not_fit_is_refused(alice: Person, query: str) -> None:
    """Never a guess at what was meant, and never an error of ours."""
    assert alice.get(f"/api/dev/logs?{query}").status_code in {400, 422}


def test_the_live_tail_misses_nothing(alice: Person, call: Called, answered: Answered, now: datetime) -> None:
    """Whoever asks again with the newest cursor is given every call once, also those that were recorded late."""
    answered(call(now))
    (newest,) = alice.get("/api/dev/logs").get_json()
    seen: list[str] = []
    for round_number in range(3):
        moments = [now + timedelta(seconds=round_number), now - timedelta(minutes=5)]
        batch = [call(moment) for moment in moments * 2]
        answered(*batch)
        while rows := alice.get(f"/api/dev/logs?limit=3&after={newest['cursor']}").get_json():
            seen += ids(rows)
            newest = rows[0]
        assert {made.request_id for made in batch} <= set(seen)
    assert len(seen) == len(set(seen)) == 12
    assert alice.get(f"/api/dev/logs?after={newest['cursor']}").get_json() == []


def test_the_live_tail_is_narrowed_too(alice: Person, call: Called, answered: Answered, now: datetime) -> None:
    """A tail of errors shows errors."""
    answered(call())
    cursor = alice.get("/api/dev/logs").get_json()[0]["cursor"]
    failed = call(now + timedelta(seconds=1), status_code=500)
    answered(call(now + timedelta(seconds=1)), failed)
    assert ids(alice.get(f"/api/dev/logs?status=error&after={cursor}").get_json()) == [failed.request_id]


def test_a_call_has_its_bodies(alice: Person, call: Called, answered: Answered) -> None:
    """JSON as JSON, and text that is none as text."""
    made = call(response_data="no json")
    answered(made)
    found = alice.get(f"/api/dev/logs/{made.request_id}").get_json()
    assert set(found) == SHAPE | {"request_data", "response_data"}
    assert (found["request_data"], found["response_data"]) == ({"age": 5}, "no json")


def test_a_call_of_a_deleted_api_is_still_in_the_log(
    alice: Person, api_id: int, call: Called, answered: Answered
) -> None:
    """What it was and what it cost; its bodies went with the API, before the background process took them out."""
    made = call()
    answered(made)
    alice.delete(f"/api/exports/{api_id}")
    found = alice.get(f"/api/dev/logs/{made.request_id}").get_json()
    assert (found["status"], found["key_name"]) == (200, None)
    assert (found["request_data"], found["response_data"]) == (None, None)


def test_nobody_elses_calls_are_shown(
    alice: Person, bob: Person, admin: Person, call: Called, answered: Answered
) -> None:
    """Not in the list, not by id, not in the file, not to administrators; another's id answers like no id."""
    made = call()
    answered(made)
    for person in (bob, admin):
        assert walked(person, "/api/dev/logs") == []
        assert walked(person, f"/api/dev/logs?key_id={made.key_id}") == []
        assert person.get("/api/dev/logs/export?format=json").get_json() == []
        theirs = person.get(f"/api/dev/logs/{made.request_id}")
        absent = person.get("/api/dev/logs/req_" + "0" * 26)
        assert theirs.status_code == absent.status_code == 404
        assert without_request_id(theirs) == without_request_id(absent)
    assert alice.get("/api/dev/logs/%00").status_code == 404


def test_a_key_sees_its_own_environment_only(
    alice: Person, call: Called, answered: Answered, dev_app: dict[str, Any]
) -> None:
    """A test key reads test calls, in the list, by id and in the file."""
    live, test = call(), call(environment="test")
    answered(live, test)
    headers = {"X-API-Key": new_key(alice, dev_app["id"], "test")["api_key"]}

    def get(path: str) -> Any:
        return alice.client.get(f"/api/dev/logs{path}", headers=headers)

    assert ids(get("").get_json()) == ids(get("/export?format=json").get_json()) == [test.request_id]
    assert get("?environment=live").get_json() == []
    assert get(f"/{test.request_id}").status_code == 200
    assert get(f"/{live.request_id}").status_code == 404


def test_what_is_redacted_is_never_stored(
    alice: Person, call: Called, answered: Answered, build_settings: Callable[[list[str]], list[str]]
) -> None:
    """From the moment that it is set, in the log and in monitoring; names are kept once whatever their case."""
    assert build_settings(["SSN", "ssn", " card "]) == ["SSN", "card"]
    made = call(request_data='{"ssn":"123-45","age":5}', response_data='{"echo":{"Card":"4111"}}')
    answered(made)
    found = alice.get(f"/api/dev/logs/{made.request_id}").get_json()
    assert found["request_data"] == {"ssn": "[redacted]", "age": 5}
    assert found["response_data"] == {"echo": {"Card": "[redacted]"}}
    (row,) = alice.get(f"/api/monitoring/apis/{made.api_id}/requests").get_json()
    assert row["request_data"] == found["request_data"]


def test_settings_are_ones_own_and_leave_a_trace(
    alice: Person, bob: Person, build_settings: Callable[[list[str]], list[str]]
) -> None:
    """Who changed what may be kept is in the audit trail, once for each change."""
    build_settings(["ssn"])
    build_settings(["ssn"])
    assert bob.get("/api/dev/settings").get_json() == {"redacted_fields": []}
    entries = alice.get("/api/dev/audit?action=settings.changed").get_json()
    assert [entry["details"] for entry in entries] == [{"redacted_fields": {"before": [], "after": ["ssn"]}}]


@pytest.mark.parametrize(
    "body", [{}, {"redacted_fields": "ssn"}, {"redacted_fields": [""]}, {"redacted_fields": ["x"] * 101}]
)
def test_settings_that_do_not_fit_are_refused(alice: Person, body: dict[str, Any]) -> None:
    """And change nothing."""
    assert alice.put("/api/dev/settings", json=body).status_code in {400, 422}
    assert alice.get("/api/dev/settings").get_json() == {"redacted_fields": []}


@pytest.fixture
def build_settings(alice: Person) -> Callable[[list[str]], list[str]]:
    """Give a function that sets what Alice's log must not keep, and gives what is set."""

    def change(names: list[str]) -> list[str]:
        answer = alice.put("/api/dev/settings", json={"redacted_fields": names})
        assert answer.status_code == 200, answer.get_json()
        stored: list[str] = alice.get("/api/dev/settings").get_json()["redacted_fields"]
        assert stored == answer.get_json()["redacted_fields"]
        return stored

    return change
