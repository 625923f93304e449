"""Clients that send their bodies slowly take a thread each, and nobody else's answer."""

from __future__ import annotations

import json
import socket
import time
from pathlib import Path
from typing import Any

import pytest

from tests.system.conftest import ROW, Furnished
from tests.system.server import WEB_SERVERS, Server, running_server

pytestmark = pytest.mark.slow

THREADS = 4
BODY = json.dumps(ROW).encode()
SECONDS_MAX = 2.0
"""For an answer beside them: far more than it takes, far less than they do."""


@pytest.mark.parametrize("web_server", WEB_SERVERS)
def test_predictions_pass_bodies_that_come_slowly(tmp_path: Path, furnished: Furnished, web_server: str) -> None:
    """All threads of the only worker but one wait for the rest of a body; then the bodies come, and are answered."""
    settings = {"SERVER": web_server, "WEB_CONCURRENCY": "1", "WEB_THREADS": str(THREADS)}
    with running_server(tmp_path, furnished.home, **settings) as server:
        api = server.export(furnished.iris, rate_limit_per_minute=1_000_000)
        slow = [Slow(server, api["api_id"], api["api_key"]) for _ in range(THREADS - 1)]
        for one in slow:
            one.begin()
            ask(server, api)
        for _ in range(20):
            ask(server, api)
        for one in slow:
            assert one.end().startswith(b"HTTP/1.1 200 OK")
        ask(server, api)
        assert server.stop() == 0


def test_a_page_of_the_portal_waits_for_no_slow_upload(tmp_path: Path, furnished: Furnished) -> None:
    """A model that comes in over minutes leaves the worker to everybody else."""
    with running_server(tmp_path, furnished.home, WEB_CONCURRENCY="1") as server:
        with connection(server) as upload:
            length, boundary = 1_000_000, "b"
            upload.sendall(
                f"POST /api/models HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {server.token}\r\n"
                f"Content-Type: multipart/form-data; boundary={boundary}\r\nContent-Length: {length}\r\n\r\n"
                f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="m.joblib"\r\n\r\nhead'.encode()
            )
            for _ in range(10):
                assert server.request("GET", "/api/models", timeout=SECONDS_MAX).status == 200
        assert server.stop() == 0


class Slow:
    """A client that sends half of a prediction's body, and the rest when told to."""

    def __init__(self, server: Server, api_id: int, key: str) -> None:
        self._server = server
        self._head = (
            f"POST /api/predict/{api_id} HTTP/1.1\r\nHost: localhost\r\nX-API-Key: {key}\r\nConnection: close\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(BODY)}\r\n\r\n"
        ).encode()

    def begin(self) -> None:
        """Connect and send half."""
        self._socket = connection(self._server)
        self._socket.sendall(self._head + BODY[:5])

    def end(self) -> bytes:
        """Send the rest and give the answer."""
        with self._socket as link:
            link.sendall(BODY[5:])
            answer = b""
            while piece := link.recv(65_536):
                answer += piece
        return answer


def connection(server: Server) -> socket.socket:
    """Connect to a server."""
    return socket.create_connection(("127.0.0.1", server.port), timeout=20.0)


def ask(server: Server, api: dict[str, Any]) -> None:
    """Predict, and be answered soon."""
    begun = time.monotonic()
    reply = server.predict(api["api_id"], api["api_key"], ROW)
    assert reply.status == 200
    assert time.monotonic() - begun < SECONDS_MAX
