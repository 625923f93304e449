"""Predictions of an installation whose limits and credits are shared through Redis: a real server, here and gone."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from redis import Redis

from tests.api.conftest import ROW, BuildApp, Person
from tests.api.predict.conftest import MakeKey
from tests.redis_server import mortal_redis

__all__ = ["mortal_redis"]


@pytest.fixture
def app(build_app: BuildApp, mortal_redis: str) -> Flask:
    """An application with REDIS_URL."""
    return build_app(redis_url=mortal_redis)


def test_limits_and_credits_are_counted_in_redis(
    app: Flask,
    alice: Person,
    exported: dict[str, Any],
    make_key: MakeKey,
    mortal_redis: str,
) -> None:
    """The third of two calls is refused; without Redis live calls wait, test calls are admitted, changes go on."""
    path, key, free = f"/api/predict/{exported['api_id']}", make_key(quota={"sustained_limit": 2}), make_key("test")
    client = app.test_client(use_cookies=False)
    statuses = [client.post(path, json=ROW, headers=key.headers).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]
    assert alice.get("/api/dev/playground/endpoints").status_code == 200
    with Redis.from_url(mortal_redis) as operator:
        operator.shutdown(nosave=True)
    refused = client.post(path, json=ROW, headers={"X-API-Key": exported["api_key"]})
    assert (refused.status_code, refused.get_json()["error"]["code"]) == (503, "UNAVAILABLE")
    assert client.post(path, json=ROW, headers=free.headers).status_code == 200
    assert alice.put(f"/api/exports/{exported['api_id']}/status", json={"status": "inactive"}).status_code == 200
    assert client.post(path, json=ROW, headers=free.headers).status_code == 403
