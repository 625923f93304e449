"""What granian calls for every request: a WSGI application whose threads take turns.

Stands in for granian's own wrapper, which copies the process's environment into every request and knows no turns.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

from granian.wsgi import Response, ResponseIterWrap

from backend.core.turns import Turns

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

AnyProtocol: TypeAlias = Any
"""What granian sends an answer through; it carries no types."""
WSGI = {
    "SCRIPT_NAME": "",
    "SERVER_SOFTWARE": "granian",
    "wsgi.errors": sys.stderr,
    "wsgi.input_terminated": True,
    "wsgi.multiprocess": True,
    "wsgi.multithread": True,
    "wsgi.run_once": False,
    "wsgi.version": (1, 0),
}


def answering(application: WSGIApplication, turns: Turns) -> Callable[[AnyProtocol, dict[str, Any]], None]:
    """Give the callback of an application: a list is sent at once, anything else as a stream, which is then closed."""

    def answer(protocol: AnyProtocol, environ: dict[str, Any]) -> None:
        seat = turns.begin()
        try:
            environ.update(WSGI)
            response = Response()  # type: ignore[no-untyped-call]
            body = application(environ, response)
            if type(body) is list:
                protocol.response_bytes(response.status, response.headers, b"".join(body))
            else:
                stream = ResponseIterWrap(body)  # type: ignore[no-untyped-call]
                protocol.response_iter(response.status, response.headers, stream)
        finally:
            turns.end(seat)

    return answer
