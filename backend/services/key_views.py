"""Keys as their owners see them: with app, successor, state and plan. Reads only, and never a secret.

Called by the doors that list and show keys, and by whoever answers with a key just changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import ColumnElement, and_, or_, select

from backend.core.plans import Plan, plan_named
from backend.models import Account, AppKey, DevApp, db
from backend.services.access import Viewer
from backend.services.app_access import reached_app
from backend.services.key_rights import ReachedKey, reached_key
from backend.services.paging import Page, PageRequest
from backend.services.runtime import current_runtime
from backend.services.time_paging import narrowed_by_time, page_by_time

EXPIRING_WITHIN = timedelta(days=30)
"""The longest grace period: every rotated key shows as expiring."""
KeyStatus = Literal["active", "expiring", "expired", "revoked"]


@dataclass(frozen=True, slots=True)
class KeyView:
    """One key with what stands in other rows."""

    row: AppKey
    plan: Plan
    status: KeyStatus
    app_name: str | None
    replaced_by_key_id: str | None


@dataclass(frozen=True, slots=True)
class KeyFilter:
    """Which keys; None for all."""

    environment: str | None = None
    app_id: str | None = None
    status: KeyStatus | None = None


def list_keys(wanted: KeyFilter, part: PageRequest, *, viewer: Viewer) -> Page[KeyView]:
    """Give the viewer's keys, newest first, revoked ones too; with an app, that app's.

    Raises:
        NotFound: no such app, or not the viewer's.
    """
    if wanted.app_id is not None:
        reached_app(wanted.app_id, viewer)
        owner = AppKey.app_id == wanted.app_id
    else:
        owner = AppKey.account_id == viewer.account_id
    environments = [one for one in (wanted.environment, viewer.environment) if one is not None]
    conditions = [owner, *(AppKey.environment == environment for environment in environments)]
    if wanted.status is not None:
        conditions.append(_has_status(wanted.status, current_runtime().clock.now()))
    return _page(conditions, part)


def list_account_keys(account_id: str, part: PageRequest) -> Page[KeyView]:
    """Give an account's keys, newest first; for administrators, which the caller has made sure of."""
    return _page([AppKey.account_id == account_id], part)


def read_key(key_id: str, *, viewer: Viewer) -> KeyView:
    """Give one key.

    Raises:
        NotFound: no such key, or not the viewer's.
    """
    return view_of(reached_key(key_id, viewer))


def view_of(reached: ReachedKey) -> KeyView:
    """Give a key that was reached already."""
    return _views([(reached.row, reached.plan)])[0]


def status_of(row: AppKey, now: datetime) -> KeyStatus:
    """Give a key's state at a moment."""
    if row.revoked_at is not None:
        return "revoked"
    if row.expires_at is None or row.expires_at > now + EXPIRING_WITHIN:
        return "active"
    return "expiring" if row.expires_at > now else "expired"


def _has_status(status: KeyStatus, now: datetime) -> ColumnElement[bool]:
    """Give `status_of` as a condition."""
    expires, soon = AppKey.expires_at, now + EXPIRING_WITHIN
    if status == "revoked":
        return AppKey.revoked_at.is_not(None)
    lasting = {
        "active": or_(expires.is_(None), expires > soon),
        "expiring": and_(expires > now, expires <= soon),
        "expired": expires <= now,
    }
    return and_(AppKey.revoked_at.is_(None), lasting[status])


def _page(conditions: Sequence[ColumnElement[bool]], part: PageRequest) -> Page[KeyView]:
    query = select(AppKey, Account.plan).join(Account, Account.id == AppKey.account_id).where(*conditions)
    rows = db.session.execute(narrowed_by_time(query, AppKey.created_at, AppKey.key_id, part)).all()
    found = page_by_time(rows, lambda row: (row[0].created_at, row[0].key_id), part)
    return Page(_views([(row[0], plan_named(row[1])) for row in found.rows]), found.next_cursor)


def _views(rows: Sequence[tuple[AppKey, Plan]]) -> list[KeyView]:
    """Add to keys what stands in other rows, with one question for each kind."""
    app_ids = {row.app_id for row, _plan in rows if row.app_id is not None}
    query = select(DevApp.id, DevApp.name).where(DevApp.id.in_(app_ids))
    names = {row.id: row.name for row in db.session.execute(query)}
    key_ids = [row.key_id for row, _plan in rows]
    followers = select(AppKey.replaces_key_id, AppKey.key_id).where(AppKey.replaces_key_id.in_(key_ids))
    successors = {row.replaces_key_id: row.key_id for row in db.session.execute(followers)}
    now = current_runtime().clock.now()
    return [
        KeyView(
            row=row,
            plan=plan,
            status=status_of(row, now),
            app_name=names.get(row.app_id) if row.app_id is not None else None,
            replaced_by_key_id=successors.get(row.key_id),
        )
        for row, plan in rows
    ]
