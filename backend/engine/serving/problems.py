"""What does not fit in a request body: collected over all rows, worded for the person who sent it.

Used by the payload reader. Bounded: the first hundred problems are described, the rest are counted.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson

from backend.core.errors import InvalidInput, MissingFeatures

PROBLEMS_MAX: Final = 100
_NAMES_IN_MESSAGE: Final = 20
_TEXT_MAX: Final = 80


class Problems:
    """Collects what does not fit; `raise_if_any` ends the reading with all of it."""

    def __init__(self, names: Sequence[str], *, single: bool) -> None:
        self._names = names
        self._single = single
        self._described: list[dict[str, Any]] = []
        self._missing: dict[str, None] = {}
        self._unknown: dict[str, None] = {}
        self.total = 0
        self.is_rounded = False
        """A number may have lost digits in decoding: decode once more with exact integers."""

    def value(self, row: int, column: str, *, expected: str, got: object) -> None:
        """Note a value that its column does not take."""
        if self._is_full():
            return
        shown = describe(got)
        self._add(row, column, expected=expected, got=shown, text=f"{column}: expected {expected}, got {shown}")

    def missing(self, row: int, column: str, expected: str) -> None:
        """Note a required column that a record lacks."""
        self._missing[column] = None
        if not self._is_full():
            self._add(row, column, expected=expected, got="nothing", text=f"Missing required field: {column}")

    def unknown(self, row: int, field: str, value: object) -> None:
        """Note a field that is no column of the model."""
        shown = shorten(field)
        if len(self._unknown) < PROBLEMS_MAX:
            self._unknown[shown] = None
        if self._is_full():
            return
        near = difflib.get_close_matches(shown, self._names[:500], n=1) if len(self._described) < 10 else []
        hint = f". Did you mean {near[0]}?" if near else ""
        expected = "a column of the model"
        self._add(row, shown, expected=expected, got=describe(value), text=f"Unknown field: {shown}{hint}")

    def row(self, row: int, *, expected: str, got: object) -> None:
        """Note a row that is not of the right kind or length."""
        if not self._is_full():
            shown = got if isinstance(got, str) else describe(got)
            self._add(row, None, expected=expected, got=shown, text=f"expected {expected}, got {shown}")

    def raise_if_any(self) -> None:
        """End the reading when anything was noted.

        Raises:
            InvalidInput: with `missing_fields`, `unknown_fields`, `problems` and `problems_total`.
        """
        if self.total == 0:
            return
        details = {
            "unknown_fields": list(self._unknown),
            "problems": self._described,
            "problems_total": self.total,
        }
        if self._missing:
            raise MissingFeatures(_listed(list(self._missing)), details={**details, "missing_fields": [*self._missing]})
        first = self._described[0]["message"]
        others = f" (and {self.total - 1} more)" if self.total > 1 else ""
        raise InvalidInput(f"{first}{others}", details={"missing_fields": [], **details})

    def _is_full(self) -> bool:
        self.total += 1
        return self.total > PROBLEMS_MAX

    def _add(self, row: int, column: str | None, *, expected: str, got: str, text: str) -> None:
        message = text if self._single else f"Row {row}: {text}"
        self._described.append({"row": row, "column": column, "expected": expected, "got": got, "message": message})


def refuse(message: str, *, expected: str, got: str) -> InvalidInput:
    """Give the refusal of a body as a whole, in the shape the others have."""
    problem = {"row": None, "column": None, "expected": expected, "got": got, "message": message}
    return InvalidInput(
        message, details={"missing_fields": [], "unknown_fields": [], "problems": [problem], "problems_total": 1}
    )


def refuse_undecodable(body: bytes, error: orjson.JSONDecodeError) -> InvalidInput:
    """Give the refusal of a body that is not JSON, naming the usual reasons."""
    if not body.strip():
        return refuse("The body is empty", expected="JSON", got="nothing")
    if body.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        return refuse("The body begins with a byte order mark: send plain UTF-8", expected="UTF-8", got="a BOM")
    try:
        body.decode()
    except UnicodeDecodeError as wrong:
        return refuse(f"The body is not UTF-8 at byte {wrong.start}", expected="UTF-8", got="other bytes")
    return refuse(f"The body is not JSON: {error.msg}"[:300], expected="JSON", got="other text")


def describe(value: object) -> str:
    """Say in a few words what came, as JSON calls it."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"the number {shorten(repr(value))}"
    if isinstance(value, str):
        return f'the string "{shorten(value)}"'
    return "an object" if isinstance(value, Mapping) else "an array"


def shorten(text: str) -> str:
    """Cut a text of the caller to what fits a message."""
    return text if len(text) <= _TEXT_MAX else f"{text[: _TEXT_MAX - 1]}…"


def listed(names: Sequence[str]) -> str:
    """Join names for a message, the first twenty of them."""
    return ", ".join(_listed(names))


def _listed(names: Sequence[str]) -> list[str]:
    if len(names) <= _NAMES_IN_MESSAGE:
        return list(names)
    return [*names[:_NAMES_IN_MESSAGE], f"and {len(names) - _NAMES_IN_MESSAGE} more"]
