"""What an operator's Prometheus reads."""

from __future__ import annotations

import re

import pytest

from tests.system.conftest import ROW
from tests.system.server import Server, wait_for

pytestmark = pytest.mark.slow


def test_metrics_count_calls_and_keys_over_all_workers(server: Server, model: int) -> None:
    """The names are the reference document's, and the numbers move with what happens."""
    api = server.export(model)
    before = numbers(server)
    assert server.predict(api["api_id"], api["api_key"], ROW).status == 200
    assert server.predict(api["api_id"], "no key", ROW).status == 403
    wait_for(lambda: sum_of(server, "api_key_usage_total") == before.get("api_key_usage_total", 0) + 2, "the calls")
    assert sum_of(server, "api_key_auth_attempts_total") == before.get("api_key_auth_attempts_total", 0) + 2
    assert sum_of(server, "active_api_keys") >= 1
    assert sum_of(server, "http_request_duration_seconds_count") > 0


def sum_of(server: Server, name: str) -> float:
    return numbers(server).get(name, 0)


def numbers(server: Server) -> dict[str, float]:
    """Give each metric with its labels added up."""
    text = server.request("GET", "/metrics").body.decode()
    found: dict[str, float] = {}
    for name, value in re.findall(r"^([a-z_]+)(?:\{[^}]*\})? (\S+)$", text, re.MULTILINE):
        found[name] = found.get(name, 0) + float(value)
    return found
