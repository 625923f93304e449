"""Members of projects: who is in, with which role.

Called by the project routes. Every change locks its project first, so that two owners who leave at the same moment
cannot leave it without one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select, update

from backend.core.errors import Conflict, NotFound
from backend.models import Account, Project, ProjectMember, db
from backend.services.access import Viewer
from backend.services.audit_service import record
from backend.services.project_roles import Role, member_role, require_at_least, require_role
from backend.services.project_service import locked
from backend.services.runtime import current_runtime


@dataclass(frozen=True, slots=True)
class SeenMember:
    """A member as the others see them."""

    account_id: str
    email: str
    name: str
    role: Role
    added_at: datetime


class LastOwner(Conflict):
    """A project cannot be without an owner: nobody could delete it or hand it on."""

    def __init__(self) -> None:
        super().__init__("This project has no other owner: make one first", details={"reason": "last_owner"})


class AlreadyMember(Conflict):
    """The account is in the project."""

    def __init__(self) -> None:
        super().__init__("This account is a member already: change its role", details={"field": "email"})


def list_members(viewer: Viewer, project_id: str) -> Sequence[SeenMember]:
    """Give a project's members in the order they came.

    Raises:
        NotFound: no such project, or the viewer is no member of it.
    """
    require_role(project_id, viewer, Role.VIEWER)
    return _members(project_id)


def add_member(viewer: Viewer, project_id: str, *, email: str, role: Role) -> SeenMember:
    """Take an account in.

    Args:
        email: normalised.

    Raises:
        NotFound: no such project to the viewer; or nobody has the address.
        RoleTooLow: less than an admin, or an owner is to be made by less than one.
        AlreadyMember: it is in.
    """
    owner = locked(viewer, project_id)
    _require_power(project_id, viewer, over=role)
    account = db.session.scalar(select(Account).where(Account.email == email))
    if account is None:
        raise NotFound(noun="Account")
    if member_role(project_id, account.id) is not None:
        raise AlreadyMember
    now = current_runtime().clock.now()
    db.session.add(ProjectMember(project_id=project_id, account_id=account.id, role=role.word, added_at=now))
    target = {"project_id": project_id, "account_id": account.id}
    record("member.added", account_id=owner, target=target, details={"role": role.word})
    db.session.commit()
    return SeenMember(account.id, account.email, account.name, role, now)


def change_member(viewer: Viewer, project_id: str, account_id: str, role: Role) -> SeenMember:
    """Give a member another role.

    Raises:
        NotFound: no such project to the viewer, or no such member.
        RoleTooLow: less than an admin, or an owner is concerned and the viewer is none.
        LastOwner: the only owner would be none.
    """
    owner = locked(viewer, project_id)
    before = _member_below(viewer, project_id, account_id, role)
    if before is not role:
        _keep_an_owner(project_id, before, role)
        _set_role(project_id, account_id, role)
        after = _owning_account(project_id, owner, account_id, role)
        details = {"role": {"before": before.word, "after": role.word}}
        _record("member.changed", {owner, after}, project_id, account_id, details)
    db.session.commit()
    [member] = [member for member in _members(project_id) if member.account_id == account_id]
    return member


def remove_member(viewer: Viewer, project_id: str, account_id: str) -> None:
    """Put a member out, or leave.

    Raises:
        NotFound: no such project to the viewer, or no such member.
        RoleTooLow: somebody else, by less than an admin; an owner, by less than one.
        LastOwner: the only owner would be gone.
    """
    owner = locked(viewer, project_id)
    if account_id == viewer.account_id:
        before = require_role(project_id, viewer, Role.VIEWER)
    else:
        before = _member_below(viewer, project_id, account_id, Role.VIEWER)
    _keep_an_owner(project_id, before, None)
    left = (ProjectMember.project_id == project_id, ProjectMember.account_id == account_id)
    db.session.execute(delete(ProjectMember).where(*left).execution_options(synchronize_session=False))
    after = _owning_account(project_id, owner, account_id, None)
    _record("member.removed", {owner, after}, project_id, account_id, {"role": before.word})
    db.session.commit()


def _require_power(project_id: str, viewer: Viewer, *, over: Role) -> None:
    """Let admins act on members, and on owners only owners."""
    held = require_role(project_id, viewer, Role.ADMIN)
    if over is Role.OWNER:
        require_at_least(held, Role.OWNER)


def _member_below(viewer: Viewer, project_id: str, account_id: str, wanted: Role) -> Role:
    """Give a member's role when the viewer may change it to the wanted one."""
    _require_power(project_id, viewer, over=wanted)
    present = member_role(project_id, account_id)
    if present is None:
        raise NotFound(noun="Member")
    _require_power(project_id, viewer, over=present)
    return present


def _keep_an_owner(project_id: str, before: Role, after: Role | None) -> None:
    """Refuse what would leave the project without an owner."""
    if before is Role.OWNER and after is not Role.OWNER and _owners(project_id) == 1:
        raise LastOwner


def _owners(project_id: str) -> int:
    owners = (ProjectMember.project_id == project_id, ProjectMember.role == Role.OWNER.word)
    return db.session.scalar(select(func.count()).select_from(ProjectMember).where(*owners)) or 0


def _set_role(project_id: str, account_id: str, role: Role) -> None:
    db.session.execute(
        update(ProjectMember)
        .where(ProjectMember.project_id == project_id, ProjectMember.account_id == account_id)
        .values(role=role.word)
        .execution_options(synchronize_session=False)
    )


def _owning_account(project_id: str, owner: str, account_id: str, role: Role | None) -> str:
    """Give the account that owns the project after a change; where it left, the longest owner takes over."""
    if owner != account_id or role is Role.OWNER:
        return owner
    longest = (
        select(ProjectMember.account_id)
        .where(ProjectMember.project_id == project_id, ProjectMember.role == Role.OWNER.word)
        .order_by(ProjectMember.added_at, ProjectMember.account_id)
    )
    successor = db.session.scalars(longest).first()
    if successor is None:
        raise LastOwner
    db.session.execute(
        update(Project)
        .where(Project.id == project_id)
        .values(account_id=successor)
        .execution_options(synchronize_session=False)
    )
    return successor


def _record(action: str, trails: set[str], project_id: str, account_id: str, details: Mapping[str, object]) -> None:
    """Note a change in the trail of the account that owns the project, and of the one that did; in a fixed order."""
    for trail in sorted(trails):
        record(action, account_id=trail, target={"project_id": project_id, "account_id": account_id}, details=details)


def _members(project_id: str) -> list[SeenMember]:
    rows = db.session.execute(
        select(Account.id, Account.email, Account.name, ProjectMember.role, ProjectMember.added_at)
        .join(Account, Account.id == ProjectMember.account_id)
        .where(ProjectMember.project_id == project_id)
        .order_by(ProjectMember.added_at, Account.email)
    )
    return [SeenMember(row.id, row.email, row.name, Role.of(row.role), row.added_at) for row in rows]
