"""Changing and revoking keys that exist.

Called by the doors of keys. A revoked key stays in its lists with its reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import update

from backend.models import AppKey, db
from backend.services import audit_service
from backend.services.access import Viewer
from backend.services.announced import commit_change
from backend.services.key_creation import UnfitKey
from backend.services.key_rights import reached_key, require_key_change
from backend.services.key_views import KeyView, view_of
from backend.services.runtime import current_runtime
from backend.services.transactions import rows_changed

REASON_DEFAULT = "revoked"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyChanges:
    """What may be changed of a key; None leaves a field as it is."""

    name: str | None = None
    allowed_origins: Sequence[str] | None = None
    allowed_addresses: Sequence[str] | None = None
    is_signature_required: bool | None = None


def change_key(key_id: str, changes: KeyChanges, *, viewer: Viewer) -> KeyView:
    """Rename a key, or set from where and how it may be used.

    Raises:
        NotFound: no such key, or not the viewer's.
        Forbidden: beyond the role.
        UnfitKey: a key that cannot sign would have to.
    """
    reached = reached_key(key_id, viewer)
    require_key_change(reached.role, reached.row.environment)
    row = reached.row
    if changes.is_signature_required and not row.signature_schemes:
        raise UnfitKey("signature_required", "signing", "this key was made without signing")
    before = _changeable(row)
    for name in before:
        value = getattr(changes, name)
        if value is not None:
            setattr(row, name, value if isinstance(value, str | bool) else list(value))
    after = _changeable(row)
    if after != before:
        changed = {
            name: {"before": before[name], "after": after[name]} for name in after if after[name] != before[name]
        }
        audit_service.record("key.changed", account_id=row.account_id, target={"key_id": row.key_id}, details=changed)
        commit_change()
    return view_of(reached)


def revoke_key(key_id: str, *, viewer: Viewer, reason: str | None = None) -> KeyView:
    """End a key for every worker's next call; a second time changes nothing and answers the same.

    Raises:
        NotFound: no such key, or not the viewer's.
        Forbidden: beyond the role.
    """
    reached = reached_key(key_id, viewer)
    require_key_change(reached.role, reached.row.environment)
    if end_now(reached.row, reason or REASON_DEFAULT):
        commit_change()
    else:
        db.session.rollback()
    db.session.refresh(reached.row)
    return view_of(reached)


def end_now(row: AppKey, reason: str) -> bool:
    """Revoke a key; the caller commits. False when it was revoked before, whose moment and reason then stay."""
    ended = db.session.execute(
        update(AppKey)
        .where(AppKey.key_id == row.key_id, AppKey.revoked_at.is_(None))
        .values(revoked_at=current_runtime().clock.now(), revoked_reason=reason)
        .execution_options(synchronize_session=False)
    )
    if rows_changed(ended) != 1:
        return False
    audit_service.record(
        "key.revoked", account_id=row.account_id, target={"key_id": row.key_id}, details={"reason": reason}
    )
    return True


def _changeable(row: AppKey) -> dict[str, Any]:
    """Give what may be changed, as it is."""
    return {
        "name": row.name,
        "allowed_origins": list(row.allowed_origins),
        "allowed_addresses": list(row.allowed_addresses),
        "is_signature_required": row.is_signature_required,
    }
