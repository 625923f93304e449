"""How each server is asked and how its answer is read: one dialect for each form of request.

Called by the checks of answers, the load and the bad inputs. Pure: bytes in, bytes and numbers out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from scripts.bench.models import BenchModel

Records = Sequence[Any]
"""Rows as hand-written servers take them: arrays of numbers, or objects by column name."""


class Dialect(Protocol):
    """A form of request and answer."""

    def wrap(self, letter: str, records: Records) -> Any:  # noqa: ANN401 - any JSON
        """Give the JSON that asks a model for these rows."""

    def numbers(self, model: BenchModel, answer: Any) -> list[list[float]]:  # noqa: ANN401 - any JSON
        """Give what was answered for each row: each class's probability in order, or the one number."""

    def labels(self, answer: Any) -> list[Any] | None:  # noqa: ANN401 - any JSON
        """Give the predicted classes, where the answer holds them."""


class HandWritten:
    """`{"rows": [...]}`, answered with `predictions` and `probabilities`."""

    def wrap(self, letter: str, records: Records) -> Any:  # noqa: ANN401, ARG002
        """Give the rows."""
        return {"rows": records}

    def numbers(self, model: BenchModel, answer: Any) -> list[list[float]]:  # noqa: ANN401
        """Give probabilities, or predictions as rows of one number."""
        return answer["probabilities"] if model.is_classifier else [[number] for number in answer["predictions"]]

    def labels(self, answer: Any) -> list[Any] | None:  # noqa: ANN401
        """Give the predictions."""
        predicted: list[Any] = answer["predictions"]
        return predicted


class OneRoute(HandWritten):
    """The same with the model's letter in the body."""

    def wrap(self, letter: str, records: Records) -> Any:  # noqa: ANN401
        """Give the letter and the rows."""
        return {"model": letter, "rows": records}


class BareNumbers:
    """`{"rows": [...]}`, answered with an array of arrays."""

    def wrap(self, letter: str, records: Records) -> Any:  # noqa: ANN401, ARG002
        """Give the rows."""
        return {"rows": records}

    def numbers(self, model: BenchModel, answer: Any) -> list[list[float]]:  # noqa: ANN401, ARG002
        """Give the answer as it is."""
        numbers: list[list[float]] = answer
        return numbers

    def labels(self, answer: Any) -> list[Any] | None:  # noqa: ANN401, ARG002
        """Give none: the answer holds probabilities alone."""
        return None


class MLflow(BareNumbers):
    """`inputs` for arrays and `dataframe_records` for named columns."""

    def wrap(self, letter: str, records: Records) -> Any:  # noqa: ANN401
        """Give the rows under the name that says what they are."""
        return {"dataframe_records" if letter == "d" else "inputs": records}

    def numbers(self, model: BenchModel, answer: Any) -> list[list[float]]:  # noqa: ANN401
        """Give probabilities, or predictions as rows of one number."""
        return answer["predictions"] if model.is_classifier else [[number] for number in answer["predictions"]]


class OpenInference:
    """The Open Inference Protocol as MLServer speaks it: one tensor, or one input for each named column."""

    def wrap(self, letter: str, records: Records) -> Any:  # noqa: ANN401
        """Give the rows; classifiers are asked for their probabilities alone."""
        output = "predict" if letter == "c" else "predict_proba"
        if letter == "d":
            return {
                "parameters": {"content_type": "pd"},
                "inputs": self._columns(records),
                "outputs": [{"name": output}],
            }
        width = len(records[0]) if records else 0
        tensor = {"name": "rows", "shape": [len(records), width], "datatype": "FP64", "data": records}
        return {"inputs": [tensor], "outputs": [{"name": output}]}

    def numbers(self, model: BenchModel, answer: Any) -> list[list[float]]:  # noqa: ANN401, ARG002
        """Cut the flat tensor into rows."""
        tensor = answer["outputs"][0]
        rows = tensor["shape"][0]
        width = len(tensor["data"]) // rows
        return [tensor["data"][row * width : (row + 1) * width] for row in range(rows)]

    def labels(self, answer: Any) -> list[Any] | None:  # noqa: ANN401, ARG002
        """Give none: probabilities were asked for."""
        return None

    @staticmethod
    def _columns(records: Records) -> list[dict[str, Any]]:
        names = list(dict.fromkeys(name for record in records for name in record))
        inputs = []
        for name in names:
            values = [record[name] for record in records if name in record]
            is_text = name in {"city", "contract"}
            column = {"name": name, "shape": [len(values), 1], "datatype": "BYTES" if is_text else "FP64"}
            inputs.append({**column, "data": values, **({"parameters": {"content_type": "str"}} if is_text else {})})
        return inputs


class Modelport:
    """One record as such, several as `{"instances": [...]}`; probabilities come by class.

    Args:
        names: each model's columns where its own documentation shows records by name; empty where it shows arrays.
    """

    def __init__(self, names: Mapping[str, Sequence[str]]) -> None:
        self._names = names

    def wrap(self, letter: str, records: Records) -> Any:  # noqa: ANN401
        """Give the rows as the API's documentation shows them."""
        names = self._names[letter]
        rows = [dict(zip(names, row, strict=False)) if names and isinstance(row, list) else row for row in records]
        return rows[0] if len(rows) == 1 else {"instances": rows}

    def numbers(self, model: BenchModel, answer: Any) -> list[list[float]]:  # noqa: ANN401
        """Give each class's probability in the model's order, or rows of one number."""
        if not model.is_classifier:
            return [[number] for number in self._predicted(answer)]
        given = answer["probabilities"]
        rows = given if isinstance(given, list) else [given]
        return [[row[str(label)] for label in model.classes] for row in rows]

    def labels(self, answer: Any) -> list[Any] | None:  # noqa: ANN401
        """Give the predictions."""
        return self._predicted(answer)

    @staticmethod
    def _predicted(answer: Any) -> list[Any]:  # noqa: ANN401
        return answer["predictions"] if "predictions" in answer else [answer["prediction"]]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where and how one model is asked."""

    letter: str
    url: str
    dialect: Dialect
    headers: dict[str, str] = field(default_factory=dict, repr=False)

    def body(self, records: Records) -> bytes:
        """Write the request that asks for these rows."""
        return json.dumps(self.dialect.wrap(self.letter, records), separators=(",", ":")).encode()
