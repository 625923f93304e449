"""The request id: every answer carries one, every log line of the request too.

The id is ours, never the client's, so that it is unique; a client's own X-Request-ID is logged and returned
as X-Correlation-ID. The first part installed in the application, since all others log and refuse with the id.
"""

from __future__ import annotations

import re

import structlog
from flask import Flask, Response, g, request

from backend.core.ids import new_request_id

REQUEST_ID_HEADER = "X-Request-ID"
CORRELATION_HEADER = "X-Correlation-ID"
_SANE_TOKEN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:\-]{0,127}")


def install_request_context(app: Flask) -> None:
    """Give every request its id before anything else runs, and every answer the header."""
    app.before_request(_begin)
    app.after_request(_label)


def current_request_id() -> str:
    """Give the id of the request being answered."""
    if "request_id" not in g:
        g.request_id = new_request_id()
    request_id: str = g.request_id
    return request_id


def _begin() -> None:
    """Bind the id to the log lines of this request."""
    structlog.contextvars.clear_contextvars()
    bound = {"request_id": current_request_id(), "method": request.method, "path": request.path}
    given = _correlation_id()
    structlog.contextvars.bind_contextvars(**bound, **({"correlation_id": given} if given else {}))


def _label(answer: Response) -> Response:
    """Write the id, and the client's own where it sent one."""
    answer.headers[REQUEST_ID_HEADER] = current_request_id()
    if given := _correlation_id():
        answer.headers[CORRELATION_HEADER] = given
    return answer


def _correlation_id() -> str | None:
    """Give the client's id where it is a plain token: anything else could forge log lines or headers."""
    given = request.headers.get(REQUEST_ID_HEADER, "")
    return given if _SANE_TOKEN.fullmatch(given) else None
