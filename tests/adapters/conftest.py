"""Fixtures: a Redis server of the test run's own."""

from collections.abc import Iterator

import pytest

from backend.adapters.redis_state import RedisState
from tests.redis_server import redis_server, redis_url

__all__ = ["redis_server", "redis_url"]


@pytest.fixture
def redis_state(redis_url: str) -> Iterator[RedisState]:
    # Patient, since the machine may be busy with other tests.
    state = RedisState(redis_url, answer_seconds_max=10)
    yield state
    state.close()
