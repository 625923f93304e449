"""Committing a change that workers remember: commit, then tell them all.

Called by every service that changes keys, limits, APIs, models, apps or accounts.
"""

from __future__ import annotations

from backend.models import db
from backend.services.runtime import current_runtime


def commit_change() -> None:
    """Commit, then tell every worker: in this order, or one could remember the old state as new."""
    db.session.commit()
    current_runtime().changes.announce()
