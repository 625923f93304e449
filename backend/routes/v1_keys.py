"""Keys of machines: /api/v1/keys, with the words of that reference: permissions and rate_limit."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint
from flask import Response

from backend.middleware.access import access
from backend.middleware.idempotency import idempotent
from backend.middleware.openapi import pages, refuses
from backend.middleware.pagination import next_link
from backend.middleware.session_auth import current_viewer
from backend.routes.key_answers import key_fields
from backend.schemas.keys import IssuedKeyOut, IssueKeyIn, KeysQuery, ListedKeyOut
from backend.services import key_changes, key_views
from backend.services.key_creation import KeyWish, create_key
from backend.services.key_limits_service import WindowLimits
from backend.services.key_views import KeyFilter, KeyView
from backend.services.paging import PageRequest

v1_keys = APIBlueprint("v1_keys", __name__, url_prefix="/api/v1/keys", tag="API keys")


@v1_keys.get("")
@access("portal:read")
@v1_keys.input(KeysQuery, location="query")
@v1_keys.output(list[ListedKeyOut])  # type: ignore[arg-type]  # APIFlask 3 reads lists, its annotation does not say so
@pages
@refuses(400, 404, 422)
def list_issued_keys(query_data: KeysQuery) -> tuple[list[ListedKeyOut], int, dict[str, str]]:
    """Give the account's keys, newest first, whichever door made them."""
    wanted = KeyFilter(query_data.environment, query_data.app_id, query_data.status)
    part = PageRequest(query_data.limit, query_data.cursor)
    found = key_views.list_keys(wanted, part, viewer=current_viewer())
    rows = [ListedKeyOut.model_validate({**key_fields(view), **_rights(view)}) for view in found.rows]
    return rows, 200, next_link(found.next_cursor)


@v1_keys.post("")
@access("portal:write")
@idempotent
@v1_keys.input(IssueKeyIn)
@v1_keys.output(IssuedKeyOut, status_code=201)
@refuses(400, 413, 415, 422)
def issue_key(json_data: IssueKeyIn) -> IssuedKeyOut:
    """Make a key, shown this once. A rate limit beyond the plan is granted up to it, and the warnings say so."""
    wish = KeyWish(
        name=json_data.name,
        environment=json_data.environment,
        scopes=json_data.permissions,
        limits=WindowLimits(json_data.rate_limit, "rate_limit"),
        expires_at=json_data.expires_at,
    )
    made = create_key(wish, viewer=current_viewer())
    row = made.view.row
    return IssuedKeyOut(
        key_id=row.key_id,
        api_key=made.secret,
        name=row.name,
        created_at=row.created_at,
        expires_at=row.expires_at,
        warnings=list(made.warnings),
        **_rights(made.view),
    )


@v1_keys.delete("/<key_id>")
@access("portal:write")
@v1_keys.output({}, status_code=204)
@refuses(404)
def revoke_issued_key(key_id: str) -> Response:
    """End a key at once; it stays listed. Twice answers the same."""
    key_changes.revoke_key(key_id, viewer=current_viewer())
    return Response(status=204)


def _rights(view: KeyView) -> dict[str, Any]:
    """Give what a key may do, in this door's words."""
    return {"permissions": view.row.scopes, "rate_limit": view.row.quota.sustained_limit}
