"""Shapes of apps: what their owners and members send, and what they answer as."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from backend.schemas.common import Answer, Body, Line, Moment

ProjectId = Annotated[str, StringConstraints(min_length=1, max_length=36, pattern=r"^[0-9A-Za-z-]+$")]
Description = Annotated[str, StringConstraints(max_length=2_000, pattern=r"^[^\x00]*$")]


class NewAppIn(Body):
    """A new app."""

    name: Line
    description: Description = ""
    project_id: Annotated[ProjectId | None, Field(description="Whose members share it.")] = None


class ChangeAppIn(Body):
    """What to change of an app; what is left out stays, and a project of null takes it out."""

    name: Line = ""
    description: Description = ""
    project_id: ProjectId | None = None


class AppOut(Answer):
    """An app."""

    id: str
    name: str
    description: str
    project_id: str | None
    project_name: str | None
    role: Annotated[
        Literal["owner", "admin", "developer", "viewer"], Field(description="What the caller is to the app.")
    ]
    key_count: Annotated[int, Field(description="Keys that work now.")]
    created_at: Moment
