"""How to call one API: snippets to paste, and its own OpenAPI document, both from its contract.

Called by the export routes and the demo. Writes a real key only where a caller hands one in; otherwise the placeholder
YOUR_API_KEY.
"""

from __future__ import annotations

import json
import pprint
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from backend.engine.serving.contract import Contract
from backend.models import ExportedAPI
from backend.services.runtime import current_runtime

PLACEHOLDER_KEY = "YOUR_API_KEY"
Example = Mapping[str, Any] | list[Any]
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
_REFUSALS = {
    "400": "The body does not fit the model; every problem is in details.",
    "401": "No API key.",
    "403": "The key is invalid or inactive, or the API is paused.",
    "404": "The key is another API's.",
    "413": "The body is too large.",
    "429": "The key's limit is reached; Retry-After says when to come back.",
    "500": "The model failed on input that it admits.",
    "503": "The model cannot be read or the call not recorded at the moment; try again.",
}


@dataclass(frozen=True, slots=True)
class Snippets:
    """Calls that work as pasted, once the key is put in."""

    curl: str
    python: str
    javascript: str


def api_url(api: ExportedAPI) -> str:
    """Give the address that callers post to."""
    return f"{current_runtime().base_url}{api.api_endpoint}"


def contract_of(api: ExportedAPI) -> Contract:
    """Give what the API's model takes and gives."""
    return Contract.from_json(api.model.contract)


def snippets(api: ExportedAPI, *, key: str = PLACEHOLDER_KEY) -> Snippets:
    """Give one call in three languages."""
    return Snippets(curl_snippet(api, key=key), python_snippet(api, key=key), javascript_snippet(api, key=key))


def curl_snippet(api: ExportedAPI, *, key: str = PLACEHOLDER_KEY) -> str:
    """Give a call for a POSIX shell."""
    body = json.dumps(contract_of(api).example, ensure_ascii=False)
    return " \\\n  ".join(
        [
            f"curl -sS {_shell_quoted(api_url(api))}",
            f"-H {_shell_quoted(f'X-API-Key: {key}')}",
            "-H 'Content-Type: application/json'",
            f"--data-raw {_shell_quoted(body)}",
        ]
    )


def python_snippet(api: ExportedAPI, *, key: str = PLACEHOLDER_KEY) -> str:
    """Give a call that needs nothing but Python."""
    record = pprint.pformat(contract_of(api).example, sort_dicts=False, width=96)
    return "\n".join(
        [
            "import json",
            "import urllib.request",
            "",
            f"record = {record}",
            "request = urllib.request.Request(",
            f"    {json.dumps(api_url(api))},",
            "    data=json.dumps(record).encode(),",
            f'    headers={{"X-API-Key": {json.dumps(key)}, "Content-Type": "application/json"}},',
            ")",
            "with urllib.request.urlopen(request) as answer:",
            "    print(json.load(answer))",
        ]
    )


def javascript_snippet(api: ExportedAPI, *, key: str = PLACEHOLDER_KEY) -> str:
    """Give a call for browsers and Node 18 or later; promises, so that it runs as a script and as a module."""
    record = json.dumps(contract_of(api).example, indent=2, ensure_ascii=False)
    return "\n".join(
        [
            f"const record = {record};",
            f"fetch({json.dumps(api_url(api))}, {{",
            '  method: "POST",',
            f'  headers: {{ "X-API-Key": {json.dumps(key)}, "Content-Type": "application/json" }},',
            "  body: JSON.stringify(record),",
            "})",
            "  .then((answer) => answer.json())",
            "  .then((result) => console.log(result));",
        ]
    )


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
    record = _ref("Record")
    several = {"type": "array", "items": record, "minItems": 1}
    instances = {
        "type": "object",
        "properties": {"instances": several},
        "required": ["instances"],
        "additionalProperties": False,
    }
    body = {"schema": {"anyOf": [record, several, instances]}, "example": contract.example}
    answer = {"schema": {"anyOf": [_ref("Prediction"), _ref("Predictions")]}}
    refusals = {
        status: {"description": text, "content": {"application/json": {"schema": _ref("Error")}}}
        for status, text in _REFUSALS.items()
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


def _shell_quoted(text: str) -> str:
    """Quote a text for any POSIX shell: within single quotes nothing is special but the quote itself."""
    return "'" + text.replace("'", "'\\''") + "'"
