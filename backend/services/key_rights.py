"""Who may reach a key, do something to it, and hand which scopes on.

A key is its account's; one made for an app of a project is also the project's members', as their roles say. A key that
calls sees its own environment only. Called first by every service of keys and apps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from backend.core.clock import rfc3339
from backend.core.errors import Forbidden, NotFound
from backend.core.plans import Plan, plan_named
from backend.engine.keys import Environment, is_key_id
from backend.engine.scopes import FIXED_SCOPES, api_ids_in, predict_scope
from backend.models import Account, AppKey, DevApp, ExportedAPI, db
from backend.services.access import ScopeMissing, Viewer
from backend.services.project_roles import Role, require_at_least, role_in

NOUN = "API key"


class OtherEnvironment(Forbidden):
    """A test key would make or change a live one, or the other way round."""

    def __init__(self) -> None:
        super().__init__("A key makes keys of its own environment only", details={"reason": "environment"})


class OutlivesMaker(Forbidden):
    """A key that ends would make one that does not: whoever stole it would stay for ever."""

    def __init__(self, maker_ends_at: datetime) -> None:
        ends_at = rfc3339(maker_ends_at)
        super().__init__(
            f"A key makes no key that outlives it: this one ends at {ends_at}",
            details={"reason": "expiry", "expires_at": ends_at},
        )


@dataclass(frozen=True, slots=True)
class ReachedKey:
    """A key, the account that it belongs to, and what the viewer is to it."""

    row: AppKey
    account: Account
    role: Role

    @property
    def plan(self) -> Plan:
        """The plan that bounds it."""
        return plan_named(self.account.plan)


def reached_key(key_id: str, viewer: Viewer, *, by_administrators: bool = False) -> ReachedKey:
    """Give a key that the viewer may know of.

    Args:
        key_id: public id.
        viewer: whoever asks.
        by_administrators: whether an administrator reaches the keys of every account here.

    Raises:
        NotFound: no such key, or not the viewer's to see.
    """
    query = select(AppKey, Account).join(Account, Account.id == AppKey.account_id).where(AppKey.key_id == key_id)
    # Texts that cannot be ids are not put to the database, which could not even hold some of them.
    found = db.session.execute(query).one_or_none() if is_key_id(key_id) else None
    if found is None or not viewer.sees(found[0].environment):
        raise NotFound(noun=NOUN)
    row, account = found[0], found[1]
    role = _role_for(row, viewer)
    if role is None and by_administrators and viewer.is_admin:
        role = Role.OWNER
    if role is None:
        raise NotFound(noun=NOUN)
    return ReachedKey(row, account, role)


def require_key_change(role: Role, environment: str) -> None:
    """Refuse a member who may not make, rotate, change or revoke keys of an environment.

    Raises:
        RoleTooLow: viewers change none, developers test keys only.
    """
    require_at_least(role, Role.DEVELOPER if environment == "test" else Role.ADMIN)


def require_environment(viewer: Viewer, environment: Environment) -> None:
    """Refuse a key that would make a key of the other environment.

    Raises:
        OtherEnvironment: it would.
    """
    if not viewer.sees(environment):
        raise OtherEnvironment


def require_lifetime(viewer: Viewer, expires_at: datetime | None) -> None:
    """Refuse a key that would make or rotate to one that outlives it.

    Raises:
        OutlivesMaker: it would.
    """
    if viewer.expires_at is not None and (expires_at is None or expires_at > viewer.expires_at):
        raise OutlivesMaker(viewer.expires_at)


def require_scopes(scopes: Sequence[str], viewer: Viewer, account_id: str) -> None:
    """Refuse to hand on what the viewer does not hold on an account.

    Members of a project hold no more of its owner's account than calling its APIs: with another scope they would be
    that account.

    Raises:
        ScopeMissing: naming the first scope; alike for an API of somebody else and one that does not exist.
    """
    is_own = viewer.account_id == account_id
    for scope in scopes:
        if not viewer.may(scope) or not (is_own or scope.startswith("predict:")):
            raise ScopeMissing(scope)
    for api_id in sorted(api_ids_in(scopes) - _api_ids_of(account_id, api_ids_in(scopes))):
        raise ScopeMissing(predict_scope(api_id))


def grantable_scopes(viewer: Viewer) -> list[tuple[str, str | None]]:
    """Give every scope that the viewer may put into a key of the own account; for one API with the API's name."""
    fixed: list[tuple[str, str | None]] = [(scope, None) for scope in FIXED_SCOPES]
    query = select(ExportedAPI.id, ExportedAPI.name).where(ExportedAPI.account_id == viewer.account_id)
    rows = db.session.execute(query.order_by(ExportedAPI.id.desc())).all()
    every = [*fixed, *((predict_scope(row.id), row.name) for row in rows)]
    return [(scope, name) for scope, name in every if viewer.may(scope)]


def _role_for(row: AppKey, viewer: Viewer) -> Role | None:
    """Give what a viewer is to a key: its account, or a member of its app's project."""
    if row.account_id == viewer.account_id:
        return Role.OWNER
    if row.app_id is None:
        return None
    project_id = db.session.scalar(select(DevApp.project_id).where(DevApp.id == row.app_id))
    return None if project_id is None else role_in(project_id, viewer)


def _api_ids_of(account_id: str, api_ids: set[int]) -> set[int]:
    """Give those of some APIs that belong to an account."""
    # Beyond what the column holds no API exists, and PostgreSQL would refuse the very question.
    known = [api_id for api_id in api_ids if api_id < 2**31]
    owned = (ExportedAPI.account_id == account_id, ExportedAPI.id.in_(known))
    return set(db.session.scalars(select(ExportedAPI.id).where(*owned)))
