"""Who may reach an app: its owner, and the members of its project as their roles say.

Called by the services of apps, keys and usage. Reads only.
"""

from __future__ import annotations

from dataclasses import dataclass

from backend.core.errors import NotFound
from backend.core.ids import is_uuid
from backend.models import DevApp, db
from backend.services.access import Viewer
from backend.services.project_roles import Role, role_in

NOUN = "App"


@dataclass(frozen=True, slots=True)
class ReachedApp:
    """An app and what the viewer is to it."""

    row: DevApp
    role: Role


def reached_app(app_id: str, viewer: Viewer) -> ReachedApp:
    """Give an app that the viewer may know of.

    Raises:
        NotFound: no such app, or not the viewer's to see.
    """
    row = db.session.get(DevApp, app_id) if is_uuid(app_id) else None
    if row is None:
        raise NotFound(noun=NOUN)
    if row.account_id == viewer.account_id:
        return ReachedApp(row, Role.OWNER)
    role = None if row.project_id is None else role_in(row.project_id, viewer)
    if role is None:
        raise NotFound(noun=NOUN)
    return ReachedApp(row, role)
