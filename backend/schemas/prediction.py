"""How the prediction's door is written down in OpenAPI. The exact shapes of one API are in its own document."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

_VALUE: dict[str, Any] = {"type": ["number", "string", "boolean", "null"]}
_RECORD: dict[str, Any] = {"type": "object", "additionalProperties": _VALUE}
_ROWS: dict[str, Any] = {"type": "array", "items": {"anyOf": [_RECORD, {"type": "array", "items": _VALUE}]}}

KEY_SECURITY: list[dict[str, list[str]]] = [{"api_key": []}, {"bearer": []}]
CALL_SECURITY: list[dict[str, list[str]]] = [*KEY_SECURITY, {"api_key": [], "signature": []}]
PREDICT_BODY: dict[str, Any] = {
    "description": "One record, a list of records, rows for a model without column names, or any of them as instances.",
    "anyOf": [
        _RECORD,
        _ROWS,
        {
            "type": "object",
            "properties": {"instances": _ROWS},
            "required": ["instances"],
            "additionalProperties": False,
        },
    ],
    "example": {"age": 41, "city": "Oran"},
}


class ModelVersion(BaseModel):
    """Who answered."""

    id: int
    version: int


class Prediction(BaseModel):
    """The answer to one record (`prediction`) or to several (`predictions`)."""

    model_config = ConfigDict(extra="allow")

    prediction: Any = Field(None, description="For one record.")
    predictions: list[Any] | None = Field(None, description="For several, in their order.")
    probabilities: dict[str, float] | list[dict[str, float]] | None = Field(None, description="By class.")
    api_id: int
    model: ModelVersion
    request_id: str
    response_time: float = Field(description="Seconds.")


class Description(BaseModel):
    """What one API takes and gives."""

    api_id: int
    status: Literal["active"]
    input_schema: dict[str, Any] = Field(description="JSON Schema of one record.")
    output_schema: dict[str, Any]
    example: Any = Field(description="A payload that this API answers.")
