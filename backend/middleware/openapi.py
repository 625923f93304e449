"""What the OpenAPI document says of a view beyond its input and output: refusals and the way to sign in.

Used by the decorators of this floor and by the routes. APIFlask keeps what it knows of a view in the view's
`_spec`; its own `doc` overwrites what an inner decorator said, so this file merges instead. Changes no
answer.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from apiflask import APIFlask
from flask import Flask
from flask.json.provider import DefaultJSONProvider

from backend.core import jsontools
from backend.schemas.common import Error

View = TypeVar("View", bound=Callable[..., Any])

SESSION_SECURITY: list[dict[str, list[str]]] = [{"bearer": []}, {"cookie": []}]
ACCESS_SECURITY: list[dict[str, list[str]]] = [*SESSION_SECURITY, {"api_key": []}]
SECURITY_SCHEMES: dict[str, dict[str, str]] = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "description": "The access_token of POST /api/v1/auth/login, or an API key where X-API-Key is taken too.",
    },
    "cookie": {
        "type": "apiKey",
        "in": "cookie",
        "name": "access_token_cookie",
        "description": "Set by POST /api/v1/auth/login. A changing request also sends the readable cookie"
        " csrf_access_token back in the header X-CSRF-TOKEN.",
    },
    "api_key": {
        "type": "apiKey",
        "in": "header",
        "name": "X-API-Key",
        "description": "An API key that holds the scope which the route's description names.",
    },
    "signature": {
        "type": "apiKey",
        "in": "header",
        "name": "X-Signature",
        "description": "t=<epoch seconds>,v1=<hex>, with the key's public id as X-API-Key: see /docs/module-6-api.md.",
    },
}
_REASONS: Mapping[int, str] = {
    400: "The request does not read or does not fit",
    401: "No usable sign-in or key",
    402: "The account's credits do not cover the call",
    403: "The identity lacks the right, or the CSRF token is missing",
    404: "Absent, or not the caller's to see",
    405: "The path does not take this method",
    409: "Contradicts what is stored",
    413: "The body is too large",
    415: "The body's media type is not read here",
    422: "The body or query does not fit its shape",
    429: "More calls than the limit allows",
    500: "The model failed on input that it admits",
    503: "A part that the answer needs is down",
}
_PARENT = re.compile(r'("#/components/schemas/)[^"]*\.')
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


_IDEMPOTENCY_PARAMETER = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Any text of your own, such as a UUID. A request repeated with it within 24 hours changes nothing"
    " and has the first one's answer, with the header Idempotent-Replayed: true.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
}
_IDEMPOTENT = "x-idempotent"
_SCOPE = "x-scope"
_PATH_TEXT_LENGTH_MAX = 200
_LINK_HEADER = {
    "schema": {"type": "string"},
    "description": 'The next page, as <...>; rel="next"; absent on the last',
}

_NUMBERED_HEADERS = {
    "Link": {"schema": {"type": "string"}, "description": "The pages first, prev, next and last, where there are"},
    "X-Total-Count": {"schema": {"type": "integer"}, "description": "How many there are in all"},
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


def takes_scope(scope: str) -> Callable[[View], View]:
    """Document the scope that a key must hold; sessions hold every one."""

    def annotate(view: View) -> View:
        _spec(view).setdefault("extensions", {})[_SCOPE] = scope
        return view

    return annotate


def takes_idempotency_key(view: View) -> View:
    """Document the Idempotency-Key header."""
    _spec(view).setdefault("extensions", {})[_IDEMPOTENT] = True
    return view


def pages(view: View) -> View:
    """Document the Link header of a list."""
    responses = _spec(view).get("responses") or {}
    _spec(view)["responses"] = {**responses, "200": {"headers": {"Link": _LINK_HEADER}}}
    return view


def numbered_pages(view: View) -> View:
    """Document the headers of a list in numbered pages."""
    responses = _spec(view).get("responses") or {}
    _spec(view)["responses"] = {**responses, "200": {"headers": _NUMBERED_HEADERS}}
    return view


def answers_object(description: str) -> Callable[[View], View]:
    """Document a 200 whose JSON object has no shape of ours."""

    def annotate(view: View) -> View:
        content = {"application/json": {"schema": {"type": "object"}}}
        responses = _spec(view).get("responses") or {}
        _spec(view)["responses"] = {**responses, "200": {"description": description, "content": content}}
        return view

    return annotate


def answers_file(description: str, *media_types: str) -> Callable[[View], View]:
    """Document a 200 that is a file of one of some media types."""

    def annotate(view: View) -> View:
        content = {name.partition(";")[0]: {"schema": _file_schema(name)} for name in media_types}
        responses = _spec(view).get("responses") or {}
        _spec(view)["responses"] = {**responses, "200": {"description": description, "content": content}}
        return view

    return annotate


def _file_schema(media_type: str) -> dict[str, Any]:
    """Give what a file of ours holds: JSON is a list of objects, all else is text."""
    is_json = media_type.startswith("application/json")
    return {"type": "array", "items": {"type": "object"}} if is_json else {"type": "string"}


def takes_multipart(schema: Mapping[str, Any]) -> Callable[[View], View]:
    """Document a multipart body that the view reads by itself."""

    def annotate(view: View) -> View:
        _spec(view).update(body=dict(schema), content_type="multipart/form-data")
        return view

    return annotate


def takes_json(schema: Mapping[str, Any]) -> Callable[[View], View]:
    """Document a JSON body that the view reads by itself."""

    def annotate(view: View) -> View:
        _spec(view).update(body=dict(schema), content_type="application/json")
        return view

    return annotate


def install_openapi(app: Flask) -> None:
    """Set APIFlask to describe refusals as they are, and finish its document."""
    app.config.update(
        AUTO_404_RESPONSE=False,
        AUTO_AUTH_ERROR_RESPONSE=False,
        AUTO_VALIDATION_ERROR_RESPONSE=False,
        AUTO_OPERATION_ID=True,
        SECURITY_SCHEMES=SECURITY_SCHEMES,
    )
    # Columns, properties and snippets are read by people: they stay in the order they were written in.
    if isinstance(app.json, DefaultJSONProvider):
        app.json.sort_keys = False
    if isinstance(app, APIFlask):
        app.spec_processor(finished)  # type: ignore[arg-type]  # SPEC_FORMAT is json: a dict comes


def finished(document: dict[str, Any]) -> dict[str, Any]:
    """Give APIFlask's document the error shape, flat names for nested shapes, and required bodies."""
    shapes: dict[str, Any] = document.setdefault("components", {}).setdefault("schemas", {})
    error = Error.model_json_schema(ref_template="#/components/schemas/Error.{model}")
    nested: dict[str, Any] = error.pop("$defs")
    shapes |= {"Error": error, **{f"Error.{name}": shape for name, shape in nested.items()}}
    for path in document["paths"].values():
        for operation in path.values():
            _require_body(operation, shapes)
            _tell(operation)
    return _flattened(document)


