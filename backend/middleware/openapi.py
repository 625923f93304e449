"""What the OpenAPI document says of a view beyond its input and output: refusals and the way to sign in.

Used by the decorators of this floor and by the routes. APIFlask keeps what it knows of a view in the view's
`_spec`; its own `doc` overwrites what an inner decorator said, so this file merges instead. Changes no answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])

SESSION_SECURITY: list[dict[str, list[str]]] = [{"Bearer": []}, {"SessionCookie": []}]
SECURITY_SCHEMES: dict[str, dict[str, str]] = {
    "Bearer": {
        "type": "http",
        "scheme": "bearer",
        "description": "The access_token of POST /api/v1/auth/login; on the routes of one API also its key.",
    },
    "SessionCookie": {
        "type": "apiKey",
        "in": "cookie",
        "name": "access_token_cookie",
        "description": "Set by POST /api/v1/auth/login. A changing request also sends the readable cookie"
        " csrf_access_token back in the header X-CSRF-TOKEN.",
    },
    "ApiKey": {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "The key of one API."},
}
_REASONS: Mapping[int, str] = {
    400: "The request does not read or does not fit",
    401: "No usable sign-in or key",
    403: "Signed in without the right, or the CSRF token is missing",
    404: "Absent, or not the caller's to see",
    405: "The path does not take this method",
    409: "Contradicts what is stored",
    413: "The body is too large",
    415: "The body's media type is not read here",
    422: "The body or query does not fit its shape",
    429: "More calls than the limit allows",
    503: "A part that the answer needs is down",
}
_ERROR_BODY = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
_RETRY_HEADERS = {
    name: {"schema": {"type": "integer"}, "description": text}
    for name, text in (
        ("Retry-After", "Seconds until another call may pass"),
        ("X-RateLimit-Limit", "Calls a minute"),
        ("X-RateLimit-Remaining", "Calls left in this minute"),
        ("X-RateLimit-Reset", "When the minute ends, epoch seconds"),
    )
}


def refuses(*statuses: int) -> Callable[[View], View]:
    """Document the refusals a view can answer with, each in the error envelope."""

    def annotate(view: View) -> View:
        responses = _spec(view).setdefault("responses", {}) or {}
        responses.update({str(status): _refusal(status) for status in statuses})
        _spec(view)["responses"] = responses
        return view

    return annotate


def secured_by(security: Iterable[Mapping[str, list[str]]]) -> Callable[[View], View]:
    """Document the ways to sign in, any one of which is enough."""

    def annotate(view: View) -> View:
        _spec(view)["security"] = [dict(way) for way in security]
        return view

    return annotate


def _spec(view: Callable[..., Any]) -> dict[str, Any]:
    """Give APIFlask's notes on a view."""
    notes: dict[str, Any] = view.__dict__.setdefault("_spec", {})
    return notes


def _refusal(status: int) -> dict[str, Any]:
    """Give the OpenAPI response object of one refusal."""
    answer: dict[str, Any] = {"description": _REASONS[status], "content": dict(_ERROR_BODY)}
    return {**answer, "headers": _RETRY_HEADERS} if status == 429 else answer
