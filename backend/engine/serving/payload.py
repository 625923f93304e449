"""Reads the body of a prediction request: decodes it, matches its columns by name and checks every value.

Called on the way of every prediction, so one flat record of numbers takes a short way. Either the whole body fits the
contract, or the refusal lists all that does not. Never casts a value that would change by it.
"""

from __future__ import annotations

import json
import operator
from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from math import hypot
from typing import Any, Final

import numpy as np
import orjson

from backend.engine.foreign import Array
from backend.engine.native.rows import row_reader, rows_in
from backend.engine.serving.contract import Contract
from backend.engine.serving.problems import Problems, listed, refuse, refuse_undecodable, shorten
from backend.engine.serving.values import EXACT_MAX, MISSING, rule_of

ROWS_MAX: Final = 10_000
BATCH_BYTES: Final = 1_000
"""In shorter bodies no rows are looked for but one."""
_NUMBERS: Final = frozenset({float, int})


class Batch:
    """Validated rows, ready for a runtime.

    Where every column is numeric, `matrix` is float64 of shape (rows, columns), nulls as NaN; of one row of numbers it
    is made when it is first asked for, since plain numbers in `row` are cheaper to work with. Otherwise `columns` is
    one list of values per column of the contract, nulls as None. `single` says that the body was one record.
    """

    __slots__ = ("_matrix", "columns", "row", "rows", "single")

    def __init__(
        self,
        rows: int,
        single: bool,  # noqa: FBT001 - made for every call: keywords cost
        matrix: Array | None = None,
        columns: tuple[list[Any], ...] | None = None,
        row: Sequence[float] | None = None,
    ) -> None:
        self.rows = rows
        self.single = single
        self._matrix = matrix
        self.columns = columns
        self.row = row

    @property
    def matrix(self) -> Array | None:
        """All rows as one array."""
        if self._matrix is None and self.row is not None:
            self._matrix = np.array((self.row,), dtype=np.float64)
        return self._matrix


