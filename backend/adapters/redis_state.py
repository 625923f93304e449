"""RedisState: the Redis server that several machines share, as something that runs scripts.

Made by bootstrap where REDIS_URL is set. Knows no script. Waits briefly and never tries twice: a call that may have
been counted is not counted again, and whoever asked decides what a silent server means.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from typing import cast

from redis import Redis
from redis.backoff import NoBackoff
from redis.commands.core import Script
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeout
from redis.retry import Retry

ANSWER_SECONDS_MAX = 0.25
# A server that swallows everything would otherwise hold every call for as long as it may take.
TIMEOUTS_IN_A_ROW = 3
REST_SECONDS = 1.0


class RedisState:
    """One server. Threads and forks may share it."""

    def __init__(self, url: str, *, answer_seconds_max: float = ANSWER_SECONDS_MAX) -> None:
        """Connect at the first use.

        Args:
            url: redis://, rediss:// or unix://, with user and password where needed.
            answer_seconds_max: how long to wait, for a connection and for an answer.
        """
        self._client = Redis.from_url(
            url,
            socket_timeout=answer_seconds_max,
            socket_connect_timeout=answer_seconds_max,
            retry=Retry(NoBackoff(), 0),
        )
        self._scripts: dict[str, Script] = {}
        self._lock = threading.Lock()
        self._timeouts = 0
        self._rests_until = 0.0

    def run(self, script: str, keys: Sequence[str], arguments: Sequence[str | int]) -> list[int]:
        """Run a Lua script atomically; it is sent once and known by its digest then.

        Raises:
            OSError: the server cannot be reached, answers too late, or refuses. After several late answers in a row
                it is left alone for a second.
        """
        if time.monotonic() < self._rests_until:
            raise ConnectionError("Redis is left alone for a moment")
        known = self._scripts.get(script) or self._scripts.setdefault(script, self._client.register_script(script))
        try:
            answer = known(keys=keys, args=arguments)
        except RedisTimeout as error:
            self._note_timeout()
            raise TimeoutError(str(error)) from error
        except RedisError as error:
            raise ConnectionError(str(error)) from error
        self._timeouts = 0
        return cast("list[int]", answer)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _note_timeout(self) -> None:
        with self._lock:
            self._timeouts += 1
            if self._timeouts >= TIMEOUTS_IN_A_ROW:
                self._rests_until = time.monotonic() + REST_SECONDS
