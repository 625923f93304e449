"""Sealing: what must be read back later is encrypted, and only opens where it was meant to.

AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce. The context, such as the id of the row that holds the sealed
bytes, is associated data: bytes that are moved to another row do not open. Keeps nothing and logs nothing; called by
the services that store secrets of signing keys and kept answers.
"""

from __future__ import annotations

import secrets
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
NONCE_BYTES = 12


class SealBroken(ValueError):
    """The bytes were sealed with another key, for another context, or were changed since."""


class Sealer:
    """Seals with one key. Layout: 1 byte that names the key, 12 of nonce, then the ciphertext with its tag."""

    def __init__(self, key: bytes) -> None:
        """Take a key of 32 bytes.

        Raises:
            ValueError: of another length.
        """
        if len(key) != KEY_BYTES:
            message = f"the key that encrypts must have {KEY_BYTES} bytes, not {len(key)}"
            raise ValueError(message)
        self._cipher = AESGCM(key)
        # One byte of a digest gives nothing of the key away, and tells a wrong key from damaged bytes.
        self._key_id = sha256(b"modelport key id" + key).digest()[:1]

    def __repr__(self) -> str:
        return "Sealer()"

    def seal(self, plain: bytes, context: str) -> bytes:
        """Encrypt, bound to a context; twice the same gives different bytes."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return self._key_id + nonce + self._cipher.encrypt(nonce, plain, context.encode())

    def open(self, sealed: bytes, context: str) -> bytes:
        """Give what was sealed.

        Raises:
            SealBroken: another key, another context, or changed bytes.
        """
        if sealed[:1] != self._key_id:
            raise SealBroken("sealed with another key: ENCRYPTION_KEY has changed since")
        nonce, ciphertext = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
        try:
            return self._cipher.decrypt(nonce, ciphertext, context.encode())
        except (InvalidTag, ValueError) as error:
            raise SealBroken("does not open: changed, or meant for another place") from error
