"""JSON as bytes, by orjson: one place decides how values are written."""

from __future__ import annotations

import orjson

JSONDecodeError = orjson.JSONDecodeError
_OPTIONS = orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_UTC_Z


def dumps(value: object) -> bytes:
    """Write a value as compact UTF-8 JSON; datetimes as RFC 3339 with Z."""
    return orjson.dumps(value, option=_OPTIONS)


def loads(body: bytes | str) -> object:
    """Read strict JSON (no NaN, no Infinity).

    Raises:
        JSONDecodeError: with line and column.
    """
    value: object = orjson.loads(body)
    return value
