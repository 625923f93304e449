"""A real Redis server for tests, of the test run's own, where one is installed.

A conftest makes the fixtures known by importing them; a test that takes `redis_url` gets an empty server.
"""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import RedisError

START_SECONDS_MAX = 30


class RedisAbsent(RuntimeError):
    """No Redis server is installed here."""


@pytest.fixture(scope="session")
def redis_server() -> Iterator[str]:
    """Give the URL of a running server; skip where Redis is not installed."""
    yield from redis_or_skip()


@pytest.fixture
def mortal_redis() -> Iterator[str]:
    """Give the URL of a server that the test may shut down."""
    yield from redis_or_skip()


@pytest.fixture
def redis_url(redis_server: str) -> str:
    """Give the URL of a server that holds nothing."""
    return emptied(redis_server)


def emptied(url: str) -> str:
    """Forget all that a server holds; give its URL."""
    with Redis.from_url(url) as client:
        client.flushall()
    return url


def redis_or_skip() -> Iterator[str]:
    """Run a server for as long as the iteration lasts; skip where Redis is not installed."""
    try:
        with running_redis() as url:
            yield url
    except RedisAbsent as absent:
        pytest.skip(str(absent))


@contextlib.contextmanager
def running_redis() -> Iterator[str]:
    """Run a server on a socket in a folder of its own; no port is taken, nothing is kept.

    Raises:
        RedisAbsent: no server program is installed.
    """
    program = shutil.which("redis-server")
    if program is None:
        raise RedisAbsent("Redis is not installed: no redis-server on PATH")
    folder = Path(tempfile.mkdtemp(prefix="modelport-redis-"))
    socket = folder / "redis.sock"
    options = ["--port", "0", "--unixsocket", str(socket), "--save", "", "--appendonly", "no", "--dir", str(folder)]
    try:
        with (folder / "server.log").open("wb") as log:
            server = subprocess.Popen([program, *options], stdout=log, stderr=log)
        try:
            url = f"unix://{socket}"
            _wait_for(url, server, folder / "server.log")
            yield url
        finally:
            server.terminate()
            server.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _wait_for(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS_MAX
    with Redis.from_url(url) as client:
        while True:
            try:
                client.ping()
            except RedisError:
                if server.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(log.read_text()) from None
                time.sleep(0.02)
            else:
                return
