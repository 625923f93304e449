"""Shapes of uploaded models: the form's fields, and what a model answers as."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from backend.schemas.common import Answer, Body, Line, Moment, Prose, Query

Task = Literal["classification", "regression", "clustering", "outlier_detection", "transformation"]
Scalar = str | int | float | bool | None
RuntimeChoice = Annotated[
    Literal["auto", "scikit-learn"],
    Field(description="auto: the compiled form where it is proven equal and faster. scikit-learn: never."),
]


class UploadFields(Body):
    """The text fields beside the file."""

    name: Line | None = None
    description: Prose = ""
    task: Task | None = None


class DeleteModelQuery(Query):
    """Whether exports go along with the model."""

    force: Annotated[Literal["0", "1"], Field(description="1 deletes the model's APIs too.")] = "0"


class ChangeModelIn(Body):
    """What to change of a model."""

    runtime: RuntimeChoice


class ComparedOut(Answer):
    """What the comparison with scikit-learn found."""

    rows: Annotated[int, Field(description="Rows that both answered, edge cases among them.")]
    unclear: Annotated[int, Field(description="Rows too close to call, which scikit-learn itself answers.")]
    labels_different: int
    largest_difference: Annotated[float, Field(description="Of any number, relative to it where it is above 1.")]


class TimingOut(Answer):
    """Medians for one number of rows, in microseconds of processor time."""

    rows: int
    scikit_learn_us: Annotated[float, Field(description="scikit-learn as everybody calls it.")]
    quickest_us: Annotated[float, Field(description="scikit-learn without its checks and frames.")]
    compiled_us: float


class CandidateOut(Answer):
    """A compiled form that was tried, and what came of it."""

    name: str
    verdict: str


class RecheckedOut(Answer):
    """What became of live calls that scikit-learn answered again."""

    checked: int
    different: int
    last_at: Moment


class CompiledOut(Answer):
    """What came of compiling a model."""

    is_used: Annotated[bool, Field(description="The compiled form answers; else scikit-learn itself does.")]
    reason: Annotated[str | None, Field(description="Why there is no compiled form; null where there is one.")] = None
    engine: str | None = None
    way: str | None = None
    tolerance: Annotated[float | None, Field(description="Largest difference that a number may show.")] = None
    proof: ComparedOut | None = None
    timings: Annotated[list[TimingOut], Field(default_factory=list)]
    rows_max: Annotated[
        int | None, Field(description="Calls with more rows go to scikit-learn, which is faster then; null for none.")
    ] = None
    candidates: Annotated[list[CandidateOut], Field(default_factory=list)]
    rechecked: Annotated[
        RecheckedOut | None, Field(description="Live calls that scikit-learn answered again; null before the first.")
    ] = None
    file_bytes: int | None = None
    seconds: float | None = None


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
    runtime: RuntimeChoice
    compiled: Annotated[CompiledOut | None, Field(description="Null until the model is first exported.")]
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
