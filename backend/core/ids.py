"""Identifiers: random enough to be unguessable, ordered by time where that keeps indexes small."""

from __future__ import annotations

import os
import re
import time
import uuid

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def new_request_id() -> str:
    """Give `req_` and 26 Crockford base-32 characters: 48 bits of milliseconds, 80 random bits (ULID)."""
    value = (time.time_ns() // 1_000_000) << 80 | int.from_bytes(os.urandom(10))
    return "req_" + "".join(_ALPHABET[(value >> shift) & 31] for shift in range(125, -1, -5))


def is_uuid(text: str) -> bool:
    """Tell whether a text is a UUID as `new_uuid` writes it: no other can be the id of a row."""
    return _UUID.fullmatch(text) is not None


def new_uuid() -> str:
    """Give a random UUID as text."""
    return str(uuid.uuid4())
