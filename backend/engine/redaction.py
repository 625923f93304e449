"""Redaction: takes the values of named fields out of bodies before anything keeps them.

Called by the fold for accounts that name fields. Pure. What cannot be read as JSON cannot be searched for fields, so it
is left out as a whole: nothing is kept because it could not be understood.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from backend.core.jsontools import JSONDecodeError, dumps, loads
from backend.engine.metering.buckets import ERROR_STATUS
from backend.engine.metering.records import CallRecord

REDACTED = "[redacted]"
CUT_KEYS = frozenset({"truncated", "bytes", "head"})
"""The shape that `clip_body` gives a body that was cut or is no text."""
NAMING_KEYS = frozenset({"name", "column", "field"})
"""Keys whose value names what the rest of their object is about: columns in refusals, tensors."""
DESCRIBING_KEYS = frozenset({"row", "expected", "datatype", "shape", "type"})
ROW_KEYS = frozenset({"instances", "inputs", "data"})


@dataclass(frozen=True, slots=True)
class Redactor:
    """Takes some fields' values out; names are compared without regard to case, at any depth."""

    names: frozenset[str]
    mention: re.Pattern[str]

    @classmethod
    def of(cls, names: Iterable[str]) -> Redactor:
        """Give the redactor of some field names, at least one."""
        folded = frozenset(name.casefold() for name in names)
        words = "|".join(re.escape(name) for name in sorted(folded))
        return cls(folded, re.compile(rf"(?<!\w)(?:{words})(?!\w)"))

    def redact(self, record: CallRecord) -> CallRecord:
        """Give a record without the fields' values, in its bodies and in its message."""
        is_refusal = record.status_code >= ERROR_STATUS
        request = self._kept(record.request_data, record.request_bytes, is_request=True)
        response = self._kept(record.response_data, record.response_bytes, is_refusal=is_refusal)
        message = record.error_message
        if is_refusal and request == _note(record.request_bytes):
            # A refusal quotes what it refuses, and here nothing says which field that was.
            response, message = _note(record.response_bytes), message and REDACTED
        elif message is not None and self._mentions(message):
            message = REDACTED
        return record._replace(request_data=request, response_data=response, error_message=message)

    def _kept(self, text: str | None, size: int, *, is_request: bool = False, is_refusal: bool = False) -> str | None:
        """Give what may be kept of a body: as it came where it names none of the fields."""
        if text is None:
            return None
        try:
            whole = loads(text)
        except JSONDecodeError:
            return _note(size)
        if _is_cut(whole) or (is_request and _has_bare_rows(whole)):
            return _note(size)
        if not self._redact(whole, with_sentences=is_refusal):
            return text
        try:
            return dumps(whole).decode()
        except TypeError:  # nested deeper than can be written back
            return _note(size)

    def _redact(self, whole: object, *, with_sentences: bool) -> bool:
        """Redact a decoded body in place; tell whether anything was."""
        changed = False
        # A stack, not recursion: a body may be nested deeper than Python calls may be.
        waiting: list[Any] = [whole]
        while waiting:
            value = waiting.pop()
            if isinstance(value, dict):
                changed |= self._redact_object(value)
                if with_sentences:
                    changed |= self._redact_sentences(value)
                waiting.extend(value.values())
            elif isinstance(value, list):
                waiting.extend(value)
        return changed

    def _redact_object(self, value: dict[str, Any]) -> bool:
        hidden = {key for key in value if key.casefold() in self.names}
        if any(self._is_named(value.get(key)) for key in NAMING_KEYS):
            hidden |= value.keys() - NAMING_KEYS - DESCRIBING_KEYS
        for key in hidden:
            value[key] = REDACTED
        return self._redact_columns(value.get("columns"), value.get("data")) or bool(hidden)

    def _redact_columns(self, columns: object, rows: object) -> bool:
        """Redact a table whose columns are named once, above its rows."""
        if not isinstance(columns, list) or not isinstance(rows, list):
            return False
        places = [place for place, name in enumerate(columns) if self._is_named(name)]
        for row in rows:
            for place in places:
                if isinstance(row, list):
                    row[place : place + 1] = [REDACTED]
        return bool(places)

    def _redact_sentences(self, value: dict[str, Any]) -> bool:
        """Redact what a refusal says about a field: it quotes its value."""
        quoting = [key for key, text in value.items() if isinstance(text, str) and " " in text and self._mentions(text)]
        for key in quoting:
            value[key] = REDACTED
        return bool(quoting)

    def _is_named(self, value: object) -> bool:
        return isinstance(value, str) and value.casefold() in self.names

    def _mentions(self, text: str) -> bool:
        return self.mention.search(text.casefold()) is not None


def _is_cut(whole: object) -> bool:
    return isinstance(whole, dict) and whole.keys() >= CUT_KEYS


def _has_bare_rows(whole: object) -> bool:
    """Tell whether a request holds rows without names."""
    if isinstance(whole, dict):
        return "columns" not in whole and any(_is_bare(whole[key]) for key in ROW_KEYS & whole.keys())
    return not isinstance(whole, list) or _is_bare(whole)


def _is_bare(rows: object) -> bool:
    return isinstance(rows, list) and not all(isinstance(row, dict) for row in rows)


def _note(size: int) -> str:
    return dumps({"redacted": "not kept: it could not be searched for the redacted fields", "bytes": size}).decode()
