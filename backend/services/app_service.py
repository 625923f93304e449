"""Apps: the keys, usage and logs of one application seen together; an account's own, or shared through a project.

Called by the app routes; usage asks `readable_app`. The keys of an app belong to the account that owns the app, and
their calls are charged to it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, or_, select

from backend.core.errors import Forbidden
from backend.core.ids import new_uuid
from backend.models import AppKey, DevApp, Project, ProjectMember, db
from backend.services import audit_service
from backend.services.access import Viewer
from backend.services.announced import commit_change
from backend.services.app_access import ReachedApp, reached_app
from backend.services.key_changes import end_now
from backend.services.key_service import works_at
from backend.services.paging import Page, PageRequest
from backend.services.project_roles import Role, require_at_least, require_role
from backend.services.runtime import current_runtime
from backend.services.time_paging import narrowed_by_time, page_by_time


class SomebodyElsesApp(Forbidden):
    """A member would share or withdraw an app that is another account's."""

    def __init__(self) -> None:
        super().__init__("Only the account that owns an app puts it into a project or takes it out")


class BothEnvironments(Forbidden):
    """A key, which is live or test, would end keys of the other environment."""

    def __init__(self) -> None:
        super().__init__(
            "An app may have live and test keys, which would end with it: sign in to delete it",
            details={"reason": "environment"},
        )


@dataclass(frozen=True, slots=True)
class AppView:
    """An app as somebody sees it."""

    row: DevApp
    role: Role
    project_name: str | None
    key_count: int
    """Keys that work now, of the viewer's environments."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AppWish:
    """A new app."""

    name: str
    description: str = ""
    project_id: str | None = None


def readable_app(app_id: str, viewer: Viewer) -> DevApp:
    """Give an app that the viewer may read.

    Raises:
        NotFound: no such app, or not the viewer's to see.
    """
    return reached_app(app_id, viewer).row


def list_apps(part: PageRequest, *, viewer: Viewer) -> Page[AppView]:
    """Give the viewer's apps and those of the viewer's projects, newest first."""
    roles = _roles(viewer)
    query = select(DevApp).where(or_(DevApp.account_id == viewer.account_id, DevApp.project_id.in_(roles)))
    rows = db.session.scalars(narrowed_by_time(query, DevApp.created_at, DevApp.id, part)).all()
    found = page_by_time(rows, lambda row: (row.created_at, row.id), part)
    reached = [ReachedApp(row, _role(row, roles, viewer)) for row in found.rows]
    return Page(_views(reached, viewer), found.next_cursor)


def read_app(app_id: str, *, viewer: Viewer) -> AppView:
    """Give one app.

    Raises:
        NotFound: no such app, or not the viewer's.
    """
    return _views([reached_app(app_id, viewer)], viewer)[0]


def create_app(wish: AppWish, *, viewer: Viewer) -> AppView:
    """Make an app, in a project where one is named.

    Raises:
        NotFound: no such project, or not the viewer's.
        RoleTooLow: a viewer of the project.
    """
    if wish.project_id is not None:
        require_role(wish.project_id, viewer, Role.DEVELOPER)
    row = DevApp(
        id=new_uuid(),
        account_id=viewer.account_id,
        project_id=wish.project_id,
        name=wish.name,
        description=wish.description,
        created_at=current_runtime().clock.now(),
    )
    db.session.add(row)
    details = {"name": row.name, "project_id": row.project_id}
    audit_service.record("app.created", account_id=row.account_id, target={"app_id": row.id}, details=details)
    commit_change()
    return _views([ReachedApp(row, Role.OWNER)], viewer)[0]


def change_app(app_id: str, changes: Mapping[str, str | None], *, viewer: Viewer) -> AppView:
    """Rename or describe an app, or put it into a project or out of one, which only its own account may.

    Args:
        app_id: which.
        changes: name, description, project_id; what is left out stays.
        viewer: whoever asks.

    Raises:
        NotFound: no such app or project, or not the viewer's.
        RoleTooLow: beyond the role.
    """
    reached = reached_app(app_id, viewer)
    row = reached.row
    require_at_least(reached.role, Role.DEVELOPER)
    if "project_id" in changes and changes["project_id"] != row.project_id:
        _require_move(row, changes["project_id"], viewer)
    before = {name: getattr(row, name) for name in ("name", "description", "project_id")}
    changed = {name: value for name, value in changes.items() if before[name] != value}
    if changed:
        for name, value in changed.items():
            setattr(row, name, value)
        details = {name: {"before": before[name], "after": value} for name, value in changed.items()}
        audit_service.record("app.changed", account_id=row.account_id, target={"app_id": row.id}, details=details)
        commit_change()
    return read_app(app_id, viewer=viewer)


def delete_app(app_id: str, *, viewer: Viewer) -> None:
    """Delete an app and revoke its keys, which stay listed.

    Raises:
        NotFound: no such app, or not the viewer's.
        RoleTooLow: not its owner, nor one who administers its project.
        BothEnvironments: asked for with a key.
    """
    reached = reached_app(app_id, viewer)
    require_at_least(reached.role, Role.ADMIN)
    if viewer.environment is not None:
        raise BothEnvironments
    row = reached.row
    db.session.execute(delete(DevApp).where(DevApp.id == app_id).execution_options(synchronize_session=False))
    keys = db.session.scalars(select(AppKey).where(AppKey.app_id == app_id, AppKey.revoked_at.is_(None))).all()
    revoked = [key.key_id for key in keys if end_now(key, "its app was deleted")]
    audit_service.record(
        "app.deleted",
        account_id=row.account_id,
        target={"app_id": app_id},
        details={"name": row.name, "revoked_key_ids": revoked},
    )
    commit_change()


def _require_move(row: DevApp, project_id: str | None, viewer: Viewer) -> None:
    """Refuse to share or withdraw somebody else's app."""
    if row.account_id != viewer.account_id:
        raise SomebodyElsesApp
    if project_id is not None:
        require_role(project_id, viewer, Role.DEVELOPER)


def _roles(viewer: Viewer) -> dict[str, Role]:
    """Give the viewer's roles by project."""
    query = select(ProjectMember.project_id, ProjectMember.role).where(ProjectMember.account_id == viewer.account_id)
    return {row.project_id: Role.of(row.role) for row in db.session.execute(query)}


def _role(row: DevApp, roles: Mapping[str, Role], viewer: Viewer) -> Role:
    """Give what the viewer is to a listed app."""
    if row.account_id == viewer.account_id or row.project_id is None:
        return Role.OWNER
    return roles[row.project_id]


def _views(reached: Sequence[ReachedApp], viewer: Viewer) -> list[AppView]:
    """Add to apps what stands in other rows, with one question for each kind."""
    project_ids = {app.row.project_id for app in reached if app.row.project_id is not None}
    query = select(Project.id, Project.name).where(Project.id.in_(project_ids))
    names = {row.id: row.name for row in db.session.execute(query)}
    counts = _key_counts([app.row.id for app in reached], viewer)
    return [
        AppView(app.row, app.role, names.get(app.row.project_id or ""), counts.get(app.row.id, 0)) for app in reached
    ]


def _key_counts(app_ids: Sequence[str], viewer: Viewer) -> dict[str | None, int]:
    """Give how many keys of each app work now."""
    query = (
        select(AppKey.app_id, func.count().label("working"))
        .where(AppKey.app_id.in_(app_ids), works_at(current_runtime().clock.now()))
        .group_by(AppKey.app_id)
    )
    if viewer.environment is not None:
        query = query.where(AppKey.environment == viewer.environment)
    return {row.app_id: row.working for row in db.session.execute(query)}
