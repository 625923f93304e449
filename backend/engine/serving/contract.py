"""The contract of a model: what a request must hold and what the answer will.

Read out of the fitted model once, when it is uploaded, and stored as JSON beside it. The one source for validation,
OpenAPI, the playground's form, snippets and generated clients. Knows neither scikit-learn nor pandas.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, TypeAlias

from backend.core.errors import ArtefactRefused

Scalar: TypeAlias = str | int | float | bool | None
ColumnType: TypeAlias = Literal["number", "integer", "boolean", "string"]
Task: TypeAlias = Literal["classification", "regression", "clustering", "outlier_detection", "transformation"]
Container: TypeAlias = Literal["matrix", "frame", "objects", "text"]
"""How the model takes its rows: float64 array, DataFrame with names, array of objects, list of texts."""

_TASKS = {"classification", "regression", "clustering", "outlier_detection", "transformation"}
_TYPES = {"number", "integer", "boolean", "string"}
_CONTAINERS = {"matrix", "frame", "objects", "text"}


@dataclass(frozen=True, slots=True)
class Column:
    """One value of a record.

    `minimum` and `maximum` say what was seen in training and are never enforced. `categories` are enforced when
    `closed`, as a model whose encoder fails on others says. A column that is not `required` is one the model drops.
    """

    name: str
    type: ColumnType
    categories: tuple[Scalar, ...] | None = None
    minimum: float | None = None
    maximum: float | None = None
    nullable: bool = False
    example: Scalar = None
    closed: bool = False
    required: bool = True

    def schema(self) -> dict[str, Any]:
        """Give the JSON Schema of one value."""
        if not self.required:
            return {"description": "Not used by the model.", "examples": [self.example]}
        schema: dict[str, Any] = {"type": [self.type, "null"] if self.nullable else self.type}
        if self.categories is not None and self.closed:
            schema["enum"] = [*self.categories, None] if self.nullable else list(self.categories)
        if self.minimum is not None and self.maximum is not None:
            schema["description"] = f"Seen in training: {self.minimum:g} to {self.maximum:g}."
        elif self.categories is not None and not self.closed:
            shown = ", ".join(map(str, self.categories[:20]))
            schema["description"] = f"Seen in training: {shown}; others are accepted."
        if self.example is not None or self.nullable:
            schema["examples"] = [self.example]
        return schema


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """What a model takes and gives.

    `named` says that it was fitted with column names; then records are matched by name and rows are refused. Columns
    of models without names are called x0, x1, ... `classes` holds the class labels in the order of the probabilities,
    and one such list per output where `outputs` is more than one.
    """

    named: bool
    columns: tuple[Column, ...]
    task: Task
    classes: tuple[Any, ...] | None
    outputs: int
    example: dict[str, Any] | list[Any]
    estimator: str
    pipeline: tuple[str, ...]
    sklearn_version: str
    container: Container
    probabilities: bool = False
    prediction: ColumnType = "number"

    def to_json(self) -> dict[str, Any]:
        """Give the JSON form, which `from_json` reads back unchanged."""
        return {**asdict(self), "columns": [asdict(column) for column in self.columns]}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Contract:
        """Read a contract; what the isolated child answers is checked here like any other foreign input.

        Raises:
            ArtefactRefused: the value is not a contract.
        """
        try:
            known = {field.name: value[field.name] for field in fields(cls) if field.name in value}
            columns = tuple(_column(column) for column in known.pop("columns"))
            classes = _tuples(known.pop("classes"))
            contract = cls(**known | {"columns": columns, "classes": classes, "pipeline": tuple(known["pipeline"])})
            contract.check()
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            message = "The inspection of the model gave no usable contract"
            raise ArtefactRefused(message, details={"reason": "contract"}, internal=repr(error)) from error
        return contract

    def check(self) -> None:
        """Check the fields that steer validation; raise ValueError when one is out of its range."""
        good = self.task in _TASKS and self.container in _CONTAINERS and self.prediction in _TYPES
        names = [column.name for column in self.columns]
        good = good and bool(names) and len(set(names)) == len(names) and isinstance(self.example, dict | list)
        steering: tuple[object, ...] = (self.outputs, self.named)
        if not good or [type(value) for value in steering] != [int, bool]:
            raise ValueError("a field of the contract is out of its range")

    @property
    def names(self) -> tuple[str, ...]:
        """The columns' names in order."""
        return tuple(column.name for column in self.columns)

    def input_schema(self) -> dict[str, Any]:
        """Give the JSON Schema of one record: an object by names, or an array where the model has none."""
        if self.named or self.container == "text":
            return {
                "$schema": "https://json-schema.org/draft/2020-12/schema",
                "type": "object",
                "properties": {column.name: column.schema() for column in self.columns},
                "required": [column.name for column in self.columns if column.required],
                "additionalProperties": False,
                "examples": [self.example],
            }
        count = len(self.columns)
        return {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "array",
            "prefixItems": [{"title": column.name, **column.schema()} for column in self.columns],
            "items": False,
            "minItems": count,
            "maxItems": count,
            "examples": [self.example],
        }

    def output_schema(self) -> dict[str, Any]:
        """Give the JSON Schema of the answer to one record: `prediction`, and `probabilities` where there are any."""
        properties = {"prediction": self.prediction_schema()}
        if self.probabilities:
            properties["probabilities"] = self.probabilities_schema()
        return {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "properties": properties,
            "required": list(properties),
        }

    def prediction_schema(self) -> dict[str, Any]:
        """Give the JSON Schema of one prediction."""
        if self.task == "outlier_detection":
            return {"type": "integer", "enum": [1, -1], "description": "1 is usual, -1 is an outlier."}
        if self.outputs == 1 and self.task != "transformation":
            return _value_schema(self.prediction, self.classes)
        each = _value_schema(self.prediction, None)
        return {"type": "array", "items": each, "minItems": self.outputs, "maxItems": self.outputs}

    def probabilities_schema(self) -> dict[str, Any]:
        """Give the JSON Schema of one record's probabilities, by class; one such object per output."""
        if self.outputs == 1:
            return _probabilities(self.classes or ())
        return {"type": "array", "prefixItems": [_probabilities(labels) for labels in self.classes or ()]}


def _value_schema(kind: ColumnType, classes: Sequence[Any] | None) -> dict[str, Any]:
    return {"type": kind} if classes is None else {"type": kind, "enum": list(classes)}


def _probabilities(labels: Sequence[Any]) -> dict[str, Any]:
    share = {"type": "number", "minimum": 0, "maximum": 1}
    names = [class_key(label) for label in labels]
    return {"type": "object", "properties": dict.fromkeys(names, share), "required": names}


def class_key(label: object) -> str:
    """Give the key a class has in `probabilities`: JSON's own word for booleans, the plain text otherwise."""
    return ("true" if label else "false") if isinstance(label, bool) else str(label)


def _tuples(value: Any) -> tuple[Any, ...] | None:  # noqa: ANN401 - nested lists as JSON gives them
    if value is None:
        return None
    return tuple(tuple(item) if isinstance(item, list) else item for item in value)


def _column(value: Mapping[str, Any]) -> Column:
    column = Column(**{**value, "categories": _tuples(value.get("categories"))})
    if column.type not in _TYPES or not isinstance(column.name, str):
        raise ValueError("a column of the contract is out of its range")
    return column
