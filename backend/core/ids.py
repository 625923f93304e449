"""Identifiers: random enough to be unguessable, ordered by time where that keeps indexes small."""

from __future__ import annotations

import os
import time
import uuid

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def new_request_id() -> str:
    """Give `req_` and 26 Crockford base-32 characters: 48 bits of milliseconds, 80 random bits (ULID)."""
    value = (time.time_ns() // 1_000_000) << 80 | int.from_bytes(os.urandom(10))
    return "req_" + "".join(_ALPHABET[(value >> shift) & 31] for shift in range(125, -1, -5))


def new_uuid() -> str:
    """Give a random UUID as text."""
    return str(uuid.uuid4())
