"""What must be exact whatever worker takes the call."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.system.conftest import ROW
from tests.system.server import Server, wait_for

pytestmark = pytest.mark.slow


def test_four_hundred_concurrent_calls_on_one_key_give_exactly_a_hundred_answers(server: Server, model: int) -> None:
    """The 101st call inside a minute is refused, and not one of the first hundred is."""
    api = server.export(model)
    gate = threading.Barrier(32)

    def call(number: int) -> int:
        if number < gate.parties:
            gate.wait(30)
        return server.predict(api["api_id"], api["api_key"], ROW).status

    with ThreadPoolExecutor(gate.parties) as pool:
        statuses = Counter(pool.map(call, range(400)))
    assert statuses == {200: 100, 429: 300}


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
