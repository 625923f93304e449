"""Both doors of a prediction, bare WSGI and Flask: the same calls get the same answers."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import orjson
import pytest
from flask import Flask
from werkzeug.test import Client, TestResponse

from backend.routes import prediction_door
from backend.routes.prediction_door import LONG_BYTES
from tests.api.conftest import ROW, Person

GOOD = orjson.dumps(ROW)
CALLS: dict[str, dict[str, Any]] = {
    "one record": {"data": GOOD},
    "several": {"data": orjson.dumps([ROW, ROW])},
    "instances": {"data": orjson.dumps({"instances": [ROW]})},
    "a long body": {"data": orjson.dumps([ROW] * 400)},
    "no body": {"data": b""},
    "no JSON": {"data": b"{"},
    "missing columns": {"data": b"{}"},
    "mistyped": {"data": orjson.dumps({**ROW, "sepal_width": "3.5"})},
    "too large": {"data": b" " * 1_048_577},
    "no key": {"data": GOOD, "headers": {}},
    "wrong key": {"data": GOOD, "headers": {"X-API-Key": "wrong"}},
    "as a bearer": {"data": GOOD, "bearer": True},
    "no such API": {"data": GOOD, "target": "999"},
    "no number": {"data": GOOD, "target": "x"},
    "a long number": {"data": GOOD, "target": "9" * 30},
    "another origin": {"data": GOOD, "extra": {"Origin": "https://elsewhere.example"}},
    "a correlation id": {"data": GOOD, "extra": {"X-Request-ID": "mine-1"}},
    "PUT": {"data": GOOD, "method": "PUT"},
}
VARYING = {
    "x-request-id",
    "x-ratelimit-remaining",
    "x-ratelimit-reset",
    "ratelimit",
    "content-length",
    "date",
    "server-timing",
}


@pytest.fixture
def api(alice: Person, exported: dict[str, Any]) -> dict[str, Any]:
    """An exported API with its key."""
    return exported


def send(door: Any, api: dict[str, Any], call: dict[str, Any]) -> TestResponse:
    key = api["api_key"]
    headers = call.get("headers", {"Authorization": f"Bearer {key}"} if call.get("bearer") else {"X-API-Key": key})
    return Client(door).open(
        f"/api/predict/{call.get('target', api['api_id'])}",
        method=call.get("method", "POST"),
        input_stream=io.BytesIO(call["data"]),
        content_length=len(call["data"]),
        headers={**headers, **call.get("extra", {})},
        content_type="application/json",
    )


def shape(answer: TestResponse) -> tuple[int, Any, dict[str, str]]:
    """Give what must be equal: status, body without id and time, headers without those that differ by nature."""
    body = orjson.loads(answer.data) if answer.data else None
    if isinstance(body, dict):
        body = {name: value for name, value in body.items() if name not in {"request_id", "response_time"}}
    headers = {name.lower(): value for name, value in answer.headers if name.lower() not in VARYING}
    stages = [stage.partition(";")[0] for stage in answer.headers.get("Server-Timing", "").split(", ")]
    headers["stages of server-timing"] = " ".join(stages)
    return answer.status_code, body, headers


@pytest.mark.parametrize("name", CALLS)
def test_both_doors_give_the_same_answer(app: Flask, api: dict[str, Any], name: str) -> None:
    """Which door a caller came through shows in nothing but the time it took."""
    bare = app.wsgi_app
    flask = bare._flask  # type: ignore[attr-defined]
    assert shape(send(bare, api, CALLS[name])) == shape(send(flask, api, CALLS[name]))


def test_plain_predictions_do_not_reach_flask(app: Flask, api: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """The point of the bare door: Flask has no part in a plain prediction."""

    def refuse(*_args: Any) -> None:
        pytest.fail("a plain prediction reached Flask")

    monkeypatch.setattr(app.wsgi_app, "_flask", refuse)
    assert send(app.wsgi_app, api, CALLS["one record"]).status_code == 200


@pytest.mark.parametrize(("length", "expected"), [(LONG_BYTES - 1, ["read"]), (LONG_BYTES, ["pass on", "read", "go"])])
def test_a_long_body_holds_up_nobody(
    app: Flask, api: dict[str, Any], monkeypatch: pytest.MonkeyPatch, length: int, expected: list[str]
) -> None:
    """Another thread takes the next call before the body is waited for, and the answer may be worked out anywhere."""
    done: list[str] = []

    class Body(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            done.append("read")
            return super().read(size)

    @contextmanager
    def anywhere() -> Iterator[None]:
        done.append("go")
        yield

    monkeypatch.setattr(prediction_door, "pass_on", lambda: done.append("pass on"))
    monkeypatch.setattr(prediction_door, "anywhere", anywhere)
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": f"/api/predict/{api['api_id']}",
        "CONTENT_LENGTH": str(length),
        "HTTP_X_API_KEY": api["api_key"],
        "wsgi.input": Body(GOOD.ljust(length)),
    }
    answer: list[str] = []
    app.wsgi_app(environ, lambda status, _headers, *_: answer.append(status))  # type: ignore[arg-type]

    assert (answer, done) == (["200 OK"], expected)
