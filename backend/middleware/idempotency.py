"""Idempotency-Key: a request sent twice with the same key changes something once, and has the same answer twice.

`@idempotent` stands below `@access` or `session_required`, whose account the key belongs to, and above `input`. Without
the header it does nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from hashlib import sha256
from typing import ParamSpec, TypeVar, cast

from flask import Response, current_app, request
from flask.typing import ResponseReturnValue

from backend.middleware.body_limit import bounded_body
from backend.middleware.openapi import refuses, takes_idempotency_key
from backend.middleware.session_auth import current_viewer
from backend.services import idempotency_service
from backend.services.idempotency_service import Attempt, KeptAnswer

HEADER = "Idempotency-Key"
REPLAYED_HEADER = "Idempotent-Replayed"
_P = ParamSpec("_P")
_R = TypeVar("_R")


def idempotent(view: Callable[_P, _R]) -> Callable[_P, _R]:
    """Let a view run once for each Idempotency-Key of its caller; documents that in OpenAPI."""

    @wraps(view)
    def guarded(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        given = request.headers.get(HEADER)
        if given is None:
            return view(*args, **kwargs)
        begun = idempotency_service.begin(given, _fingerprint(), viewer=current_viewer())
        if isinstance(begun, KeptAnswer):
            return cast("_R", _replayed(begun))
        # `output`, below this guard, made the view give what Flask answers with, whatever its annotation says.
        return cast("_R", _first(begun, lambda: cast("ResponseReturnValue", view(*args, **kwargs))))

    return takes_idempotency_key(refuses(409, 422)(guarded))


def _first(attempt: Attempt, answer: Callable[[], ResponseReturnValue]) -> Response:
    """Answer, and keep the answer where something was changed."""
    is_kept = False
    try:
        response = current_app.make_response(answer())
        if response.status_code < 300:
            body = response.get_data(as_text=True)
            kept = KeptAnswer(response.status_code, body, response.content_type or "application/json")
            idempotency_service.keep(attempt, kept)
            is_kept = True
        return response
    finally:
        if not is_kept:
            idempotency_service.release(attempt)


def _replayed(kept: KeptAnswer) -> Response:
    """Send a kept answer once more."""
    idempotency_service.record_replay(kept)
    response = Response(kept.body, status=kept.status, content_type=kept.content_type)
    response.headers[REPLAYED_HEADER] = "true"
    return response


def _fingerprint() -> str:
    """Give what tells this request from another: method, path, query and body."""
    # The view reads the body again, so it is kept.
    request.get_data(cache=True)
    parts = (request.method.encode(), request.full_path.encode(), bounded_body())
    return sha256(b"\n".join(parts)).hexdigest()
