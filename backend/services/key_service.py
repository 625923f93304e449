"""API keys as rows: minting into dev_app_keys, finding by digest, ending.

Called by the services that create, rotate and revoke, and by the export service. A key's text leaves this file once, in
what `add_key` returns. Judges no right, commits and announces nothing: its callers do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import cast

from sqlalchemy import ColumnElement, select, update

from backend.engine.key_limits import KeyLimits, Overage
from backend.engine.keys import Environment, digest, is_well_formed, mask, mint_key, new_key_id
from backend.engine.signing import Scheme
from backend.models import APIKeyQuota, AppKey, db
from backend.services.runtime import current_runtime


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRights:
    """What a new key belongs to, may do, and from where."""

    account_id: str
    name: str
    scopes: Sequence[str]
    limits: KeyLimits
    environment: Environment = "live"
    api_id: int | None = None
    app_id: str | None = None
    expires_at: datetime | None = None
    allowed_origins: Sequence[str] = ()
    allowed_addresses: Sequence[str] = ()
    signature_schemes: Sequence[Scheme] = ()
    is_signature_required: bool = False
    counted_as: str | None = None


@dataclass(frozen=True, slots=True)
class AddedKey:
    """A new key's row, and its text for the one answer that shows it."""

    row: AppKey
    secret: str = field(repr=False)


def add_key(rights: KeyRights, *, replaces: AppKey | None = None) -> AddedKey:
    """Mint a key and add its rows to the session; the caller commits."""
    runtime = current_runtime()
    minted, key_id = mint_key(runtime.key_prefix, rights.environment), new_key_id(rights.environment)
    row = AppKey(
        key_id=key_id,
        digest=minted.digest,
        account_id=rights.account_id,
        api_id=rights.api_id,
        app_id=rights.app_id,
        name=rights.name,
        environment=rights.environment,
        visible_prefix=minted.visible_prefix,
        last_four=minted.last_four,
        scopes=list(rights.scopes),
        allowed_origins=list(rights.allowed_origins),
        allowed_addresses=list(rights.allowed_addresses),
        signature_schemes=list(rights.signature_schemes),
        is_signature_required=rights.is_signature_required,
        # A signature can only be checked with the secret itself; other keys are kept as digest alone.
        encrypted_secret=runtime.sealer.seal(minted.secret.encode(), key_id) if rights.signature_schemes else None,
        replaces_key_id=None if replaces is None else replaces.key_id,
        counted_as=rights.counted_as,
        created_at=runtime.clock.now(),
        expires_at=rights.expires_at,
        quota=APIKeyQuota(**asdict(rights.limits)),
    )
    db.session.add(row)
    return AddedKey(row, minted.secret)


def successor(old: AppKey, *, expires_at: datetime | None) -> AddedKey:
    """Mint a key with all that another may do and add it to the session; the caller commits."""
    rights = KeyRights(
        account_id=old.account_id,
        api_id=old.api_id,
        app_id=old.app_id,
        name=old.name,
        scopes=old.scopes,
        limits=limits_of(old),
        environment=cast("Environment", old.environment),
        expires_at=expires_at,
        allowed_origins=old.allowed_origins,
        allowed_addresses=old.allowed_addresses,
        signature_schemes=cast("list[Scheme]", old.signature_schemes),
        is_signature_required=old.is_signature_required,
        counted_as=old.counted_as or old.key_id,
    )
    return add_key(rights, replaces=old)


def limits_of(row: AppKey) -> KeyLimits:
    """Give a key's limits as they are stored."""
    quota = row.quota
    return KeyLimits(
        burst_limit=quota.burst_limit,
        sustained_limit=quota.sustained_limit,
        daily_quota=quota.daily_quota,
        overage_action=cast("Overage", quota.overage_action),
    )


def works_at(moment: datetime) -> ColumnElement[bool]:
    """Give the condition that a key is neither revoked nor expired at a moment; `is_over` is its contrary."""
    return AppKey.revoked_at.is_(None) & (AppKey.expires_at.is_(None) | (AppKey.expires_at > moment))


def live_key(secret: str) -> AppKey | None:
    """Give the row of a key that works now; None when it is malformed, unknown, revoked or expired."""
    if not is_well_formed(secret):
        return None
    is_living = works_at(current_runtime().clock.now())
    return db.session.scalar(select(AppKey).where(AppKey.digest == digest(secret), is_living))


def is_over(row: AppKey) -> bool:
    """Tell whether a key has stopped working for good."""
    is_expired = row.expires_at is not None and row.expires_at <= current_runtime().clock.now()
    return is_expired or row.revoked_at is not None


def revoke_all(api_id: int, *, reason: str, except_key_id: str) -> None:
    """Revoke every key of an API but one, earlier keys in their grace period included; the caller commits."""
    db.session.execute(
        update(AppKey)
        .where(AppKey.api_id == api_id, AppKey.revoked_at.is_(None), AppKey.key_id != except_key_id)
        .values(revoked_at=current_runtime().clock.now(), revoked_reason=reason)
    )


def masked(row: AppKey) -> str:
    """Give a key as lists show it: prefix, dots, last four."""
    return mask(row.visible_prefix, row.last_four)
