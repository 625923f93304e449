"""Identifiers: random enough to be unguessable, ordered by time where that keeps indexes small."""

from __future__ import annotations

import os
import re
import time
import uuid
from functools import lru_cache

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
# An id is made for every call: two characters come out of one look, and random bytes become characters in one step.
_PAIRS = [first + second for first in _ALPHABET for second in _ALPHABET]
_DIGITS = (_ALPHABET * 8).encode()
_SECOND_SHIFTS = range(30, -1, -10)
_DRAWN = 256
_RESTS: list[str] = []
# A fork must not give the ids of its parent.
os.register_at_fork(after_in_child=_RESTS.clear)
_REQUEST_ID = re.compile(f"req_[{_ALPHABET}]{{26}}")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def new_request_id() -> str:
    """Give `req_` and 26 Crockford base-32 characters: 50 bits of milliseconds, 80 random bits (ULID)."""
    return request_id_at(time.time_ns() // 1_000_000)


def request_id_at(moment: int) -> str:
    """Give the id of a request that came so many milliseconds after 1970."""
    try:
        rest = _RESTS.pop()
    except IndexError:
        rest = _draw()
    return f"{_begin(moment >> 10)}{_PAIRS[moment & 1023]}{rest}"


def moment_in(request_id: str) -> int | None:
    """Give the milliseconds after 1970 that `request_id_at` made an id of; None for what is no such id."""
    if _REQUEST_ID.fullmatch(request_id) is None:
        return None
    moment = 0
    for character in request_id[4:14]:
        moment = moment << 5 | _ALPHABET.index(character)
    return moment


def _draw() -> str:
    """Draw the random characters of some ids at once, since asking the system costs more than all else; give one's."""
    # 256 is eight times 32, so each random byte gives one of the 32 characters without a bias.
    drawn = os.urandom(16 * _DRAWN).translate(_DIGITS).decode()
    _RESTS.extend([drawn[at : at + 16] for at in range(16, len(drawn), 16)])
    return drawn[:16]


@lru_cache(maxsize=4)
def _begin(second: int) -> str:
    """Give the characters that stay the same for 1024 milliseconds."""
    return "req_" + "".join([_PAIRS[(second >> shift) & 1023] for shift in _SECOND_SHIFTS])


def is_uuid(text: str) -> bool:
    """Tell whether a text is a UUID as `new_uuid` writes it: no other can be the id of a row."""
    return _UUID.fullmatch(text) is not None


def new_uuid() -> str:
    """Give a random UUID as text."""
    return str(uuid.uuid4())
