"""Projects and their members: /api/v1/projects."""

from __future__ import annotations

from dataclasses import asdict

from apiflask import APIBlueprint

from backend.middleware.access import access
from backend.middleware.openapi import numbered_pages, refuses
from backend.middleware.pagination import numbered_links
from backend.middleware.session_auth import current_viewer
from backend.schemas.project import (
    MemberChangeIn,
    MemberIn,
    MemberOut,
    ProjectChangeIn,
    ProjectIn,
    ProjectOut,
    ProjectsQuery,
)
from backend.services import project_members, project_service
from backend.services.project_members import SeenMember
from backend.services.project_roles import Role
from backend.services.project_service import SeenProject

projects = APIBlueprint("projects", __name__, url_prefix="/api/v1/projects", tag="Projects")


@projects.get("")
@access("read")
@projects.input(ProjectsQuery, location="query")
@projects.output(list[ProjectOut])  # type: ignore[arg-type]  # APIFlask 3 reads lists, its annotation does not say so
@numbered_pages
@refuses(422)
def list_projects(query_data: ProjectsQuery) -> tuple[list[ProjectOut], int, dict[str, str]]:
    """Give the projects that one is a member of, newest first."""
    page, limit = query_data.page, query_data.limit
    found = project_service.list_projects(current_viewer(), page=page, limit=limit)
    return [_out(project) for project in found.rows], 200, numbered_links(page, limit, found.total)


@projects.post("")
@access("write")
@projects.input(ProjectIn)
@projects.output(ProjectOut, status_code=201)
@refuses(400, 413, 415, 422)
def create_project(json_data: ProjectIn) -> ProjectOut:
    """Make a project and become its owner."""
    made = project_service.create_project(
        current_viewer(), name=json_data.name, description=json_data.description, type_=json_data.type
    )
    return _out(made)


@projects.get("/<project_id>")
@access("read")
@projects.output(ProjectOut)
@refuses(404)
def read_project(project_id: str) -> ProjectOut:
    """Give a project that one is a member of."""
    return _out(project_service.read_project(current_viewer(), project_id))


@projects.patch("/<project_id>")
@access("write")
@projects.input(ProjectChangeIn)
@projects.output(ProjectOut)
@refuses(400, 404, 413, 415, 422)
def change_project(project_id: str, json_data: ProjectChangeIn) -> ProjectOut:
    """Change a project; takes an admin of it."""
    changes = json_data.model_dump(exclude_unset=True)
    return _out(project_service.change_project(current_viewer(), project_id, changes))


@projects.delete("/<project_id>")
@access("write")
@projects.output({}, status_code=204)
@refuses(404)
def delete_project(project_id: str) -> tuple[str, int]:
    """Delete a project; takes an owner. Its apps stay with the accounts that own them."""
    project_service.delete_project(current_viewer(), project_id)
    return "", 204


@projects.get("/<project_id>/members")
@access("read")
@projects.output(list[MemberOut])  # type: ignore[arg-type]  # as above
@refuses(404)
def list_members(project_id: str) -> list[MemberOut]:
    """Give a project's members in the order they came."""
    return [_member_out(member) for member in project_members.list_members(current_viewer(), project_id)]


@projects.post("/<project_id>/members")
@access("write")
@projects.input(MemberIn)
@projects.output(MemberOut, status_code=201)
@refuses(400, 404, 409, 413, 415, 422)
def add_member(project_id: str, json_data: MemberIn) -> MemberOut:
    """Take an account into a project; takes an admin of it, and an owner to make another."""
    role = Role.of(json_data.role)
    return _member_out(project_members.add_member(current_viewer(), project_id, email=json_data.email, role=role))


@projects.patch("/<project_id>/members/<account_id>")
@access("write")
@projects.input(MemberChangeIn)
@projects.output(MemberOut)
@refuses(400, 404, 409, 413, 415, 422)
def change_member(project_id: str, account_id: str, json_data: MemberChangeIn) -> MemberOut:
    """Give a member another role. The last owner stays one."""
    role = Role.of(json_data.role)
    return _member_out(project_members.change_member(current_viewer(), project_id, account_id, role))


@projects.delete("/<project_id>/members/<account_id>")
@access("write")
@projects.output({}, status_code=204)
@refuses(404, 409)
def remove_member(project_id: str, account_id: str) -> tuple[str, int]:
    """Put a member out of a project, or leave it oneself. The last owner stays."""
    project_members.remove_member(current_viewer(), project_id, account_id)
    return "", 204


def _out(seen: SeenProject) -> ProjectOut:
    """Give a project as its member sees it."""
    row = seen.row
    return ProjectOut.model_validate(
        {
            "id": row.id,
            "name": row.name,
            "description": row.description,
            "type": row.type,
            "role": seen.role.word,
            "member_count": seen.member_count,
            "app_count": seen.app_count,
            "created_at": row.created_at,
        }
    )


def _member_out(member: SeenMember) -> MemberOut:
    """Give a member as the others see them."""
    return MemberOut.model_validate(asdict(member) | {"role": member.role.word})