def _tell(operation: dict[str, Any]) -> None:
    """Say what APIFlask has no place for: bounds of texts in the path, the scope, the Idempotency-Key."""
    for parameter in operation.get("parameters", []):
        if parameter["in"] == "path" and parameter["schema"].get("type") == "string":
            # No id is longer, and a server refuses a request line that is very long before we see it.
            parameter["schema"].setdefault("maxLength", _PATH_TEXT_LENGTH_MAX)
    if _SCOPE in operation:
        told = operation.get("description", "")
        operation["description"] = f"{told}\n\nA key needs the scope `{operation[_SCOPE]}`.".lstrip()
    if operation.pop(_IDEMPOTENT, False):
        operation.setdefault("parameters", []).append(dict(_IDEMPOTENCY_PARAMETER))


def _require_body(operation: Mapping[str, Any], shapes: Mapping[str, Any]) -> None:
    """Mark a body as required where its shape requires a field; APIFlask marks none."""
    for content in operation.get("requestBody", {}).get("content", {}).values():
        name = content["schema"].get("$ref", "").rpartition("/")[2]
        shape = shapes.get(name, content["schema"])
        if shape.get("required"):
            operation["requestBody"]["required"] = True


def _flattened(document: dict[str, Any]) -> dict[str, Any]:
    """Rename `Parent.Child` to `Child` where all parents mean the same shape, so that clients get one type for it."""
    shapes: dict[str, Any] = document["components"]["schemas"]
    flat: dict[str, str] = {}
    for name in shapes:
        plain = name.rpartition(".")[2]
        twins = [other for other in shapes if other.rpartition(".")[2] == plain]
        if len({_anonymous(shapes[twin]) for twin in twins}) == 1:
            flat[name] = plain
    text = jsontools.dumps(document).decode()
    for name, plain in sorted(flat.items(), key=lambda pair: -len(pair[0])):
        text = text.replace(f'"#/components/schemas/{name}"', f'"#/components/schemas/{plain}"')
    renamed: dict[str, Any] = json.loads(text)
    kept = renamed["components"]["schemas"]
    renamed["components"]["schemas"] = {flat.get(name, name): kept[name] for name in sorted(kept)}
    return renamed


def _anonymous(shape: Mapping[str, Any]) -> str:
    """Give a shape's text without the parents in its references, for comparing twins."""
    return _PARENT.sub(r"\1", jsontools.dumps(shape).decode())


def _spec(view: Callable[..., Any]) -> dict[str, Any]:
    """Give APIFlask's notes on a view."""
    notes: dict[str, Any] = view.__dict__.setdefault("_spec", {})
    return notes


def _refusal(status: int) -> dict[str, Any]:
    """Give the OpenAPI response object of one refusal."""
    answer: dict[str, Any] = {"description": _REASONS[status], "content": dict(_ERROR_BODY)}
    return {**answer, "headers": _RETRY_HEADERS} if status == 429 else answer
