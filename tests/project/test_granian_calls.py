"""What granian calls: each request is answered once, by whoever's turn it is, and sees nothing but itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from backend.core.turns import Turns
from backend.granian_calls import answering

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


class Protocol:
    """Takes answers as granian's does, streams to their end."""

    def __init__(self) -> None:
        self.sent: list[tuple[int, list[tuple[str, str]], bytes]] = []

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.sent.append((status, headers, body))

    def response_iter(self, status: int, headers: list[tuple[str, str]], body: Any) -> None:
        pieces = []
        while True:
            try:
                pieces.append(body.__next__())
            except StopIteration:
                break
        body.close()
        self.sent.append((status, headers, b"".join(pieces)))


class Pieces:
    """A body in pieces that says whether it was closed."""

    is_closed = False

    def __iter__(self) -> Iterator[bytes]:
        return iter([b"one ", b"after ", b"the other"])

    def close(self) -> None:
        self.is_closed = True


def test_a_list_is_sent_at_once() -> None:
    """With the status as a number and the headers as they are."""

    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        start_response("201 Created", [("X-Path", environ["PATH_INFO"])])
        return [b"a", b"b"]

    protocol, turns = Protocol(), Turns()
    answering(application, turns)(protocol, {"PATH_INFO": "/x"})
    assert protocol.sent == [(201, [("X-Path", "/x")], b"ab")]


def test_a_stream_is_sent_and_closed() -> None:
    """As files and exports are."""
    body = Pieces()

    def application(_environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        start_response("200 OK", [])
        return body

    protocol = Protocol()
    answering(application, Turns())(protocol, {})
    assert protocol.sent == [(200, [], b"one after the other")]
    assert body.is_closed


def test_a_request_sees_nothing_of_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """No secret of the operator's lies in it, and no variable that could be taken for a header."""
    monkeypatch.setenv("HTTP_X_API_KEY", "of nobody's request")
    monkeypatch.setenv("CONTENT_LENGTH", "5")
    monkeypatch.setenv("SECRET_KEY", "the operator's")
    seen: WSGIEnvironment = {}

    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        seen.update(environ)
        start_response("200 OK", [])
        return []

    answering(application, Turns())(Protocol(), {"REQUEST_METHOD": "GET"})
    assert not {"HTTP_X_API_KEY", "CONTENT_LENGTH", "SECRET_KEY"} & set(seen)
    assert seen["REQUEST_METHOD"] == "GET"
    assert seen["wsgi.version"] == (1, 0)
    assert seen["SCRIPT_NAME"] == ""


def test_a_failure_ends_the_turn() -> None:
    """Granian answers with 500, and the thread takes the next request."""

    def application(_environ: WSGIEnvironment, _start_response: StartResponse) -> Iterable[bytes]:
        raise ZeroDivisionError

    protocol, turns = Protocol(), Turns()
    answer = answering(application, turns)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            answer(protocol, {})
    assert protocol.sent == []
    assert turns.begin().calls == 3
