"""What administrators do for other accounts: find them, change their plan, suspend them, adjust their credits.

Called by the admin routes, which let nobody else in. What is done to an account is in that account's audit trail.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Select, func, or_, select, update

from backend.core.errors import Conflict, NotFound
from backend.core.ids import is_uuid
from backend.core.plans import plan_named
from backend.models import Account, AppKey, ExportedAPI, UserCredits, db
from backend.services.access import Viewer
from backend.services.announced import commit_change
from backend.services.audit_service import record
from backend.services.credit_allowance import change_of_plan
from backend.services.key_limits_service import hold_to_plan
from backend.services.key_service import works_at
from backend.services.paging import BadCursor, Page, PageRequest
from backend.services.runtime import current_runtime
from backend.services.session_service import SessionEnded, end_sessions_of

ADMIN = "admin"
ACTIVE, SUSPENDED = "active", "suspended"


@dataclass(frozen=True, slots=True)
class SeenAccount:
    """An account as administrators see it."""

    row: Account
    current_credits: int
    api_count: int
    key_count: int


class OwnAccount(Conflict):
    """An administrator who would lock themself out."""

    def __init__(self) -> None:
        super().__init__("You cannot suspend your own account", details={"reason": "own_account"})


class LastAdministrator(Conflict):
    """Nobody would be left to undo it."""

    def __init__(self) -> None:
        super().__init__("No other active administrator would be left", details={"reason": "last_administrator"})


def list_accounts(email: str, part: PageRequest) -> Page[SeenAccount]:
    """Give a part of all accounts in the order of their addresses.

    Args:
        email: a part of the address, in any case; empty for all.
    """
    statement = _seen().order_by(Account.email).limit(part.limit + 1)
    if email:
        statement = statement.where(Account.email.contains(email.lower(), autoescape=True))
    if part.cursor:
        statement = statement.where(Account.email > _email_at(part.cursor))
    rows = [SeenAccount(*row) for row in db.session.execute(statement)]
    if len(rows) <= part.limit:
        return Page(rows, None)
    return Page(rows[: part.limit], rows[part.limit - 1].row.id)


def read_account(account_id: str) -> SeenAccount:
    """Give an account.

    Raises:
        NotFound: no such account.
    """
    found = None
    if is_uuid(account_id):
        found = db.session.execute(_seen().where(Account.id == account_id)).one_or_none()
    if found is None:
        raise NotFound(noun="Account")
    return SeenAccount(*found)


def change_account(viewer: Viewer, account_id: str, *, plan: str | None, status: str | None) -> SeenAccount:
    """Set an account's plan, its status, or both; None leaves what is.

    Suspending ends the account's sessions and stops its keys with their next call. A larger plan grants what it gives
    beyond what the month has had.

    Raises:
        NotFound: no such account.
        SessionEnded: the administrator was suspended a moment ago.
        OwnAccount: an administrator suspends themself.
        LastAdministrator: no other active administrator would be left.
    """
    account = _locked(account_id)
    if not _is_active(viewer.account_id):
        raise SessionEnded
    if status is not None and status != account.status:
        _set_status(viewer, account, status)
    if plan is not None and plan != account.plan:
        _set_plan(account, plan)
    commit_change()
    current_runtime().credits.publish(account_id)
    return read_account(account_id)


def _email_at(cursor: str) -> str:
    """Give the address that a page ended with; its cursor is the account's id."""
    email = db.session.scalar(select(Account.email).where(Account.id == cursor)) if is_uuid(cursor) else None
    if email is None:
        raise BadCursor
    return email


def _locked(account_id: str) -> Account:
    """Give an account that nobody else changes until the transaction ends; administrators are locked with it.

    One statement that writes, since SQLite locks for nothing less. Two administrators who suspend each other meet here.
    """
    if is_uuid(account_id):
        touched = update(Account).where(or_(Account.id == account_id, Account.role == ADMIN)).values(role=Account.role)
        db.session.execute(touched.execution_options(synchronize_session=False))
        account = db.session.get(Account, account_id, populate_existing=True)
        if account is not None:
            return account
    raise NotFound(noun="Account")


def _set_status(viewer: Viewer, account: Account, status: str) -> None:
    if status == SUSPENDED:
        if account.id == viewer.account_id:
            raise OwnAccount
        if account.role == ADMIN and not _active_administrators_beside(account.id):
            raise LastAdministrator
        end_sessions_of(account.id)
    details = _change("status", account.status, status)
    account.status = status
    record("account.status_changed", account_id=account.id, target={"account_id": account.id}, details=details)


def _set_plan(account: Account, plan: str) -> None:
    before, details = account.plan, _change("plan", account.plan, plan)
    account.plan = plan
    db.session.flush()
    # What a larger plan let its keys do would otherwise count as lifted beyond the smaller one.
    hold_to_plan(account.id, plan_named(before), plan_named(plan))
    change_of_plan(db.session(), account.id, plan, current_runtime().clock.now())
    record("account.plan_changed", account_id=account.id, target={"account_id": account.id}, details=details)


def _change(name: str, before: str, after: str) -> Mapping[str, object]:
    return {name: {"before": before, "after": after}}


def _is_active(account_id: str) -> bool:
    return db.session.scalar(select(Account.status).where(Account.id == account_id)) == ACTIVE


def _active_administrators_beside(account_id: str) -> int:
    others = (Account.role == ADMIN, Account.status == ACTIVE, Account.id != account_id)
    return db.session.scalar(select(func.count()).select_from(Account).where(*others)) or 0


def _seen() -> Select[Account, int, int, int]:
    """Select accounts with their credits, APIs and keys that work."""
    now = current_runtime().clock.now()
    held = select(UserCredits.current_credits).where(UserCredits.account_id == Account.id).scalar_subquery()
    apis = select(func.count()).where(ExportedAPI.account_id == Account.id).scalar_subquery()
    keys = select(func.count()).where(AppKey.account_id == Account.id, works_at(now)).scalar_subquery()
    return select(Account, func.coalesce(held, 0), apis, keys)
