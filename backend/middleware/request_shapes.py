"""How pydantic shapes meet HTTP: reads bodies and queries strictly, for `@bp.input` of every blueprint.

Replaces APIFlask's own pydantic adapter, which takes any media type for JSON, reads an absent body as an
empty one and answers in a shape of its own. Writing answers and OpenAPI schemas stays APIFlask's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from apiflask.schema_adapters import registry
from apiflask.schema_adapters.pydantic import PydanticAdapter
from flask import Request
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from backend.core import jsontools
from backend.core.errors import InvalidInput, UnsupportedMediaType
from backend.middleware.body_limit import bounded_body
from backend.middleware.errors import unfit

_CONSTRAINTS: Mapping[str, str] = {
    "missing": "required",
    "extra_forbidden": "unknown",
    "string_too_short": "min_length",
    "string_too_long": "max_length",
    "too_long": "max_items",
    "string_pattern_mismatch": "pattern",
    "literal_error": "one_of",
    "greater_than_equal": "minimum",
    "less_than_equal": "maximum",
    "string_type": "type",
    "int_type": "type",
    "int_parsing": "type",
    "int_from_float": "type",
    "bool_type": "type",
    "list_type": "type",
    "dict_type": "type",
    "model_type": "type",
}
_MESSAGES: Mapping[str, str] = {
    "missing": "This field is required",
    "extra_forbidden": "This field is not known here",
    "string_pattern_mismatch": "Text without control characters is expected, and not only blanks",
    "model_type": "A JSON object is expected",
}


class StrictShapes(PydanticAdapter):
    """Reads JSON bodies and query strings into pydantic models."""

    def validate_input(self, request: Request, location: str, **_options: object) -> BaseModel:
        """Read one part of a request.

        Raises:
            InvalidInput: the body is not JSON.
            UnsupportedMediaType: the body is not declared as JSON.
            AppError: the values do not fit, as `backend.middleware.errors.unfit` decides.
        """
        given = read_json(request) if location == "json" else _read_query(request)
        return fit(self.model_class, given)


def install_request_shapes() -> None:
    """Make every `@bp.input` that is applied from now on read strictly; called before blueprints are imported."""
    registry.register("pydantic", StrictShapes)


def fit(shape: type[BaseModel], given: object) -> BaseModel:
    """Give a shape filled with values, or refuse with everything that does not fit."""
    try:
        return shape.model_validate(given)
    except ValidationError as error:
        raise unfit(list(_problems(error.errors()))) from None


def read_json(request: Request) -> object:
    """Read a JSON body; no body at all reads as an empty object, so that routes without required fields need none."""
    body = bounded_body()
    if not body:
        return {}
    if not request.is_json:
        expected = "Send the body as JSON with the header Content-Type: application/json"
        raise UnsupportedMediaType(expected, details={"media_type": request.mimetype})
    try:
        return jsontools.loads(body)
    except jsontools.JSONDecodeError as error:
        where = {"line": error.lineno, "column": error.colno}
        raise InvalidInput(f"The body is not valid JSON: {error.msg}", details=where) from None


def _read_query(request: Request) -> dict[str, object]:
    """Read the query string; a name given twice stays a list, which no single value fits."""
    return {name: values[0] if len(values) == 1 else values for name, values in request.args.lists()}


def _problems(errors: Iterable[ErrorDetails]) -> Iterable[tuple[str, str, str]]:
    """Give each problem as field, constraint and message."""
    for error in errors:
        kind = error["type"]
        field = ".".join(str(part) for part in error["loc"])
        yield field, _CONSTRAINTS.get(kind, kind), _MESSAGES.get(kind, error["msg"])
