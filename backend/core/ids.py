"""Identifiers: random enough to be unguessable, ordered by time where that keeps indexes small."""

from __future__ import annotations

import os
import re
import time
import uuid

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
# Two characters at once: an id is made for every call.
_PAIRS = [first + second for first in _ALPHABET for second in _ALPHABET]
_SHIFTS = range(120, -1, -10)
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def new_request_id() -> str:
    """Give `req_` and 26 Crockford base-32 characters: 48 bits of milliseconds, 80 random bits (ULID)."""
    return request_id_at(time.time_ns() // 1_000_000)


def request_id_at(milliseconds: int) -> str:
    """Give the id of a request that came so many milliseconds after 1970."""
    value = milliseconds << 80 | int.from_bytes(os.urandom(10))
    return "req_" + "".join([_PAIRS[(value >> shift) & 1023] for shift in _SHIFTS])


def is_uuid(text: str) -> bool:
    """Tell whether a text is a UUID as `new_uuid` writes it: no other can be the id of a row."""
    return _UUID.fullmatch(text) is not None


def new_uuid() -> str:
    """Give a random UUID as text."""
    return str(uuid.uuid4())
