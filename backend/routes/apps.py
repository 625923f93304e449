"""Apps and their keys: /api/dev/apps."""

from __future__ import annotations

from apiflask import APIBlueprint
from flask import Response

from backend.middleware.access import access
from backend.middleware.idempotency import idempotent
from backend.middleware.openapi import pages, refuses
from backend.middleware.pagination import next_link
from backend.middleware.session_auth import current_viewer
from backend.routes.key_answers import key_fields, key_out, wish_of
from backend.schemas.apps import AppOut, ChangeAppIn, NewAppIn
from backend.schemas.common import PageQuery
from backend.schemas.keys import CreatedAppKeyOut, KeyOut, NewAppKeyIn
from backend.services import app_service, key_views
from backend.services.app_service import AppView, AppWish
from backend.services.key_creation import create_key
from backend.services.key_views import KeyFilter
from backend.services.paging import PageRequest

apps = APIBlueprint("apps", __name__, url_prefix="/apps", tag="Apps")


@apps.get("")
@access("portal:read")
@apps.input(PageQuery, location="query")
@apps.output(list[AppOut])  # type: ignore[arg-type]  # APIFlask 3 reads lists, its annotation does not say so
@pages
@refuses(400, 422)
def list_apps(query_data: PageQuery) -> tuple[list[AppOut], int, dict[str, str]]:
    """Give the account's apps and those of its projects, newest first."""
    found = app_service.list_apps(PageRequest(query_data.limit, query_data.cursor), viewer=current_viewer())
    return [_out(view) for view in found.rows], 200, next_link(found.next_cursor)


@apps.post("")
@access("portal:write")
@apps.input(NewAppIn)
@apps.output(AppOut, status_code=201)
@refuses(400, 404, 413, 415, 422)
def make_app(json_data: NewAppIn) -> AppOut:
    """Make an app; in a project its members share it, and its calls are still charged to its own account."""
    wish = AppWish(name=json_data.name, description=json_data.description, project_id=json_data.project_id)
    return _out(app_service.create_app(wish, viewer=current_viewer()))


@apps.get("/<app_id>")
@access("portal:read")
@apps.output(AppOut)
@refuses(404)
def read_app(app_id: str) -> AppOut:
    """Give one app."""
    return _out(app_service.read_app(app_id, viewer=current_viewer()))


@apps.patch("/<app_id>")
@access("portal:write")
@apps.input(ChangeAppIn)
@apps.output(AppOut)
@refuses(400, 404, 413, 415, 422)
def change_app(app_id: str, json_data: ChangeAppIn) -> AppOut:
    """Rename or describe an app, or put it into a project or out of one."""
    changes = json_data.model_dump(exclude_unset=True)
    return _out(app_service.change_app(app_id, changes, viewer=current_viewer()))


@apps.delete("/<app_id>")
@access("portal:write")
@apps.output({}, status_code=204)
@refuses(404)
def delete_app(app_id: str) -> Response:
    """Delete an app and revoke its keys, which stay listed with their account."""
    app_service.delete_app(app_id, viewer=current_viewer())
    return Response(status=204)


@apps.get("/<app_id>/keys")
@access("portal:read")
@apps.input(PageQuery, location="query")
@apps.output(list[KeyOut])  # type: ignore[arg-type]  # APIFlask 3 takes lists
@pages
@refuses(400, 404, 422)
def list_app_keys(app_id: str, query_data: PageQuery) -> tuple[list[KeyOut], int, dict[str, str]]:
    """Give an app's keys, newest first, revoked ones too."""
    part = PageRequest(query_data.limit, query_data.cursor)
    found = key_views.list_keys(KeyFilter(app_id=app_id), part, viewer=current_viewer())
    return [key_out(view) for view in found.rows], 200, next_link(found.next_cursor)


@apps.post("/<app_id>/keys")
@access("portal:write")
@idempotent
@apps.input(NewAppKeyIn)
@apps.output(CreatedAppKeyOut, status_code=201)
@refuses(400, 404, 413, 415, 422)
def make_app_key(app_id: str, json_data: NewAppKeyIn) -> CreatedAppKeyOut:
    """Make a key of an app, shown this once as its secret; requests may be signed with it."""
    made = create_key(wish_of(json_data, app_id=app_id), viewer=current_viewer())
    return CreatedAppKeyOut.model_validate(
        {**key_fields(made.view), "secret": made.secret, "warnings": list(made.warnings)}
    )


def _out(view: AppView) -> AppOut:
    """Give an app as the caller sees it."""
    row = view.row
    return AppOut.model_validate(
        {
            "id": row.id,
            "name": row.name,
            "description": row.description,
            "project_id": row.project_id,
            "project_name": view.project_name,
            "role": view.role.word,
            "key_count": view.key_count,
            "created_at": row.created_at,
        }
    )
