"""What the log must not keep, as each account says it. The fold reads it with every batch.

Called by the log settings routes.
"""

from __future__ import annotations

from collections.abc import Sequence

from backend.models import Account, db
from backend.services import audit_service
from backend.services.access import Viewer


def redacted_fields(viewer: Viewer) -> list[str]:
    """Give the names of the fields whose values the viewer's log does not keep."""
    return list(db.session.get_one(Account, viewer.account_id).redacted_fields)


def set_redacted_fields(names: Sequence[str], *, viewer: Viewer) -> list[str]:
    """Set the names of those fields; a name that differs in case only is the same. Calls from now on are held to it."""
    account = db.session.get_one(Account, viewer.account_id)
    before, after = list(account.redacted_fields), _distinct(names)
    if after != before:
        account.redacted_fields = after
        audit_service.record(
            "settings.changed",
            account_id=viewer.account_id,
            target={"account_id": viewer.account_id},
            details={"redacted_fields": {"before": before, "after": after}},
        )
        db.session.commit()
    return after


def _distinct(names: Sequence[str]) -> list[str]:
    found: dict[str, str] = {}
    for name in names:
        found.setdefault(name.casefold(), name)
    return list(found.values())
