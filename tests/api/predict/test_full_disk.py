"""A disk that is full, as the kernel says it: a call that cannot be logged is not answered, and nobody pays for it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import orjson
import pytest
from flask import Flask
from werkzeug.test import Client, TestResponse

from backend.engine.metering.journal import JournalWriter
from tests.api.conftest import ROW


@pytest.fixture
def make_room(app: Flask) -> Iterator[Callable[[], None]]:
    """Put the begun segment on a device without room; give a function that puts it back on its disk."""
    writer: JournalWriter = app.extensions["modelport.process"].journal
    writer.append(b"")
    kept, device = os.dup(writer._fd), os.open("/dev/full", os.O_WRONLY)
    os.dup2(device, writer._fd)

    def make() -> None:
        os.dup2(kept, writer._fd)

    yield make
    make()
    os.close(kept)
    os.close(device)


def test_a_full_disk_refuses_calls_until_there_is_room(
    app: Flask, exported: dict[str, Any], make_room: Callable[[], None]
) -> None:
    """Both doors answer 503 and no prediction, and nothing is charged; with room again the next call is served."""

    def call(door: Any) -> TestResponse:
        path, headers = f"/api/predict/{exported['api_id']}", {"X-API-Key": exported["api_key"]}
        return Client(door).post(path, data=orjson.dumps(ROW), headers=headers)

    bare: Any = app.wsgi_app
    for door in (bare, bare._flask):
        answer = call(door)
        body = orjson.loads(answer.data)
        assert (answer.status_code, answer.headers["X-Credits-Charged"]) == (503, "0")
        assert (body["error"]["code"], set(body)) == ("UNAVAILABLE", {"error", "request_id"})
    make_room()
    assert [call(door).status_code for door in (bare, bare._flask)] == [200, 200]
