"""The audit chain: how an entry becomes text, the text a hash, and what a broken chain looks like.

Each entry's hash covers every column of it but its id, and the hash of the entry before: none can be changed, taken
out or put in between without all later hashes changing. Pure: called by the audit service, which reads and writes rows.

The canonical text is ASCII JSON without blanks, keys sorted by code point at every depth, times in UTC with six digits
of seconds and Z. So a database may reorder the keys of a JSON column (JSONB does) and the hash stays the same.
Fractions are refused, since databases write them in different ways.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Literal

from backend.engine.keys import KEY_SHAPE

GENESIS = ""
"""What the first entry of a chain follows."""
HIDDEN_KEY = "[key]"
Json = str | int | bool | list["Json"] | dict[str, "Json"] | None
Why = Literal["changed", "missing", "cut", "forked"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """What an entry says: every column that its hash covers."""

    account_id: str
    seq: int
    action: str
    target: Mapping[str, Json]
    actor: Mapping[str, Json]
    details: Mapping[str, Json]
    ip: str | None
    user_agent: str | None
    request_id: str | None
    created_at: datetime
    prev_hash: str


@dataclass(frozen=True, slots=True)
class Break:
    """The first place where a chain does not hold."""

    seq: int
    why: Why


class ChainCheck:
    """Follows the entries of one account in the order of their numbers."""

    def __init__(self) -> None:
        self.checked = 0
        self._hash = GENESIS

    def follow(self, link: Link, stored_hash: str) -> Break | None:
        """Take the next entry; give what is wrong with it, or None."""
        expected = self.checked + 1
        if link.seq > expected:
            return Break(expected, "missing")
        if link.seq < expected:
            return Break(link.seq, "forked")
        if hash_of(link) != stored_hash:
            return Break(link.seq, "changed")
        if link.prev_hash != self._hash:
            return Break(link.seq, "forked")
        self.checked, self._hash = expected, stored_hash
        return None

    def end(self, head_seq: int, head_hash: str) -> Break | None:
        """Compare the chain's end with what was noted of it elsewhere."""
        if head_seq > self.checked:
            return Break(self.checked + 1, "cut")
        if head_seq < self.checked or head_hash != self._hash:
            return Break(self.checked, "forked")
        return None


def hash_of(link: Link) -> str:
    """Give the SHA-256 of an entry's canonical text, as 64 hex characters."""
    fields = asdict(link) | {"created_at": moment_text(link.created_at)}
    return sha256(json.dumps(fields, sort_keys=True, separators=(",", ":")).encode("ascii")).hexdigest()


def moment_text(moment: datetime) -> str:
    """Write a moment with microseconds: a time that was rounded would not give its hash again."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def storable(value: object) -> Json:
    """Give a value as every database keeps and returns it, with whatever looks like a key taken out.

    Raises:
        TypeError: a fraction, or what JSON does not know; the caller writes it as text.
    """
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, str):
        return storable_text(value)
    if isinstance(value, Mapping):
        return {storable_text(str(name)): storable(item) for name, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, (bytes, bytearray)):
        return [storable(item) for item in value]
    message = f"an audit entry holds text, whole numbers, true, false, null, lists and objects, not {type(value)}"
    raise TypeError(message)


def storable_text(text: str) -> str:
    """Give a text without keys, NUL and lone surrogates: PostgreSQL refuses the latter two."""
    readable = text.encode("utf-8", "replace").decode().replace("\x00", "\ufffd")
    return KEY_SHAPE.sub(HIDDEN_KEY, readable)
