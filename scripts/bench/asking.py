"""One HTTP request over a connection of its own, for checks and bad inputs; load comes from wrk."""

from __future__ import annotations

import http.client
import time
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass

TIMEOUT_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer; status 0 says that there was none."""

    status: int
    body: bytes
    seconds: float


def post(url: str, body: bytes, headers: Mapping[str, str], *, timeout: float = TIMEOUT_SECONDS) -> Reply:
    """Send JSON; a connection that breaks or stays silent gives status 0 with the reason as its body."""
    parts = urllib.parse.urlsplit(url)
    started = time.perf_counter()
    connection = http.client.HTTPConnection(parts.hostname or "127.0.0.1", parts.port, timeout=timeout)
    try:
        connection.request("POST", parts.path, body, {"Content-Type": "application/json", **headers})
        answer = connection.getresponse()
        return Reply(answer.status, answer.read(), time.perf_counter() - started)
    except (OSError, http.client.HTTPException) as error:
        return Reply(0, type(error).__name__.encode(), time.perf_counter() - started)
    finally:
        connection.close()
