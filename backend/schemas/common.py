"""Shapes that several routes share: bases of input and output, the error envelope, safe text.

Used by the other files of this floor. Every input refuses unknown fields and never converts between types.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, StringConstraints, WithJsonSchema

from backend.core.clock import rfc3339

PAGE_LIMIT_DEFAULT = 200
PAGE_LIMIT_MAX = 200


class Body(BaseModel):
    """A JSON body as a client sends it: unknown fields are refused, "5" is not 5."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Query(BaseModel):
    """A query string: text that must read as the field's type; unknown names are refused."""

    model_config = ConfigDict(extra="forbid")


class Answer(BaseModel):
    """What a route answers; built by services, never by clients."""

    model_config = ConfigDict(extra="forbid", protected_namespaces=())


Moment = Annotated[
    datetime,
    PlainSerializer(rfc3339, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
"""A UTC moment, written as RFC 3339 with Z."""

# One line, no control characters: names go into headers of file downloads, logs and generated code.
Line = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True,
        max_length=200,
        pattern=r"^[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*$",
    ),
]
"""A name: one line of 1 to 200 characters that are not all blank."""

Prose = Annotated[str, StringConstraints(max_length=10_000, pattern=r"^[^\x00]*$")]
"""Several lines of text; NUL is refused, since PostgreSQL cannot store it."""


def _whole(value: object) -> object:
    """Read 7.0 as 7: JSON knows one kind of number, and JSON Schema calls both an integer."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


Whole = Annotated[int, BeforeValidator(_whole)]
"""A whole number in a JSON body."""


class PageQuery(Query):
    """Which part of a list."""

    limit: Annotated[int, Field(ge=1, le=PAGE_LIMIT_MAX)] = PAGE_LIMIT_DEFAULT
    cursor: Annotated[str, Field(max_length=200, description="From the Link header of the page before.")] = ""


class ErrorBody(Answer):
    """What went wrong."""

    code: Annotated[str, Field(examples=["VALIDATION_ERROR"])]
    message: str
    details: dict[str, Any]


class Error(Answer):
    """The envelope of every refusal."""

    error: ErrorBody
    request_id: str
