"""What no server can be cheaper than: a bare WSGI callable, and an empty Flask view; both read the request's body.

    python -m scripts.bench.peers.floors.server hello|empty_flask

serves one of them under granian as Modelport sets it up; `gunicorn.conf.py` is for gunicorn. For comparison of
processor time only.
"""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, request

from backend.config import load_settings
from backend.granian_server import Master

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

BODY = b'{"hello": "world"}'
HEADERS = [("Content-Type", "application/json"), ("Content-Length", str(len(BODY)))]

empty_flask = Flask(__name__)


def hello(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Answer the same to everything."""
    environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    start_response("200 OK", HEADERS)
    return [BODY]


@empty_flask.post("/<path:_path>")
def view(_path: str) -> Response:
    """Answer the same to everything."""
    request.get_data(cache=False)
    return Response(BODY, content_type="application/json")


def main() -> None:
    """Serve what is named on the command line."""
    apps: dict[str, Any] = {"hello": hello, "empty_flask": empty_flask}
    multiprocessing.set_start_method("fork")
    Master(load_settings()).serve(target_loader=lambda _target: apps[sys.argv[1]])


if __name__ == "__main__":
    main()
