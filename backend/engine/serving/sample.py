"""Reads an optional sample of training data, CSV or JSON rows, for the types, ranges and example of a contract.

Called by the derivation of contracts, inside the isolated child. Bounded: the first thousand rows count.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from backend.core.errors import ArtefactRefused
from backend.engine.serving.contract import ColumnType, Scalar

ROWS_MAX: Final = 1_000
_INTEGER_ROWS_MIN: Final = 20
"""Fewer whole numbers than this do not make a column of integers: a first row of 42 may be followed by 42.5."""
_MISSING_WORDS: Final = {"", "na", "nan", "null", "none", "n/a"}


@dataclass(frozen=True, slots=True)
class Sample:
    """Named columns of sample values, of equal length; values are texts, numbers, booleans or None."""

    names: tuple[str, ...]
    columns: tuple[tuple[Scalar, ...], ...]

    def column(self, name: str) -> tuple[Scalar, ...] | None:
        """Give the values of a column, or None where the sample has no such column."""
        return self.columns[self.names.index(name)] if name in self.names else None


def read_sample(content: bytes) -> Sample:
    """Read CSV with a header line, a JSON array of objects or rows, or one JSON object.

    Raises:
        ArtefactRefused: it is neither.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _refuse("is not UTF-8 text") from error
    if text.lstrip()[:1] in {"[", "{"}:
        return _from_json(text)
    return _from_csv(text)


def kind_of(values: Sequence[Scalar]) -> ColumnType | None:
    """Give the type that all values share; None without values."""
    present = [value for value in values if value is not None]
    kinds = {type(value) for value in present}
    if kinds == {bool}:
        return "boolean"
    if kinds == {int} and len(present) >= _INTEGER_ROWS_MIN:
        return "integer"
    if kinds and kinds <= {int, float}:
        return "number"
    return "string" if kinds else None


def _from_json(text: str) -> Sample:
    try:
        decoded = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _refuse("is not JSON") from error
    rows = decoded.get("instances", [decoded]) if isinstance(decoded, dict) else decoded
    if isinstance(rows, list) and rows and not isinstance(rows[0], dict | list):
        rows = [rows]
    rows = rows[:ROWS_MAX] if isinstance(rows, list) else []
    if rows and all(isinstance(row, dict) for row in rows):
        names = list(dict.fromkeys(str(name) for row in rows for name in row))
        return _sample(names, [[row.get(name) for name in names] for row in rows])
    if rows and all(isinstance(row, list) and len(row) == len(rows[0]) for row in rows):
        return _sample([f"x{index}" for index in range(len(rows[0]))], rows)
    raise _refuse("holds neither objects nor rows of equal length")


def _from_csv(text: str) -> Sample:
    header = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=header.count)
    try:
        rows = list(islice(csv.reader(io.StringIO(text), delimiter=delimiter), ROWS_MAX + 1))
    except csv.Error as error:
        raise _refuse("is not CSV") from error
    names = [name.strip() for name in rows[0]] if rows else []
    body = [row for row in rows[1:] if any(row)]
    if not body or not any(names) or any(len(row) != len(names) for row in body):
        raise _refuse("is not CSV with a header line and rows of equal length")
    typed = [_typed_column([row[index] for row in body]) for index in range(len(names))]
    return Sample(tuple(names), tuple(map(tuple, typed)))


def _sample(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> Sample:
    if any(isinstance(value, dict | list) for row in rows for value in row):
        raise _refuse("holds values within values")
    return Sample(tuple(names), tuple(zip(*rows, strict=True)))


def _typed_column(texts: Sequence[str]) -> list[Scalar]:
    """Read a CSV column as the narrowest type that fits every value of it."""
    values = [None if text.strip().lower() in _MISSING_WORDS else text.strip() for text in texts]
    present = [value for value in values if value is not None]
    for convert in (_boolean, int, float):
        try:
            converted = {value: convert(value) for value in present}
        except ValueError:
            continue
        return [None if value is None else converted[value] for value in values]
    return list(values)


def _boolean(text: str) -> bool:
    if text.lower() not in {"true", "false"}:
        raise ValueError(text)
    return text.lower() == "true"


def _refuse(why: str) -> ArtefactRefused:
    return ArtefactRefused(f"The sample {why}", details={"reason": "sample"})
