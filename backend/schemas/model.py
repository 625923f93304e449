"""Shapes of uploaded models: the form's fields, and what a model answers as."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from backend.schemas.common import Answer, Body, Line, Moment, Prose, Query

Task = Literal["classification", "regression", "clustering", "outlier_detection", "transformation"]
Scalar = str | int | float | bool | None


class UploadFields(Body):
    """The text fields beside the file."""

    name: Line | None = None
    description: Prose = ""
    task: Task | None = None


class DeleteModelQuery(Query):
    """Whether exports go along with the model."""

    force: Annotated[Literal["0", "1"], Field(description="1 deletes the model's APIs too.")] = "0"


class ColumnOut(Answer):
    """One value of a record."""

    name: str
    type: Literal["number", "integer", "boolean", "string"]
    categories: list[Scalar] | None
    minimum: float | None
    maximum: float | None
    nullable: bool
    example: Scalar
    closed: Annotated[bool, Field(description="Only the listed categories are accepted.")]
    required: Annotated[bool, Field(description="False for columns that the model ignores.")]


class ContractOut(Answer):
    """What a model takes and gives."""

    named: Annotated[bool, Field(description="Records are objects by column name; else arrays in column order.")]
    columns: list[ColumnOut]
    task: Task
    classes: Annotated[
        list[Any] | None, Field(description="Class labels; one list per output where there are several outputs.")
    ]
    outputs: int
    example: Annotated[dict[str, Any] | list[Any], Field(description="A request body that works.")]


class OwnerOut(Answer):
    """Who uploaded it."""

    id: str
    email: str


class ModelExportOut(Answer):
    """An API that serves the model."""

    api_id: int
    name: str
    status: Literal["active", "inactive", "error"]


class MLModelOut(Answer):
    """An accepted model."""

    id: int
    name: str
    version: Annotated[int, Field(description="Counts the uploads of this name, from 1.")]
    description: str
    framework: str
    task: Task
    estimator: str
    pipeline: Annotated[list[str], Field(description="Class names of the steps; of one where there are no steps.")]
    file_name: str
    file_bytes: int
    sha256: str
    sklearn_version: str | None
    warnings: list[str]
    input_schema: Annotated[dict[str, Any], Field(description="JSON Schema of one record.")]
    output_schema: Annotated[dict[str, Any], Field(description="JSON Schema of the answer to one record.")]
    contract: ContractOut
    created_at: Moment
    owner: OwnerOut
    exports: list[ModelExportOut]


UPLOAD_FORM: dict[str, Any] = {
    "type": "object",
    "properties": {
        "file": {
            "type": "string",
            "format": "binary",
            "description": "A fitted scikit-learn estimator, saved with joblib (.joblib) or pickle (.pkl).",
        },
        "name": {"type": "string", "maxLength": 200, "description": "Defaults to the file's name."},
        "description": {"type": "string", "maxLength": 10_000},
        "task": {
            "type": "string",
            "enum": ["classification", "regression", "clustering", "outlier_detection", "transformation"],
            "description": "Only checked: the task is read from the model.",
        },
        "sample": {
            "type": "string",
            "description": "Some rows of training data, as CSV with a header or as JSON; a file or text, at most 5 MB."
            " They say the types, categories and ranges that the model itself does not keep.",
        },
    },
    "required": ["file"],
    "additionalProperties": False,
}
