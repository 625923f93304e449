"""The first step of a metered call: from what its headers carry to what its caller may do.

A plain key is looked up by its digest. A signed request names its key by id, and is held against the key's secret, the
clock and the signatures of the last minutes. A session was proven by its door. Knows no Flask and no kind.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from backend.core.errors import InvalidKey, InvalidSignature, Unauthenticated, Unavailable
from backend.engine.keys import is_well_formed
from backend.engine.limits.errors import StateError
from backend.engine.limits.rules import Policy
from backend.engine.signing import TOLERANCE_SECONDS, PlainKey, SignedRequest, is_signed_by, is_timely, string_to_sign
from backend.gateway.call import Call, SessionPrincipal
from backend.gateway.ports import Directory, Limiter
from backend.services.grants import Grant

REPLAY_SECONDS = 2.0 * TOLERANCE_SECONDS + 1.0
"""A timestamp is good from one tolerance before its moment to one after, so this long a signature is remembered."""
MISSING = "API key required: send it as X-API-Key or as Authorization: Bearer"
REFUSED = "Invalid or inactive API key"
HINT_BYTES_MAX = 2_048
DOWN = "Signatures cannot be checked at the moment; try again"


@dataclass(frozen=True, slots=True)
class Authenticator:
    """Tells what the caller of a call may do, or refuses."""

    directory: Directory
    limiter: Limiter

    def grant(self, call: Call) -> Grant:
        """Give what the caller may do.

        Raises:
            Unauthenticated: no credential.
            InvalidKey: one that does not work, or is sent from where it may not be.
            InvalidSignature: a signature that does not hold, or its absence where the key asks for one.
            PayloadTooLarge: the body that was signed is over its bound.
        """
        credential = call.credential
        if isinstance(credential, PlainKey):
            grant = self.directory.grant(credential.text)
            if grant is not None and grant.signing.is_required:
                message = "This key takes signed calls only: send its id as X-API-Key with an X-Signature"
                raise InvalidSignature(message)
        elif isinstance(credential, SignedRequest):
            grant = self._signed(call, credential)
        elif isinstance(credential, SessionPrincipal):
            grant = self.directory.player(credential.account_id, credential.environment)
        else:
            raise Unauthenticated(MISSING)
        if grant is None:
            raise InvalidKey(REFUSED)
        return grant

    def use_once(self, call: Call, grant: Grant) -> None:
        """Use a v1 signature up; after the limits, so that what a limit refuses can be sent again as it is.

        Raises:
            InvalidSignature: another call with the same signature was faster, on whatever worker.
        """
        if not isinstance(call.credential, SignedRequest) or call.credential.scheme != "v1":
            return
        try:
            is_fresh = self.limiter.admit((_replay(grant, call.credential),)).allowed
        except (OSError, StateError) as error:
            raise Unavailable(DOWN, internal=repr(error)) from error
        if not is_fresh:
            raise _replayed()

    def _signed(self, call: Call, signed: SignedRequest) -> Grant | None:
        if is_well_formed(signed.key_id):
            raise InvalidSignature("Send the key's public id (ak_...) with a signature, never the key itself")
        grant = self.directory.signer(signed.key_id)
        if grant is None:
            return None
        _check_form(signed, grant)
        if grant.signing.secret is None:
            raise Unavailable(DOWN, internal=f"no secret of {grant.key_id}")
        body = call.read_body(call.kind.body_bytes_max)
        message = _message(call, signed, body)
        secret = grant.signing.secret
        if not (
            is_signed_by(secret, message, signed.signature)
            or is_signed_by(secret, _message(call, signed, body, empty_query="?"), signed.signature)
        ):
            raise InvalidSignature("The signature does not match this request", details=_hint(grant, signed, message))
        if signed.scheme == "v1":
            self._check_time(signed, grant)
        return grant

    def _check_time(self, signed: SignedRequest, grant: Grant) -> None:
        now = time.time()
        if not is_timely(signed.timestamp, now):
            sent, tolerance = int(signed.timestamp), TOLERANCE_SECONDS
            details = {"server_time": int(now), "timestamp": sent, "tolerance_seconds": tolerance}
            raise InvalidSignature(f"The signature's timestamp is more than {tolerance} seconds off", details=details)
        try:
            # Only a look: a copied request must not use up the limits of the key that it was copied from.
            is_fresh = self.limiter.peek(_replay(grant, signed)).allowed
        except (OSError, StateError) as error:
            raise Unavailable(DOWN, internal=repr(error)) from error
        if not is_fresh:
            raise _replayed()


def check_place(grant: Grant, *, origin: str | None, address: str) -> None:
    """Hold a caller's page and address against what the key's owner allows.

    Raises:
        InvalidKey: neither page nor address may use this key.
    """
    if not grant.admits_origin(origin):
        raise InvalidKey(f"This key may not be used from pages of {origin}", details={"reason": "origin"})
    if not grant.admits_address(address):
        raise InvalidKey(f"This key may not be used from the address {address}", details={"reason": "address"})


def _check_form(signed: SignedRequest, grant: Grant) -> None:
    if signed.scheme not in grant.signing.schemes:
        schemes = ", ".join(sorted(grant.signing.schemes, reverse=True)) or "none"
        raise InvalidSignature(f"This key does not sign with {signed.scheme}; it signs with: {schemes}")
    if not signed.is_readable:
        shape = "X-Signature: t=<epoch seconds>,v1=<64 hex digits>"
        raise InvalidSignature(f"The signature does not read: {shape if signed.scheme == 'v1' else 'id:64 hex digits'}")


def _message(call: Call, signed: SignedRequest, body: bytes, *, empty_query: str = "") -> bytes:
    """Give what was signed; not every server tells an empty query from none, so both readings are tried."""
    if signed.scheme == "v0":
        return body
    target = call.request_target if "?" in call.request_target else call.request_target + empty_query
    return string_to_sign(signed.timestamp, call.kind.method, target, body)


def _hint(grant: Grant, signed: SignedRequest, message: bytes) -> dict[str, object]:
    """Show a test key's owner what was signed here; never a live key's."""
    if grant.environment != "test":
        return {}
    return {"scheme": signed.scheme, "string_to_sign": message[:HINT_BYTES_MAX].decode("utf-8", "replace")}


def _replay(grant: Grant, signed: SignedRequest) -> Policy:
    return Policy("replay", f"replay:{grant.key_id}:{signed.signature}", 1, REPLAY_SECONDS)


def _replayed() -> InvalidSignature:
    message = "This signed request was already received: sign every request anew, with the time of its sending"
    return InvalidSignature(message, details={"reason": "replay"})
