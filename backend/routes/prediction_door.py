"""The bare WSGI door of predictions, in front of the Flask application.

A prediction costs less than Flask's own share of a request, so the plain case (a POST of known length, without an
origin or a request id of the caller's) goes from the server straight to the gateway. Everything else is handed on to
Flask, whose door calls the same gateway; a test sends the same calls through both and compares the answers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from http import HTTPStatus
from time import perf_counter_ns, thread_time_ns, time_ns
from typing import TYPE_CHECKING

from backend.core.ids import request_id_at
from backend.core.placement import anywhere
from backend.core.turns import pass_on
from backend.engine.signing import PlainKey
from backend.gateway.call import Answer, AnyKind, Call
from backend.gateway.pipeline import Gateway
from backend.middleware.call_credentials import credential_in, request_target_in
from backend.middleware.security_headers import api_headers

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

CONTENT_TYPE = ("Content-Type", "application/json")
LONG_BYTES = 16_384
"""So much text comes in pieces, and reading it and answering what it asks takes milliseconds."""
STATUS_LINES = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}


class PredictionDoor:
    """A WSGI application: plain predictions here, everything else in Flask."""

    def __init__(self, flask: WSGIApplication, gateway: Gateway, kind: AnyKind, *, secure: bool) -> None:
        self._flask = flask
        self._gateway = gateway
        self._kind = kind
        # Targets that are no numbers are for Flask to refuse.
        self._match = re.compile(kind.path.replace("<target>", "([0-9]{1,18})") + r"\Z").match
        self._method, self._bytes_max = kind.method, kind.body_bytes_max
        self._headers = [CONTENT_TYPE, *api_headers(secure=secure)]

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        started_ns, cpu_started_ns = perf_counter_ns(), thread_time_ns()
        target = self._match(environ["PATH_INFO"])
        length = self._plain_length(environ) if target is not None else -1
        if target is None or length < 0:
            pass_on()
            return self._flask(environ, start_response)
        is_long = length >= LONG_BYTES
        if is_long:
            pass_on()
        # Read before the key is looked at: an answer to a client that still sends would break its connection.
        body: bytes = environ["wsgi.input"].read(length)
        credential = credential_in(environ)
        now_ns = time_ns()
        request_id = request_id_at(now_ns // 1_000_000)
        call = Call(  # by place: eleven names cost as much as the rest of it
            self._kind,
            target[1],
            credential,
            "" if type(credential) is PlainKey else request_target_in(environ),
            None,
            lambda _bytes_max: body,
            request_id,
            environ.get("REMOTE_ADDR", ""),
            now_ns // 1_000,
            started_ns,
            cpu_started_ns,
        )
        answer = self._at_length(call) if is_long else self._gateway.handle(call)
        headers = [
            *self._headers,
            ("Content-Length", str(len(answer.body))),
            ("X-Request-ID", request_id),
            *answer.headers,
        ]
        start_response(STATUS_LINES[answer.status], headers)
        # A list: granian sends one whole, and takes anything else for a stream.
        return [answer.body]

    def _at_length(self, call: Call) -> Answer:
        with anywhere():
            return self._gateway.handle(call)

    def _plain_length(self, environ: WSGIEnvironment) -> int:
        """Give the body's length; -1 where the request is not plain enough for this door."""
        text: str = environ.get("CONTENT_LENGTH", "")
        if (
            environ["REQUEST_METHOD"] != self._method
            or "HTTP_ORIGIN" in environ
            or "HTTP_X_REQUEST_ID" in environ
            or not text.isdecimal()
        ):
            return -1
        length = int(text)
        return length if length <= self._bytes_max else -1
