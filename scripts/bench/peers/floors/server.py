"""What no server can be cheaper than: a bare WSGI callable, and an empty Flask view; both read the request's body.

Run with Modelport's own packages under granian and gunicorn, for comparison of processor time only.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask import Flask, Response, request

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

BODY = b'{"hello": "world"}'
HEADERS = [("Content-Type", "application/json"), ("Content-Length", str(len(BODY)))]

empty_flask = Flask(__name__)


def hello(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Answer the same to everything."""
    environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    start_response("200 OK", HEADERS)
    return (BODY,)


@empty_flask.post("/<path:_path>")
def view(_path: str) -> Response:
    """Answer the same to everything."""
    request.get_data(cache=False)
    return Response(BODY, content_type="application/json")
