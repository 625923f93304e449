"""The one place where a refusal becomes an answer: every error of every route leaves through `error_answer`.

The shape is the envelope `{"error": {code, message, details}, "request_id"}`, or problem+json (RFC 9457)
with the same members where the client asks for it. Never shows a stack trace, an SQL text or a file path.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence

from apiflask.exceptions import HTTPError
from flask import Flask, Response, current_app, request
from flask_limiter import Limiter, RequestLimit
from werkzeug.exceptions import HTTPException
from werkzeug.exceptions import MethodNotAllowed as HTTPMethodNotAllowed
from werkzeug.routing import IntegerConverter

from backend.core import jsontools
from backend.core.errors import (
    AppError,
    Conflict,
    Forbidden,
    InvalidInput,
    MethodNotAllowed,
    NotFound,
    PayloadTooLarge,
    RateLimited,
    Unauthenticated,
    Unavailable,
    UnsupportedMediaType,
    ValidationFailed,
)
from backend.core.logging import get_logger
from backend.middleware.request_context import current_request_id

PROBLEM_JSON = "application/problem+json"
ROW_ID_MAX = 2**31 - 1
"""Of an INTEGER column, as PostgreSQL has it."""
_VALIDATED_PATHS = ("/api/v1/", "/api/dev/", "/api/admin/", "/api/models")
_log = get_logger(__name__)


class RowId(IntegerConverter):
    """An id in a path. One beyond what a column can hold becomes the largest, which no row has: not found."""

    def to_python(self, value: str) -> int:
        """Read the id."""
        # int() refuses texts of more than 4300 digits, so the length is judged first.
        return min(int(value), ROW_ID_MAX) if len(value) <= 19 else ROW_ID_MAX


class InternalError(AppError):
    """Something broke that should not have; the log has the stack under the request id."""

    def __init__(self) -> None:
        super().__init__("Something broke on our side; quote the request id when you report it")


_BY_STATUS: Mapping[int, type[AppError]] = {
    400: InvalidInput,
    401: Unauthenticated,
    403: Forbidden,
    405: MethodNotAllowed,
    409: Conflict,
    415: UnsupportedMediaType,
    422: ValidationFailed,
    503: Unavailable,
}


def install_error_handlers(app: Flask) -> None:
    """Answer every exception in the envelope; installed after APIFlask's own handlers, which it replaces."""
    app.url_map.converters["int"] = RowId
    app.register_error_handler(AppError, error_answer)
    app.register_error_handler(HTTPError, _apiflask_answer)
    app.register_error_handler(HTTPException, _http_answer)
    app.register_error_handler(Exception, _unexpected_answer)
    app.after_request(_label_limit)


def error_answer(error: AppError) -> Response:
    """Format a refusal; 5xx are logged as errors, the rest as information."""
    log = _log.error if error.status >= 500 else _log.info
    log("refused", status=error.status, code=error.code, reason=error.message, internal=error.internal)
    body = error.envelope(current_request_id())
    if _wants_problem():
        body = _problem(error, body)
    answer = Response(jsontools.dumps(body), status=error.status)
    answer.content_type = PROBLEM_JSON if _wants_problem() else "application/json"
    if error.status == 401:
        answer.headers["WWW-Authenticate"] = 'Bearer realm="modelport"'
    return answer


def unfit(problems: Sequence[tuple[str, str, str]]) -> AppError:
    """Give the refusal of a body or query by what does not fit: (field, constraint, message), at least one.

    The prediction, export and monitoring routes answer 400 INVALID_INPUT, all others 422 VALIDATION_ERROR:
    two reference documents, two habits.
    """
    fields = [{"field": field, "constraint": constraint, "message": text} for field, constraint, text in problems]
    field, constraint, text = problems[0]
    kind = ValidationFailed if request.path.startswith(_VALIDATED_PATHS) else InvalidInput
    return kind(
        f"{field}: {text}" if field else text,
        details={"field": field, "constraint": constraint, "fields": fields},
    )


def _http_answer(error: HTTPException) -> Response:
    """Answer what Flask and its extensions raise: no route, no method, unreadable body, too many calls."""
    if error.code is None or error.code < 400:
        redirect = error.get_response(request.environ)
        return Response(redirect.get_data(), status=redirect.status, headers=list(redirect.headers))
    answer = error_answer(_translated(error.code, error.description))
    if isinstance(error, HTTPMethodNotAllowed) and error.valid_methods:
        answer.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    return answer


def _apiflask_answer(error: HTTPError) -> Response:
    """Answer what APIFlask raises of its own accord."""
    if error.status_code == 422:
        places: Mapping[str, Mapping[str, Sequence[str]]] = error.detail if isinstance(error.detail, dict) else {}
        problems = [
            (field, "invalid", text) for fields in places.values() for field, texts in fields.items() for text in texts
        ]
        return error_answer(unfit(problems or [("", "invalid", error.message or "invalid")]))
    return error_answer(_translated(error.status_code, error.message))


def _unexpected_answer(error: Exception) -> Response:
    """Answer a crash without a word about it; the log gets the stack."""
    _log.error("unexpected error", exc_info=error)
    return error_answer(InternalError())


def _translated(status: int, description: str | None) -> AppError:
    """Give our refusal for a status that a library chose."""
    if status == 404:
        return NotFound()
    if status == 413 and request.max_content_length is not None:
        return PayloadTooLarge(request.max_content_length)
    if status == 429:
        return _too_many_calls()
    kind = _BY_STATUS.get(status)
    if kind is not None:
        return kind(description or kind.__doc__ or kind.code)
    return InternalError() if status >= 500 else InvalidInput(description or "The request does not read")


def _too_many_calls() -> RateLimited:
    """Give the refusal of Flask-Limiter in our words."""
    limit = _limit_in_force()
    seconds = 60 if limit is None else max(1, limit.reset_at - int(time.time()))
    policy = "" if limit is None else str(limit.limit)
    return RateLimited(
        f"Too many calls: try again in {seconds} s", details={"retry_after_seconds": seconds, "policy": policy}
    )


def _label_limit(answer: Response) -> Response:
    """Write the limit that counted this request, and when to come back after a refusal."""
    limit = _limit_in_force()
    if limit is None or "X-RateLimit-Limit" in answer.headers:
        return answer
    answer.headers["X-RateLimit-Limit"] = str(limit.limit.amount)
    answer.headers["X-RateLimit-Remaining"] = str(limit.remaining)
    answer.headers["X-RateLimit-Reset"] = str(limit.reset_at)
    if answer.status_code == 429:
        answer.headers["Retry-After"] = str(max(1, limit.reset_at - int(time.time())))
    return answer


def _limit_in_force() -> RequestLimit | None:
    """Give the limit that Flask-Limiter counted this request under, if any."""
    limiters: Iterable[Limiter] = current_app.extensions.get("limiter", ())
    return next((limiter.current_limit for limiter in limiters if limiter.current_limit is not None), None)


def _wants_problem() -> bool:
    """Tell whether the client asked for problem+json by name; a wildcard is no wish."""
    return PROBLEM_JSON in request.headers.get("Accept", "").lower()


def _problem(error: AppError, envelope: Mapping[str, object]) -> dict[str, object]:
    """Give the RFC 9457 members beside our own, so that both kinds of client find theirs."""
    return {
        "type": "about:blank",
        "title": error.code.replace("_", " ").capitalize(),
        "status": error.status,
        "detail": error.message,
        "instance": request.path,
        **envelope,
    }
