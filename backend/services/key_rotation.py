"""Rotation: a new key takes over all that an old one may do, and the old one ends now or after a grace period.

Called by the rotate route and by the export service, whose regenerate-key is the same with another default. Of two
rotations of one key at once one wins: the database keeps at most one successor of a key.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import case, update
from sqlalchemy.exc import IntegrityError

from backend.core.clock import rfc3339
from backend.core.errors import Conflict
from backend.models import AppKey, ExportedAPI, db
from backend.services import audit_service, key_service
from backend.services.access import Viewer
from backend.services.announced import commit_change
from backend.services.key_creation import record_created
from backend.services.key_rights import ReachedKey, reached_key, require_key_change, require_lifetime, require_scopes
from backend.services.key_service import AddedKey
from backend.services.key_views import KeyView, view_of
from backend.services.runtime import current_runtime
from backend.services.transactions import rows_changed


class AlreadyReplaced(Conflict):
    """Another key took over already, perhaps a moment ago."""

    def __init__(self) -> None:
        super().__init__("This key was replaced already: load it again", details={"reason": "already_replaced"})


class KeyOver(Conflict):
    """The key works no more, so nothing can take over from it."""

    def __init__(self) -> None:
        super().__init__("This key was revoked or has expired: make a new one", details={"reason": "key_over"})


@dataclass(frozen=True, slots=True)
class RotatedKey:
    """The key that took over; `secret` is shown once."""

    view: KeyView
    secret: str = field(repr=False)
    previous_key_id: str
    previous_key_expires_at: datetime


def rotate_key(key_id: str, *, viewer: Viewer, grace_seconds: int) -> RotatedKey:
    """Let a new key take over.

    Args:
        key_id: of the present key.
        viewer: must hold all that the key may do, or the new secret would be a way to it.
        grace_seconds: how long the present key goes on working; 0 ends it now.

    Raises:
        NotFound: no such key, or not the viewer's.
        Forbidden: beyond the role, or a scope that the viewer does not hold.
        KeyOver: it was revoked or has expired.
        AlreadyReplaced: somebody else was faster.
    """
    reached = reached_key(key_id, viewer)
    old = reached.row
    require_key_change(reached.role, old.environment)
    require_scopes(old.scopes, viewer, old.account_id)
    require_lifetime(viewer, old.expires_at)
    if key_service.is_over(old):
        raise KeyOver
    added, ends_at = take_over(old, grace_seconds=grace_seconds, reason="rotated")
    _move_export(old, added)
    record_taken_over("key.rotated", old.key_id, added.row, ends_at)
    commit_change()
    view = view_of(ReachedKey(added.row, reached.account, reached.role))
    return RotatedKey(view, added.secret, old.key_id, ends_at)


def take_over(old: AppKey, *, grace_seconds: int, reason: str) -> tuple[AddedKey, datetime]:
    """Add the successor of a key and end the key; the caller commits. Give when the old one stops.

    The new key expires when the old one would have: a rotation prolongs nothing.

    Raises:
        AlreadyReplaced: somebody else was faster.
    """
    now = current_runtime().clock.now()
    expires_at = old.expires_at if old.expires_at is not None and old.expires_at > now else None
    added = key_service.successor(old, expires_at=expires_at)
    try:
        db.session.flush()
    except IntegrityError:
        db.session.rollback()
        raise AlreadyReplaced from None
    return added, _end(old, now, grace_seconds=grace_seconds, reason=reason)


def record_taken_over(action: str, old_key_id: str, new: AppKey, ends_at: datetime) -> None:
    """Note both keys in the audit trail; the caller commits."""
    audit_service.record(
        action,
        account_id=new.account_id,
        target={"key_id": old_key_id},
        details={"new_key_id": new.key_id, "works_until": rfc3339(ends_at)},
    )
    record_created(new)


def _end(old: AppKey, now: datetime, *, grace_seconds: int, reason: str) -> datetime:
    """Let a key work until its grace is over, and never longer than it would have; give when it stops."""
    if old.revoked_at is not None:
        return old.revoked_at
    living = update(AppKey).where(AppKey.key_id == old.key_id, AppKey.revoked_at.is_(None))
    ends_at = now + timedelta(seconds=grace_seconds)
    if grace_seconds > 0:
        earlier = case((AppKey.expires_at < ends_at, AppKey.expires_at), else_=ends_at)
        statement = living.values(expires_at=earlier)
    else:
        statement = living.values(revoked_at=now, revoked_reason=reason)
    ended = db.session.execute(statement.execution_options(synchronize_session=False))
    if rows_changed(ended) != 1:
        # Revoked since it was read: a leaked key must not get a successor behind its owner's back.
        db.session.rollback()
        raise KeyOver
    db.session.refresh(old)
    return now if grace_seconds <= 0 or old.expires_at is None else old.expires_at


def _move_export(old: AppKey, added: AddedKey) -> None:
    """Make the new key the current one of the exported API whose current key the old one was."""
    db.session.execute(
        update(ExportedAPI)
        .where(ExportedAPI.key_id == old.key_id)
        .values(api_key=added.row.digest, key_id=added.row.key_id)
    )
