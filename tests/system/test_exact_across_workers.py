"""What must be exact whatever worker takes the call: two or eight of them, counting in shared state or in Redis."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.redis_server import emptied, redis_server
from tests.system.conftest import ROW, Furnished
from tests.system.server import Server, running_server, wait_for

__all__ = ["redis_server"]
pytestmark = [pytest.mark.slow, pytest.mark.alone, pytest.mark.timeout(300)]
ARRANGEMENTS = ["2 workers", "8 workers", "2 workers, Redis", "8 workers, Redis"]


@pytest.fixture(scope="module", params=ARRANGEMENTS)
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, furnished: Furnished
) -> Iterator[Server]:
    """A server in each arrangement in turn."""
    arrangement: str = request.param
    settings = {"WEB_CONCURRENCY": arrangement[0]}
    if arrangement.endswith("Redis"):
        settings["REDIS_URL"] = emptied(request.getfixturevalue("redis_server"))
    with running_server(tmp_path_factory.mktemp("server"), furnished.home, **settings) as running:
        yield running


def test_four_hundred_concurrent_calls_on_one_key_give_exactly_a_hundred_answers(server: Server, model: int) -> None:
    """The 101st call inside a minute is refused, and not one of the first hundred is."""
    api = server.export(model)
    assert parallel(server, api, 400) == {200: 100, 429: 300}


def test_a_paused_api_is_refused_on_the_very_next_call_by_every_worker(server: Server, model: int) -> None:
    """No worker goes on with what it remembered."""
    api = server.export(model, rate_limit_per_minute=10_000)
    for _ in range(20):
        assert server.predict(api["api_id"], api["api_key"], ROW).status == 200
    for status, expected in (("inactive", 403), ("active", 200), ("inactive", 403)):
        server.request("PUT", f"/api/exports/{api['api_id']}/status", {"status": status})
        answers = {server.predict(api["api_id"], api["api_key"], ROW).status for _ in range(40)}
        assert answers == {expected}


def test_a_regenerated_key_is_refused_on_the_very_next_call_by_every_worker(server: Server, model: int) -> None:
    """A leaked key is dead when the new one is shown."""
    api = server.export(model, rate_limit_per_minute=10_000)
    for _ in range(20):
        assert server.predict(api["api_id"], api["api_key"], ROW).status == 200
    fresh = server.request("POST", f"/api/exports/{api['api_id']}/regenerate-key", {}).json["api_key"]
    for _ in range(40):
        assert server.predict(api["api_id"], api["api_key"], ROW).status == 403
        assert server.predict(api["api_id"], fresh, ROW).status == 200


def test_a_deleted_api_is_gone_for_every_worker(server: Server, model: int) -> None:
    """Its key is nobody's any more."""
    api = server.export(model, rate_limit_per_minute=10_000)
    for _ in range(20):
        assert server.predict(api["api_id"], api["api_key"], ROW).status == 200
    assert server.request("DELETE", f"/api/exports/{api['api_id']}").status == 204
    assert {server.predict(api["api_id"], api["api_key"], ROW).status for _ in range(40)} == {403}


def test_an_sql_update_of_a_limit_holds_within_a_second(server: Server, model: int) -> None:
    """An operator with nothing but sqlite3 can stop a key."""
    api = server.export(model, rate_limit_per_minute=10_000)
    assert server.predict(api["api_id"], api["api_key"], ROW).status == 200
    with sqlite3.connect(server.database, timeout=10) as database:
        database.execute("UPDATE api_key_quotas SET sustained_limit = 0 WHERE key_id = ?", (api["key_id"],))
    database.close()
    updated = time.monotonic()
    wait_for(lambda: server.predict(api["api_id"], api["api_key"], ROW).status == 429, "the new limit", 1.0)
    # Every worker looks by itself: after a second none may admit.
    wait_for(lambda: time.monotonic() > updated + 1.0, "a second", 2.0)
    assert {server.predict(api["api_id"], api["api_key"], ROW).status for _ in range(40)} == {429}


def test_a_burst_is_exact(server: Server, model: int) -> None:
    """A token bucket gives its capacity at once and no call more, whoever asks."""
    api = server.export(model)
    limits = {"burst_limit": 50, "sustained_limit": 1, "daily_quota": None}
    assert server.request("PUT", f"/api/dev/keys/{api['key_id']}/limits", limits).status == 200
    assert parallel(server, api, 200) == {200: 50, 429: 150}


def test_a_daily_quota_is_exact(server: Server, model: int) -> None:
    """The quota ends where it says, and the refusal names it."""
    api = server.export(model, rate_limit_per_minute=10_000)
    limits = {"sustained_limit": 10_000, "daily_quota": 40, "overage_action": "block"}
    assert server.request("PUT", f"/api/dev/keys/{api['key_id']}/limits", limits).status == 200
    assert parallel(server, api, 120) == {200: 40, 429: 80}
    refusal = server.predict(api["api_id"], api["api_key"], ROW)
    assert refusal.json["error"]["details"]["policy"] == "daily-quota"


def parallel(server: Server, api: dict[str, Any], calls: int) -> Counter[int]:
    """Make some calls, 32 at a time, all set off at once; count the answers by status."""
    gate = threading.Barrier(32)

    def call(number: int) -> int:
        if number < gate.parties:
            gate.wait(30)
        return server.predict(api["api_id"], api["api_key"], ROW).status

    with ThreadPoolExecutor(gate.parties) as pool:
        return Counter(pool.map(call, range(calls)))
