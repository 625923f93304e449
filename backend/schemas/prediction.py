"""How the prediction's door is written down in OpenAPI. The shapes of one API are in its own document."""

from __future__ import annotations

from typing import Any

_VALUE = {"oneOf": [{"type": "number"}, {"type": "string"}, {"type": "boolean"}, {"type": "null"}]}
_RECORD = {"type": "object", "additionalProperties": _VALUE, "example": {"age": 41}}
_ROWS = {"type": "array", "items": {"oneOf": [{"type": "array", "items": _VALUE}, _RECORD]}}
_PROBABILITIES = {"type": "object", "additionalProperties": {"type": "number"}}

_ANSWER = {
    "type": "object",
    "properties": {
        "prediction": {"description": "For one record."},
        "predictions": {"type": "array", "items": {}, "description": "For several."},
        "probabilities": {"oneOf": [_PROBABILITIES, {"type": "array", "items": _PROBABILITIES}]},
        "api_id": {"type": "integer"},
        "model": {
            "type": "object",
            "properties": {"id": {"type": "integer"}, "version": {"type": "integer"}},
            "required": ["id", "version"],
        },
        "request_id": {"type": "string"},
        "response_time": {"type": "number", "description": "Seconds."},
    },
    "required": ["api_id", "model", "request_id", "response_time"],
}
_ERROR = {
    "type": "object",
    "properties": {
        "error": {
            "type": "object",
            "properties": {
                "code": {"type": "string"},
                "message": {"type": "string"},
                "details": {"type": "object"},
            },
            "required": ["code", "message", "details"],
        },
        "request_id": {"type": "string"},
    },
    "required": ["error", "request_id"],
}
_DESCRIPTION = {
    "type": "object",
    "properties": {
        "api_id": {"type": "integer"},
        "status": {"type": "string"},
        "input_schema": {"type": "object"},
        "output_schema": {"type": "object"},
        "example": {},
    },
    "required": ["api_id", "status", "input_schema", "output_schema", "example"],
}
_REFUSALS = {
    400: "The payload does not fit the model; every problem is in details.",
    401: "No API key.",
    403: "The key is invalid or inactive, or the API is paused.",
    404: "No such API for this key.",
    413: "The body is over 1 MB.",
    429: "A limit is reached; Retry-After says when to come back.",
    500: "The model failed on input it admits.",
    503: "The call cannot be logged or the model not read at the moment; try again.",
}
_KEYS = [{"ApiKey": []}, {"Bearer": []}]


def _answer(description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _refusals(*statuses: int) -> dict[int, Any]:
    return {status: _answer(_REFUSALS[status], _ERROR) for status in statuses}


PREDICT_DOC: dict[str, Any] = {
    "security": _KEYS,
    "responses": {200: _answer("The prediction.", _ANSWER), **_refusals(*_REFUSALS)},
}
PREDICT_REQUEST_BODY: dict[str, Any] = {
    "required": True,
    "content": {
        "application/json": {
            "schema": {
                "oneOf": [
                    _RECORD,
                    _ROWS,
                    {"type": "object", "properties": {"instances": _ROWS}, "required": ["instances"]},
                ]
            }
        }
    },
}
DESCRIBE_DOC: dict[str, Any] = {
    "security": _KEYS,
    "responses": {200: _answer("What it takes and gives.", _DESCRIPTION), **_refusals(401, 403, 404, 429, 503)},
}
