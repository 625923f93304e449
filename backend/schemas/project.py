"""Shapes of projects and their members."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from backend.schemas.account import Email
from backend.schemas.common import Answer, Body, Line, Moment, Prose, Query

PAGE_MAX = 1_000_000
"""Far beyond any list; a larger one times the limit would not fit the database's numbers."""
RoleWord = Literal["owner", "admin", "developer", "viewer"]
ProjectType = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_\-]{0,49}$"), Field(examples=["ml", "rag"])]


class ProjectsQuery(Query):
    """Which page of one's projects."""

    page: Annotated[int, Field(ge=1, le=PAGE_MAX)] = 1
    limit: Annotated[int, Field(ge=1, le=100)] = 10


class ProjectIn(Body):
    """A new project."""

    name: Line
    description: Prose = ""
    type: ProjectType = "ml"


class ProjectChangeIn(Body):
    """What to change; what is left out stays."""

    name: Line | None = None
    description: Prose | None = None
    type: ProjectType | None = None


class ProjectOut(Answer):
    """A project as one of its members sees it."""

    id: str
    name: str
    description: str
    type: str
    role: Annotated[RoleWord, Field(description="One's own.")]
    member_count: int
    app_count: int
    created_at: Moment


class MemberIn(Body):
    """Who is to be a member, and as what."""

    email: Email
    role: RoleWord


class MemberChangeIn(Body):
    """What a member is from now on."""

    role: RoleWord


class MemberOut(Answer):
    """Somebody in a project."""

    account_id: str
    email: str
    name: str
    role: RoleWord
    added_at: Moment
