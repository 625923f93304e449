"""Projects: workspaces that several accounts share. Members are `backend.services.project_members`'.

Called by the project routes. What happens to a project is in the audit trail of the account that owns it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, delete, func, select, update

from backend.core.errors import NotFound
from backend.core.ids import is_uuid, new_uuid
from backend.models import DevApp, Project, ProjectMember, db
from backend.services.access import Viewer
from backend.services.audit_service import record
from backend.services.project_roles import Role, require_role
from backend.services.runtime import current_runtime

CHANGEABLE = ("name", "description", "type")


@dataclass(frozen=True, slots=True)
class SeenProject:
    """A project as one of its members sees it."""

    row: Project
    role: Role
    member_count: int
    app_count: int


@dataclass(frozen=True, slots=True)
class ProjectPage:
    """A part of the viewer's projects, and how many there are."""

    rows: Sequence[SeenProject]
    total: int


def list_projects(viewer: Viewer, *, page: int, limit: int) -> ProjectPage:
    """Give the viewer's projects, newest first.

    Args:
        page: from 1 on; one beyond the last is empty.
    """
    mine = ProjectMember.account_id == viewer.account_id
    total = db.session.scalar(select(func.count()).select_from(ProjectMember).where(mine)) or 0
    newest = _seen_by(viewer).order_by(Project.created_at.desc(), Project.id)
    rows = db.session.execute(newest.limit(limit).offset((page - 1) * limit))
    return ProjectPage([SeenProject(row, Role.of(role), members, apps) for row, role, members, apps in rows], total)


def create_project(viewer: Viewer, *, name: str, description: str, type_: str) -> SeenProject:
    """Make a project whose owner is the viewer."""
    now = current_runtime().clock.now()
    owner = viewer.account_id
    project = Project(id=new_uuid(), account_id=owner, name=name, description=description, type=type_, created_at=now)
    db.session.add(project)
    db.session.flush()
    db.session.add(ProjectMember(project_id=project.id, account_id=owner, role=Role.OWNER.word, added_at=now))
    details = {"name": name, "type": type_}
    record("project.created", account_id=owner, target={"project_id": project.id}, details=details)
    db.session.commit()
    return SeenProject(project, Role.OWNER, 1, 0)


def read_project(viewer: Viewer, project_id: str) -> SeenProject:
    """Give one of the viewer's projects.

    Raises:
        NotFound: no such project, or the viewer is no member of it.
    """
    query = _seen_by(viewer).where(Project.id == project_id)
    found = db.session.execute(query).one_or_none() if is_uuid(project_id) else None
    if found is None:
        raise NotFound(noun="Project")
    row, role, members, apps = found
    return SeenProject(row, Role.of(role), members, apps)


def change_project(viewer: Viewer, project_id: str, changes: Mapping[str, str | None]) -> SeenProject:
    """Set name, description or type; None leaves what is.

    Raises:
        NotFound: as above.
        RoleTooLow: less than an admin.
    """
    locked(viewer, project_id)
    require_role(project_id, viewer, Role.ADMIN)
    seen = read_project(viewer, project_id)
    changed = {
        name: {"before": getattr(seen.row, name), "after": value}
        for name, value in changes.items()
        if name in CHANGEABLE and value is not None and value != getattr(seen.row, name)
    }
    for name, values in changed.items():
        setattr(seen.row, name, values["after"])
    if changed:
        target = {"project_id": project_id}
        record("project.changed", account_id=seen.row.account_id, target=target, details=changed)
    db.session.commit()
    return seen


def delete_project(viewer: Viewer, project_id: str) -> None:
    """Delete a project; its apps stay with the accounts that own them.

    Raises:
        NotFound: as above.
        RoleTooLow: less than an owner.
    """
    owner = locked(viewer, project_id)
    require_role(project_id, viewer, Role.OWNER)
    name = db.session.scalar(select(Project.name).where(Project.id == project_id))
    db.session.execute(delete(Project).where(Project.id == project_id).execution_options(synchronize_session=False))
    record("project.deleted", account_id=owner, target={"project_id": project_id}, details={"name": name})
    db.session.commit()


def locked(viewer: Viewer, project_id: str) -> str:
    """Keep others from changing a project or its members until the transaction ends; give the owning account.

    A statement that writes, since SQLite locks for nothing less; strangers get no lock. The viewer's role is to be
    asked for again behind the lock.

    Raises:
        NotFound: no such project, or the viewer is no member of it.
    """
    require_role(project_id, viewer, Role.VIEWER)
    touched = update(Project).where(Project.id == project_id).values(account_id=Project.account_id)
    owner = db.session.scalar(touched.returning(Project.account_id).execution_options(synchronize_session=False))
    if owner is None:
        raise NotFound(noun="Project")
    return owner


def _seen_by(viewer: Viewer) -> Select[Project, str, int, int]:
    """Select projects with the viewer's role, members and apps."""
    members = select(func.count()).where(ProjectMember.project_id == Project.id).scalar_subquery()
    apps = select(func.count()).where(DevApp.project_id == Project.id).scalar_subquery()
    own = select(ProjectMember.project_id, ProjectMember.role).where(ProjectMember.account_id == viewer.account_id)
    mine = own.subquery()
    return select(Project, mine.c.role, members, apps).join(mine, mine.c.project_id == Project.id)