class PayloadReader:
    """Reads bodies for one contract.

    Args:
        contract: what the model takes.
        rows_max: most rows of one body.
    """

    def __init__(self, contract: Contract, rows_max: int = ROWS_MAX) -> None:
        self.contract = contract
        self.rows_max = rows_max
        self._names = contract.names
        self._known = frozenset(self._names)
        self._width = len(self._names)
        self._rules = tuple(rule_of(column) for column in contract.columns)
        self._required = frozenset(column.name for column in contract.columns if column.required)
        self._is_text = contract.container == "text"
        self._is_numeric = all(column.type != "string" and column.required for column in contract.columns)
        self._is_plain = self._is_numeric and all(
            column.type == "number" and not column.closed for column in contract.columns
        )
        self._takes_plain_rows = self._is_plain and not contract.named
        self._pick: Callable[[Mapping[str, Any]], Any] = operator.itemgetter(*self._names)
        self._row_in = row_reader(self._names, takes_arrays=not contract.named) if self._is_plain else None
        self._short_ways: dict[type, Callable[[Any, bytes], Batch | None]] = {
            dict: self._flat if self._is_plain else self._mixed_record
        }
        """For one record; None needs a closer look."""
        if self._takes_plain_rows:
            self._short_ways[list] = self._flat

    def read(self, body: bytes) -> Batch:
        """Give the rows of a body.

        Raises:
            InvalidInput: with every problem found: `missing_fields`, `unknown_fields`, `problems`, `problems_total`.
        """
        if self._takes_plain_rows and len(body) >= BATCH_BYTES:
            matrix = rows_in(body, self._width, self.rows_max)
            if matrix is not None and _is_exact(matrix):
                return Batch(len(matrix), False, matrix)  # noqa: FBT003 - many
        if self._row_in is not None:
            row = self._row_in(body)
            if row is not None:
                return Batch(1, True, None, None, row)  # noqa: FBT003 - one record
        try:
            decoded = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise refuse_undecodable(body, error) from None
        short_way = self._short_ways.get(type(decoded))
        batch = short_way(decoded, body) if short_way is not None and len(decoded) == self._width else None
        return batch or self._read_rows(decoded, body)

    def _flat(self, decoded: Any, body: bytes) -> Batch | None:  # noqa: ANN401 - an object or an array
        """Take one object or array of plain numbers, with as many values as there are columns."""
        try:
            row = decoded
            if type(decoded) is dict:
                # With more colons than keys, perhaps a key is written twice, of which the decoder keeps the last.
                if body.count(b":") != self._width:
                    return None
                row = self._pick(decoded) if self._width > 1 else (decoded[self._names[0]],)
            # One call in C tells numbers from all else but booleans, and bounds every one of them.
            # 2**53 + 1 rounds to 2**53 on the way, so the bound itself is looked at closely.
            if hypot(*row) >= EXACT_MAX or b"true" in body or b"false" in body:
                return None
        except (KeyError, TypeError, OverflowError):
            return None
        return Batch(1, True, None, None, row)  # noqa: FBT003 - one record

    def _mixed_record(self, record: dict[str, Any], body: bytes) -> Batch | None:
        """Take one record of texts and numbers the short way; None when anything about it needs a closer look."""
        # A colon more than there are keys stands in a text, or belongs to a key written twice.
        if self._is_numeric or body.count(b":") != self._width:
            return None
        columns: list[list[Any]] = []
        for rule in self._rules:
            value = record.get(rule.name, MISSING)
            kind = type(value)
            if kind not in rule.types or (rule.allowed is not None and value not in rule.allowed):
                return None
            if kind in _NUMBERS and not -EXACT_MAX < value < EXACT_MAX:
                return None
            columns.append([value])
        return Batch(1, True, columns=tuple(columns))  # noqa: FBT003 - one record

    def _read_rows(self, decoded: Any, body: bytes, *, is_exact: bool = False) -> Batch:  # noqa: ANN401 - any JSON
        items, single = self._items(decoded)
        problems = Problems(self._names, single=single)
        self._refuse_doubled_keys(items, body, problems)
        table = [self._ordered(row, item, problems) for row, item in enumerate(items)]
        if self._is_plain and problems.total == 0:
            matrix = _plain_matrix(table)
            if matrix is not None:
                return Batch(len(table), single, matrix=matrix)
        columns = tuple(list(values) for values in zip(*table, strict=True))
        for rule, values in zip(self._rules, columns, strict=True):
            rule.check(values, problems)
        if problems.is_rounded and not is_exact:
            # 20 digits must not pass as the float next to them.
            return self._read_rows(json.loads(body), body, is_exact=True)
        problems.raise_if_any()
        if self._is_numeric:
            return Batch(len(table), single, matrix=np.array(table, dtype=np.float64))
        return Batch(len(table), single, columns=columns)

    def _items(self, decoded: Any) -> tuple[list[Any], bool]:  # noqa: ANN401
        """Give the rows of a decoded body, and whether it was one record."""
        if isinstance(decoded, dict):
            if set(decoded) != {"instances"} or "instances" in self._known:
                return [decoded], True
            decoded = decoded["instances"]
        if not isinstance(decoded, list):
            raise refuse(f"The body is {_kind(decoded)}: send {self._shape()}", expected="rows", got=_kind(decoded))
        if not decoded:
            raise refuse(
                f"The body holds no rows: send {self._shape()}", expected="at least one row", got="an empty array"
            )
        if len(decoded) > self.rows_max:
            message = f"The body holds {len(decoded)} rows, more than {self.rows_max}"
            raise refuse(message, expected=f"at most {self.rows_max} rows", got=f"{len(decoded)} rows")
        if not isinstance(decoded[0], dict | list) and not self._is_text:
            return [decoded], True
        return decoded, False

    def _ordered(self, row: int, item: Any, problems: Problems) -> Sequence[Any]:  # noqa: ANN401
        """Give a row's values in the columns' order, MISSING where there is none."""
        if isinstance(item, dict):
            return self._by_name(row, item, problems)
        if self._is_text and isinstance(item, str):
            return (item,)
        if not isinstance(item, list) or self.contract.named or self._is_text:
            problems.row(row, expected=self._shape(), got=item)
        elif len(item) != self._width:
            problems.row(row, expected=f"{self._width} values", got=f"{len(item)}")
        else:
            return item
        return (MISSING,) * self._width

    def _by_name(self, row: int, record: dict[str, Any], problems: Problems) -> Sequence[Any]:
        if len(record) == self._width:
            try:
                return self._pick(record) if self._width > 1 else (record[self._names[0]],)
            except KeyError:
                pass
        for rule in self._rules:
            if rule.name not in record and rule.name in self._required:
                problems.missing(row, rule.name, rule.expected)
        for field in record.keys() - self._known:
            problems.unknown(row, field, record[field])
        return [record.get(name, self._absent(name)) for name in self._names]

    def _absent(self, name: str) -> object:
        return MISSING if name in self._required else None

    def _refuse_doubled_keys(self, items: list[Any], body: bytes, problems: Problems) -> None:
        # A decoder keeps the last of two equal keys in silence. Colons outnumber keys then, or stand in texts.
        keys = sum(len(item) for item in items if isinstance(item, dict))
        if keys == 0 or body.count(b":") <= keys:
            return
        for field in sorted(_doubled(body)):
            problems.row(0, expected="every field once", got=f"{shorten(field)} twice")

    def _shape(self) -> str:
        if self._is_text:
            return 'an object {"text": "..."}, or an array of them'
        if self.contract.named:
            return f"an object with the columns {listed(self._names)}, or an array of such objects"
        return f"an array of {self._width} values, or an array of such arrays"


def _doubled(body: bytes) -> set[str]:
    found: set[str] = set()

    def note(pairs: list[tuple[str, Any]]) -> None:
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                found.add(key)
            seen.add(key)

    try:
        json.loads(body, object_pairs_hook=note)
    except RecursionError:  # nested deeper than any row may be, and refused as such with its values
        return set()
    return found


def _plain_matrix(table: Sequence[Sequence[Any]]) -> Array | None:
    """Give the rows as one array when all values are numbers that float64 holds exactly."""
    if not _NUMBERS.issuperset(map(type, chain.from_iterable(table))):
        return None
    matrix = np.array(table, dtype=np.float64)
    return matrix if _is_exact(matrix) else None


def _is_exact(matrix: Array) -> bool:
    """Tell whether float64 holds every whole number of a matrix as it was written."""
    return bool(matrix.max() < EXACT_MAX and matrix.min() > -EXACT_MAX)


def _kind(value: object) -> str:
    if isinstance(value, str):
        return "a string"
    return "null" if value is None else "a single value"
