"""API keys: how they are minted, recognised offline, digested and masked.

`{prefix}_{live|test}_{47 random base-62 characters}{6 characters of CRC-32}`: 280 random bits and never
less than 64 characters. The checksum refuses a mistyped key without a lookup and lets secret scanners be
sure. Called by the key service and by the gateway's directory. Keeps nothing: a key exists in clear only in
what `mint_key` returns.
"""

from __future__ import annotations

import re
import secrets
import zlib
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Literal

Environment = Literal["live", "test"]

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
KEY_LENGTH_MIN = 64
RANDOM_CHARACTERS_MIN = 47
CHECKSUM_CHARACTERS = 6
KEY_ID_CHARACTERS = 24
# A bound on what is hashed and compared; minted keys are far below it.
KEY_LENGTH_MAX = 128
_KEY_ID_SHAPE = re.compile(r"ak_(?:live|test)_[0-9A-Za-z]{1,48}")
KEY_SHAPE = re.compile(r"[a-z][a-z0-9]{0,15}_(?:live|test)_[0-9A-Za-z]{53,}")
"""Whatever looks like a key, with a right checksum or not."""


@dataclass(frozen=True, slots=True)
class MintedKey:
    """A fresh key; `secret` is shown once and stored nowhere."""

    secret: str = field(repr=False)
    digest: str
    visible_prefix: str
    last_four: str


def mint_key(prefix: str, environment: Environment) -> MintedKey:
    """Mint a key.

    Args:
        prefix: 1 to 16 lower-case letters and digits, a letter first; the KEY_PREFIX setting.

    Raises:
        ValueError: a prefix of another shape, whose keys would all be refused as malformed.
    """
    visible_prefix = f"{prefix}_{environment}_"
    length = max(RANDOM_CHARACTERS_MIN, KEY_LENGTH_MIN - len(visible_prefix) - CHECKSUM_CHARACTERS)
    body = visible_prefix + _random_text(length)
    secret = body + _checksum(body)
    if not is_well_formed(secret):
        message = f"KEY_PREFIX must be 1 to 16 lower-case letters and digits, a letter first; not {prefix!r}"
        raise ValueError(message)
    return MintedKey(secret=secret, digest=digest(secret), visible_prefix=visible_prefix, last_four=secret[-4:])


def is_well_formed(key: str) -> bool:
    """Tell whether a text can be a key of ours at all, from its shape and checksum, without a lookup."""
    if not KEY_LENGTH_MIN <= len(key) <= KEY_LENGTH_MAX or KEY_SHAPE.fullmatch(key) is None:
        return False
    # Not a secret comparison: the checksum is computed from the very text it is compared with.
    return _checksum(key[:-CHECKSUM_CHARACTERS]) == key[-CHECKSUM_CHARACTERS:]


def digest(key: str) -> str:
    """Give the SHA-256 of a whole key as 64 hex characters: 280 random bits need no slow hash."""
    return sha256(key.encode()).hexdigest()


def mask(visible_prefix: str, last_four: str) -> str:
    """Give the text that stands for a key where it may be seen."""
    return f"{visible_prefix}...{last_four}"


def new_key_id(environment: Environment) -> str:
    """Give a public id, `ak_live_...` or `ak_test_...`, with 142 random bits."""
    return f"ak_{environment}_{_random_text(KEY_ID_CHARACTERS)}"


def is_key_id(text: str) -> bool:
    """Tell whether a text can be a public id of a key."""
    return _KEY_ID_SHAPE.fullmatch(text) is not None


def _random_text(length: int) -> str:
    """Give uniformly random base-62 characters."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def _checksum(text: str) -> str:
    """Give the CRC-32 as six base-62 digits, the most significant first (62^6 > 2^32)."""
    value = zlib.crc32(text.encode())
    digits = ""
    for _ in range(CHECKSUM_CHARACTERS):
        value, digit = divmod(value, len(ALPHABET))
        digits = ALPHABET[digit] + digits
    return digits
