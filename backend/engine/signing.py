"""Signed requests: what is signed, how it is compared, and how headers carry it.

    v1   X-API-Key: ak_live_...            X-Signature: t=<epoch seconds>,v1=<hex>
         hex = HMAC-SHA256(secret, "t.METHOD.path?query.sha256hex(body)")
    v0   X-API-Key: ak_test_...:<hex>
         hex = HMAC-SHA256(secret, body)

The secret is the whole text of the key; the request names the key by its public id only. Called by the doors (reading),
the gateway (checking) and whoever documents it. Pure: knows no key's row, reads no clock, refuses nothing by itself.
"""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Literal, TypeAlias

Scheme = Literal["v0", "v1"]

TOLERANCE_SECONDS = 300
"""How far a timestamp may be off, both ways."""
_TIMESTAMP = re.compile(r"[0-9]{1,12}")
_HEX = re.compile(r"[0-9a-fA-F]{64}")


@dataclass(slots=True)
class PlainKey:
    """A whole key, as X-API-Key or bearer; one is made for every call, and freezing costs more than making."""

    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """A key's public id and a signature. A header that does not read gives an empty signature, which no key makes."""

    key_id: str = field(repr=False)
    """As it came: a caller may have sent the whole key by mistake."""
    scheme: Scheme
    signature: str = field(repr=False)
    timestamp: str = ""
    """Epoch seconds as they were signed; v1 only."""

    @property
    def is_readable(self) -> bool:
        """Tell whether the header had the shape of its scheme."""
        return self.signature != ""


KeyCredential: TypeAlias = PlainKey | SignedRequest


def read_credential(key: str, signature: str) -> KeyCredential | None:
    """Give what the headers of a request carry.

    Args:
        key: of X-API-Key, or the bearer token.
        signature: of X-Signature; empty for none.
    """
    if signature:
        return _read_v1(key, signature)
    if not key:
        return None
    # Keys hold no colon, so the usual call is told apart by one search.
    return PlainKey(key) if ":" not in key else _read_v0(key)


def string_to_sign(timestamp: str, method: str, request_target: str, body: bytes) -> bytes:
    """Give what a v1 signature covers.

    Args:
        timestamp: epoch seconds in digits, as in the header.
        method: POST, GET ...
        request_target: path and query exactly as the request line has them.
        body: as sent; may be empty.
    """
    # WSGI hands the bytes of a request line over as Latin-1.
    text = f"{timestamp}.{method}.{request_target}.{sha256(body).hexdigest()}"
    return text.encode("latin-1", "replace")


def sign(secret: bytes, message: bytes) -> str:
    """Give the HMAC-SHA256 of a message as 64 hex digits."""
    return hmac.digest(secret, message, "sha256").hex()


def signature_header(secret: bytes, timestamp: str, *, method: str, request_target: str, body: bytes) -> str:
    """Give the X-Signature header of a request."""
    return f"t={timestamp},v1={sign(secret, string_to_sign(timestamp, method, request_target, body))}"


def is_signed_by(secret: bytes, message: bytes, signature: str) -> bool:
    """Compare a signature in constant time."""
    return hmac.compare_digest(sign(secret, message), signature)


def is_timely(timestamp: str, now: float) -> bool:
    """Tell whether a timestamp lies within the tolerance of now (epoch seconds), in either direction."""
    return abs(int(timestamp) - now) <= TOLERANCE_SECONDS


def _read_v0(key: str) -> SignedRequest:
    key_id, _, signature = key.partition(":")
    return SignedRequest(key_id.strip(), "v0", _hex(signature.strip()))


def _read_v1(key: str, header: str) -> SignedRequest:
    parts = [part.strip().partition("=") for part in header.split(",")]
    # Names that are not ours are left to later schemes; one of ours given twice is no header we can trust.
    times = [value for name, _, value in parts if name == "t"]
    signatures = [value for name, _, value in parts if name == "v1"]
    if len(times) != 1 or len(signatures) != 1 or _TIMESTAMP.fullmatch(times[0]) is None:
        return SignedRequest(key, "v1", "")
    return SignedRequest(key, "v1", _hex(signatures[0]), times[0])


def _hex(text: str) -> str:
    return text.lower() if _HEX.fullmatch(text) else ""
