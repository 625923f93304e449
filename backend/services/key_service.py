"""API keys as rows: minting into dev_app_keys, finding by digest, ending.

Called by the export service and by whoever hands out keys later. A key's text leaves this file once, in what `add_key`
returns. Announces nothing: the service that commits does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

from sqlalchemy import or_, select, update

from backend.engine.keys import Environment, digest, is_well_formed, mask, mint_key, new_key_id
from backend.models import APIKeyQuota, AppKey, db
from backend.services.runtime import current_runtime


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRights:
    """What a new key belongs to and may do."""

    account_id: str
    api_id: int | None
    name: str
    scopes: Sequence[str]
    calls_per_minute: int
    environment: Environment = "live"


@dataclass(frozen=True, slots=True)
class AddedKey:
    """A new key's row, and its text for the one answer that shows it."""

    row: AppKey
    secret: str = field(repr=False)


def add_key(rights: KeyRights, *, replaces: AppKey | None = None) -> AddedKey:
    """Mint a key and add its rows to the session; the caller commits."""
    runtime = current_runtime()
    minted = mint_key(runtime.key_prefix, rights.environment)
    row = AppKey(
        key_id=new_key_id(rights.environment),
        digest=minted.digest,
        account_id=rights.account_id,
        api_id=rights.api_id,
        name=rights.name,
        environment=rights.environment,
        visible_prefix=minted.visible_prefix,
        last_four=minted.last_four,
        scopes=list(rights.scopes),
        replaces_key_id=None if replaces is None else replaces.key_id,
        created_at=runtime.clock.now(),
        quota=APIKeyQuota(sustained_limit=rights.calls_per_minute),
    )
    db.session.add(row)
    return AddedKey(row, minted.secret)


def successor(old: AppKey) -> AddedKey:
    """Mint a key with the rights and limits of another and add it to the session; the caller commits."""
    rights = KeyRights(
        account_id=old.account_id,
        api_id=old.api_id,
        name=old.name,
        scopes=old.scopes,
        calls_per_minute=old.quota.sustained_limit,
        environment=cast("Environment", old.environment),
    )
    return add_key(rights, replaces=old)


def live_key(secret: str) -> AppKey | None:
    """Give the row of a key that works now; None when it is malformed, unknown, revoked or expired."""
    if not is_well_formed(secret):
        return None
    now = current_runtime().clock.now()
    return db.session.scalar(
        select(AppKey).where(
            AppKey.digest == digest(secret),
            AppKey.revoked_at.is_(None),
            or_(AppKey.expires_at.is_(None), AppKey.expires_at > now),
        )
    )


def revoke_all(api_id: int, *, reason: str, except_key_id: str) -> None:
    """Revoke every key of an API but one, earlier keys in their grace period included; the caller commits."""
    db.session.execute(
        update(AppKey)
        .where(AppKey.api_id == api_id, AppKey.revoked_at.is_(None), AppKey.key_id != except_key_id)
        .values(revoked_at=current_runtime().clock.now(), revoked_reason=reason)
    )


def expire(row: AppKey, moment: datetime) -> None:
    """Let a key work until a moment and not longer; never prolongs it. The caller commits."""
    row.expires_at = moment if row.expires_at is None else min(row.expires_at, moment)


def masked(row: AppKey) -> str:
    """Give a key as lists show it: prefix, dots, last four."""
    return mask(row.visible_prefix, row.last_four)
