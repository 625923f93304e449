"""How to call one API: snippets to paste, and its own OpenAPI document, both from its contract.

Called by the export routes and the demo. Writes a real key only where a caller hands one in; otherwise the placeholder
YOUR_API_KEY.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from backend.core.errors import (
    AppError,
    InsufficientCredits,
    InvalidInput,
    InvalidKey,
    InvalidSignature,
    ModelFailed,
    NotFound,
    PayloadTooLarge,
    RateLimited,
    Unauthenticated,
    Unavailable,
)
from backend.engine.serving.contract import Contract
from backend.models import ExportedAPI
from backend.services.call_snippets import PLACEHOLDER_KEY, Snippets, snippets_of
from backend.services.runtime import current_runtime

_SCHEMA_OF_ERRORS: dict[str, Any] = {
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


class Refusal(NamedTuple):
    """One way in which a call can be refused."""

    error: type[AppError]
    meaning: str

    @property
    def status(self) -> int:
        """Its HTTP status."""
        return self.error.status

    @property
    def code(self) -> str:
        """Its stable code."""
        return self.error.code


REFUSALS = (
    Refusal(InvalidInput, "The body does not fit the model; every problem is in details."),
    Refusal(Unauthenticated, "No API key."),
    Refusal(InsufficientCredits, "The account's credits do not cover the call; nothing was charged."),
    Refusal(InvalidKey, "The key is invalid or inactive, may not be used from there, or the API is paused."),
    Refusal(InvalidSignature, "The signature is wrong, too old, used before, or missing where the key asks for one."),
    Refusal(NotFound, "No such API, or the key may not call it."),
    Refusal(PayloadTooLarge, "The body is too large."),
    Refusal(RateLimited, "A limit of the key or of the plan is reached; Retry-After says when to come back."),
    Refusal(ModelFailed, "The model failed on input that it admits; nothing was charged."),
    Refusal(Unavailable, "A part that the answer needs is down; nothing was charged, try again."),
)


def api_url(api: ExportedAPI) -> str:
    """Give the address that callers post to."""
    return f"{current_runtime().base_url}{api.api_endpoint}"


def contract_of(api: ExportedAPI) -> Contract:
    """Give what the API's model takes and gives."""
    return Contract.from_json(api.model.contract)


def snippets(api: ExportedAPI, *, key: str = PLACEHOLDER_KEY) -> Snippets:
    """Give a call with the example in three languages."""
    return snippets_of(api_url(api), contract_of(api).example, key=key)


def openapi_url(api: ExportedAPI) -> str:
    """Give the address of the API's own OpenAPI document."""
    return f"{current_runtime().base_url}/api/exports/{api.id}/openapi.json"


def request_schema(contract: Contract) -> dict[str, Any]:
    """Give the JSON Schema of a request body: one record, several, or several as instances."""
    return _bodies(_embedded(contract.input_schema()))


def response_schema(contract: Contract) -> dict[str, Any]:
    """Give the JSON Schema of an answer, to one record or to several."""
    return {"anyOf": [_answer(contract, several=False), _answer(contract, several=True)]}


def openapi_of(api: ExportedAPI) -> dict[str, Any]:
    """Give the OpenAPI 3.1 document of one API, typed from its contract."""
    contract = contract_of(api)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": api.name,
            "version": str(api.model.version),
            "description": api.model.description or f"Predictions of {api.model.name} ({contract.estimator}).",
        },
        "servers": [{"url": current_runtime().base_url}],
        "security": [{"ApiKey": []}, {"Bearer": []}],
        "paths": {api.api_endpoint: {"post": _operation(contract)}},
        "components": {
            "securitySchemes": {
                "ApiKey": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
                "Bearer": {"type": "http", "scheme": "bearer", "description": "The same key."},
            },
            "schemas": {
                "Record": _embedded(contract.input_schema()),
                "Prediction": _answer(contract, several=False),
                "Predictions": _answer(contract, several=True),
                "Error": _SCHEMA_OF_ERRORS,
            },
        },
    }


def _operation(contract: Contract) -> dict[str, Any]:
    """Give the one operation: a record or several in, a prediction or several out."""
    body = {"schema": _bodies(_ref("Record")), "example": contract.example}
    answer = {"schema": {"anyOf": [_ref("Prediction"), _ref("Predictions")]}}
    meanings: dict[str, list[str]] = {}
    for refusal in REFUSALS:
        meanings.setdefault(str(refusal.status), []).append(refusal.meaning)
    refusals = {
        status: {"description": " ".join(texts), "content": {"application/json": {"schema": _ref("Error")}}}
        for status, texts in meanings.items()
    }
    return {
        "operationId": "predict",
        "summary": f"Predict: {contract.task}",
        "requestBody": {"required": True, "content": {"application/json": body}},
        "responses": {
            "200": {
                "description": "One prediction for a record, a list of them for several.",
                "content": {"application/json": answer},
            },
            **refusals,
        },
    }


def _bodies(record: dict[str, Any]) -> dict[str, Any]:
    """Give the JSON Schema of the ways to send records."""
    several = {"type": "array", "items": record, "minItems": 1}
    instances = {
        "type": "object",
        "properties": {"instances": several},
        "required": ["instances"],
        "additionalProperties": False,
    }
    return {"anyOf": [record, several, instances]}


def _answer(contract: Contract, *, several: bool) -> dict[str, Any]:
    """Give the JSON Schema of a whole answer."""
    one = _embedded(contract.output_schema())
    properties: dict[str, Any] = one["properties"]
    if several:
        named = {"prediction": "predictions", "probabilities": "probabilities"}
        properties = {named[name]: {"type": "array", "items": shape} for name, shape in properties.items()}
    about = {
        "api_id": {"type": "integer"},
        "model": {
            "type": "object",
            "properties": {"id": {"type": "integer"}, "version": {"type": "integer"}},
            "required": ["id", "version"],
        },
        "request_id": {"type": "string"},
        "response_time": {"type": "number", "description": "Seconds."},
    }
    return {"type": "object", "properties": {**properties, **about}, "required": [*properties, *about]}


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _embedded(schema: dict[str, Any]) -> dict[str, Any]:
    """Give a schema as part of a larger document, which says the dialect for all."""
    return {name: value for name, value in schema.items() if name != "$schema"}
