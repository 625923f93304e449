"""Who is behind an API key on the management routes, and whether the key may be used from there.

Called by the guard of those routes. Reads the database each time: a revoked key or a suspended account is refused at
the next request. Metered calls are judged in the gateway, which remembers.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import or_, select, update

from backend.core.errors import Forbidden, Unauthenticated
from backend.engine.allowed import is_allowed_address, is_allowed_origin, networks_of
from backend.engine.keys import Environment, digest, is_well_formed
from backend.models import Account, AppKey, db
from backend.services.access import Viewer
from backend.services.runtime import current_runtime

USE_NOTED_EVERY = timedelta(minutes=1)


class UnusableKey(Unauthenticated):
    """The key is mistyped, unknown, revoked or expired, or its account is suspended; which of them is not said."""

    def __init__(self) -> None:
        super().__init__("Invalid or inactive API key", details={"reason": "invalid_key"})


class KeyOutOfPlace(Forbidden):
    """The key works, but not from there or not in that way."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message, details={"reason": reason})


def viewer_of_key(secret: str, *, origin: str | None, address: str) -> Viewer:
    """Give who is behind a key.

    Args:
        origin: of the page that a browser sends it from.
        address: the caller's.

    Raises:
        UnusableKey: it does not work.
        KeyOutOfPlace: it works elsewhere, or signs its requests.
    """
    if not is_well_formed(secret):
        raise UnusableKey
    found = db.session.execute(
        select(AppKey, Account)
        .join(Account, Account.id == AppKey.account_id)
        .where(AppKey.digest == digest(secret), AppKey.revoked_at.is_(None), Account.status == "active")
    ).one_or_none()
    now = current_runtime().clock.now()
    if found is None or (found[0].expires_at is not None and found[0].expires_at <= now):
        raise UnusableKey
    key, account = found[0], found[1]
    _refuse_out_of_place(key, origin, address)
    _note_use(key, now)
    return Viewer(
        account_id=key.account_id,
        email=account.email,
        environment=cast("Environment", key.environment),
        scopes=frozenset(key.scopes),
        key_id=key.key_id,
        expires_at=key.expires_at,
    )


def _refuse_out_of_place(key: AppKey, origin: str | None, address: str) -> None:
    """Refuse a key whose owner said from where it comes, or that it never travels."""
    if key.is_signature_required:
        raise KeyOutOfPlace("signature_required", "This key only signs requests; it is never sent itself")
    if not is_allowed_origin(origin, key.allowed_origins):
        raise KeyOutOfPlace("origin", "This key may not be used from this origin")
    if not is_allowed_address(address, networks_of(key.allowed_addresses)):
        raise KeyOutOfPlace("address", "This key may not be used from this address")


def _note_use(key: AppKey, now: datetime) -> None:
    """Write when the key was used, once a minute at most; the journal does that for metered calls."""
    if key.last_used_at is not None and now - key.last_used_at < USE_NOTED_EVERY:
        return
    is_older = or_(AppKey.last_used_at.is_(None), AppKey.last_used_at < now)
    db.session.execute(update(AppKey).where(AppKey.key_id == key.key_id, is_older).values(last_used_at=now))
    db.session.commit()
