"""One column's rule: which JSON values it takes, and how a whole column of them is checked at once.

Used by the payload reader. A column whose values are all of the expected types costs one pass in C; only a column with
something else in it is looked at value by value.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import NoneType
from typing import Any, Final

from backend.engine.serving.contract import Column
from backend.engine.serving.problems import Problems, listed

EXACT_MAX: Final = 2**53
"""Beyond it float64 skips integers, so an integer would change by being read."""

_DECODED_AS_FLOAT: Final = 2.0**63
"""orjson gives integers that fit no 64 bits as floats, rounded."""

MISSING: Final = object()
"""Stands in a row where a required column was absent; reported already."""

_ARTICLES: Final = {"number": "a number", "integer": "an integer", "boolean": "true or false", "string": "a string"}
_TYPES: Final[dict[str, frozenset[type]]] = {
    "number": frozenset({float, int}),
    "integer": frozenset({int}),
    "boolean": frozenset({bool}),
    "string": frozenset({str}),
}


@dataclass(frozen=True, slots=True)
class Rule:
    """What one column takes."""

    name: str
    expected: str
    types: frozenset[type]
    admits: Callable[[Any], bool]
    allowed: frozenset[Any] | None

    def check(self, values: Sequence[Any], problems: Problems) -> None:
        """Note every value of the column that does not fit; `values[i]` stands in row i."""
        if self._fits(values):
            return
        for row, value in enumerate(values):
            if type(value) is float and abs(value) >= _DECODED_AS_FLOAT:
                problems.is_rounded = True
            if value is not MISSING and not self.admits(value):
                problems.value(row, self.name, expected=self.expected, got=value)

    def _fits(self, values: Sequence[Any]) -> bool:
        kinds = set(map(type, values))
        if not kinds <= self.types:
            return False
        if self.allowed is not None:
            return self.allowed.issuperset(values)
        if str in kinds or bool in kinds:
            return True
        numbers = values if NoneType not in kinds else [value for value in values if value is not None]
        return not numbers or (max(numbers) <= EXACT_MAX and min(numbers) >= -EXACT_MAX)


def rule_of(column: Column) -> Rule:
    """Give the rule of a column."""
    if not column.required:
        anything: frozenset[type] = frozenset({float, int, bool, str, NoneType})
        return Rule(column.name, "a single value", anything, lambda value: type(value) in anything, None)
    types = _TYPES[column.type] | {NoneType} if column.nullable else _TYPES[column.type]
    allowed = _allowed(column)
    return Rule(column.name, _expected(column, allowed), types, _admits(column, allowed), allowed)


def _allowed(column: Column) -> frozenset[Any] | None:
    if column.categories is None or not column.closed:
        return None
    return frozenset(column.categories) | (frozenset({None}) if column.nullable else frozenset())


def _expected(column: Column, allowed: frozenset[Any] | None) -> str:
    words = _ARTICLES[column.type]
    if allowed is not None and column.categories is not None:
        words = f"one of {listed([str(category) for category in column.categories])}"
    return f"{words} or null" if column.nullable else words


def _admits(column: Column, allowed: frozenset[Any] | None) -> Callable[[Any], bool]:
    fits = _FITS[column.type]

    def admits(value: Any) -> bool:  # noqa: ANN401 - whatever JSON holds
        if value is None:
            return column.nullable
        return fits(value) and (allowed is None or value in allowed)

    return admits


def _is_number(value: object) -> bool:
    return type(value) is float or (type(value) is int and -EXACT_MAX <= value <= EXACT_MAX)


def _is_integer(value: object) -> bool:
    # 3.0 is the integer 3 in JSON's own terms; 3.5 would have to be cut.
    return _is_number(value) and float(value).is_integer()  # type: ignore[arg-type]


_FITS: Final[dict[str, Callable[[object], bool]]] = {
    "number": _is_number,
    "integer": _is_integer,
    "boolean": lambda value: type(value) is bool,
    "string": lambda value: type(value) is str,
}
