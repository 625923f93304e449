"""Who may do what in a project: the only place that decides it.

Called by the project services, and by the services of whatever belongs to a project. A viewer reads; a developer also
makes and changes apps and their test keys; an admin also live keys, limits and members; an owner everything.
"""

from __future__ import annotations

from enum import IntEnum

from sqlalchemy import select

from backend.core.errors import Forbidden, NotFound
from backend.core.ids import is_uuid
from backend.models import ProjectMember, db
from backend.services.access import Viewer


class Role(IntEnum):
    """What a member is; a higher role may do all that a lower one may."""

    VIEWER = 1
    DEVELOPER = 2
    ADMIN = 3
    OWNER = 4

    @property
    def word(self) -> str:
        """Give the role as it is stored and answered."""
        return self.name.lower()

    @classmethod
    def of(cls, word: str) -> Role:
        """Read a role; a word that no release knows is the least."""
        return cls.__members__.get(word.upper(), cls.VIEWER)


class RoleTooLow(Forbidden):
    """A member whose role does not reach."""

    def __init__(self, held: Role, needed: Role) -> None:
        super().__init__(
            f"Your role in this project is {held.word}; this takes {needed.word}",
            details={"reason": "role", "role": held.word, "needed": needed.word},
        )


def role_in(project_id: str, viewer: Viewer) -> Role | None:
    """Give what the viewer is in a project; None for everybody else, administrators of the installation included."""
    return member_role(project_id, viewer.account_id)


def member_role(project_id: str, account_id: str) -> Role | None:
    """Give what an account is in a project; None too for ids that no row can have, which PostgreSQL may refuse."""
    if not (is_uuid(project_id) and is_uuid(account_id)):
        return None
    word = db.session.scalar(
        select(ProjectMember.role).where(ProjectMember.project_id == project_id, ProjectMember.account_id == account_id)
    )
    return None if word is None else Role.of(word)


def require_role(project_id: str, viewer: Viewer, needed: Role) -> Role:
    """Give the viewer's role, or refuse.

    Raises:
        NotFound: no member, or no such project: both answer alike.
        RoleTooLow: a member with a lower role.
    """
    held = role_in(project_id, viewer)
    if held is None:
        raise NotFound(noun="Project")
    require_at_least(held, needed)
    return held


def require_at_least(held: Role, needed: Role) -> None:
    """Refuse a role that is too low for something.

    Raises:
        RoleTooLow: naming both.
    """
    if held < needed:
        raise RoleTooLow(held, needed)
