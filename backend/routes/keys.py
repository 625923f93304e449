"""API keys of the portal: /api/dev/api-keys, /api/dev/keys and /api/dev/scopes."""

from __future__ import annotations

from apiflask import APIBlueprint

from backend.middleware.access import access
from backend.middleware.admin_access import administrators_only
from backend.middleware.idempotency import idempotent
from backend.middleware.openapi import pages, refuses
from backend.middleware.pagination import next_link
from backend.middleware.session_auth import current_viewer
from backend.routes.key_answers import key_fields, key_out, limits_out, scope_out, wish_of
from backend.schemas.common import PageQuery
from backend.schemas.keys import (
    ChangeKeyIn,
    CreatedKeyOut,
    KeyOut,
    KeysQuery,
    LimitsIn,
    LimitsOut,
    NewKeyIn,
    RevokeIn,
    RotatedKeyOut,
    RotateIn,
    ScopeOut,
)
from backend.services import admin_service, key_changes, key_limits_service, key_views
from backend.services.key_changes import KeyChanges
from backend.services.key_creation import create_key
from backend.services.key_rights import grantable_scopes
from backend.services.key_rotation import rotate_key
from backend.services.key_views import KeyFilter
from backend.services.paging import PageRequest

keys = APIBlueprint("keys", __name__, tag="API keys")
account_keys = APIBlueprint("account_keys", __name__, url_prefix="/api/admin", tag="Administration")


@keys.get("/api-keys")
@access("portal:read")
@keys.input(KeysQuery, location="query")
@keys.output(list[KeyOut])  # type: ignore[arg-type]  # APIFlask 3 reads lists, its annotation does not say so
@pages
@refuses(400, 404, 422)
def list_keys(query_data: KeysQuery) -> tuple[list[KeyOut], int, dict[str, str]]:
    """Give the account's keys, newest first, revoked ones too; with app_id those of one app."""
    wanted = KeyFilter(query_data.environment, query_data.app_id, query_data.status)
    part = PageRequest(query_data.limit, query_data.cursor)
    found = key_views.list_keys(wanted, part, viewer=current_viewer())
    return [key_out(view) for view in found.rows], 200, next_link(found.next_cursor)


@keys.post("/api-keys")
@access("portal:write")
@idempotent
@keys.input(NewKeyIn)
@keys.output(CreatedKeyOut, status_code=201)
@refuses(400, 404, 413, 415, 422)
def make_key(json_data: NewKeyIn) -> CreatedKeyOut:
    """Make a key, shown this once.

    Limits beyond the plan are granted up to it, and the answer's warnings say so.
    """
    made = create_key(wish_of(json_data, app_id=json_data.app_id), viewer=current_viewer())
    return CreatedKeyOut.model_validate(
        {**key_fields(made.view), "api_key": made.secret, "warnings": list(made.warnings)}
    )


@keys.get("/api-keys/<key_id>")
@access("portal:read")
@keys.output(KeyOut)
@refuses(404)
def read_key(key_id: str) -> KeyOut:
    """Give one key."""
    return key_out(key_views.read_key(key_id, viewer=current_viewer()))


@keys.patch("/api-keys/<key_id>")
@access("portal:write")
@keys.input(ChangeKeyIn)
@keys.output(KeyOut)
@refuses(400, 404, 413, 415, 422)
def change_key(key_id: str, json_data: ChangeKeyIn) -> KeyOut:
    """Rename a key, or set from where and how it may be used."""
    changes = KeyChanges(
        name=json_data.name,
        allowed_origins=json_data.allowed_origins,
        allowed_addresses=json_data.allowed_addresses,
        is_signature_required=json_data.signature_required,
    )
    return key_out(key_changes.change_key(key_id, changes, viewer=current_viewer()))


@keys.post("/api-keys/<key_id>/revoke")
@access("portal:write")
@keys.input(RevokeIn)
@keys.output(KeyOut)
@refuses(400, 404, 413, 415, 422)
def revoke_api_key(key_id: str, json_data: RevokeIn) -> KeyOut:
    """End a key at once, for every worker; it stays listed with its reason. Twice answers the same."""
    return key_out(key_changes.revoke_key(key_id, viewer=current_viewer(), reason=json_data.reason))


@keys.post("/keys/<key_id>/revoke")
@access("portal:write")
@keys.input(RevokeIn)
@keys.output(KeyOut)
@refuses(400, 404, 413, 415, 422)
def revoke_key(key_id: str, json_data: RevokeIn) -> KeyOut:
    """End a key, as POST /api/dev/api-keys/{key_id}/revoke does."""
    return key_out(key_changes.revoke_key(key_id, viewer=current_viewer(), reason=json_data.reason))


@keys.post("/keys/<key_id>/rotate")
@access("portal:write")
@idempotent
@keys.input(RotateIn)
@keys.output(RotatedKeyOut)
@refuses(400, 404, 409, 413, 415, 422)
def rotate(key_id: str, json_data: RotateIn) -> RotatedKeyOut:
    """Let a new key take over, with the same rights, limits and expiry; it is shown this once.

    The present key goes on working for grace_seconds, by default a week.
    """
    made = rotate_key(key_id, viewer=current_viewer(), grace_seconds=json_data.grace_seconds)
    return RotatedKeyOut.model_validate(
        {
            **key_fields(made.view),
            "api_key": made.secret,
            "secret": made.secret,
            "previous_key_id": made.previous_key_id,
            "previous_key_expires_at": made.previous_key_expires_at,
        }
    )


@keys.get("/keys/<key_id>/limits")
@access("portal:read")
@keys.output(LimitsOut)
@refuses(404)
def read_limits(key_id: str) -> LimitsOut:
    """Give a key's limits and what they come to; administrators read those of every account."""
    return limits_out(key_limits_service.read_limits(key_id, viewer=current_viewer()))


@keys.put("/keys/<key_id>/limits")
@access("portal:write")
@keys.input(LimitsIn)
@keys.output(LimitsOut)
@refuses(400, 404, 413, 415, 422)
def set_limits(key_id: str, json_data: LimitsIn) -> LimitsOut:
    """Set some of a key's limits, for every worker's next call.

    Owners are held to their plan; administrators set any key's limits, beyond its plan too.
    """
    changes = json_data.model_dump(exclude_unset=True)
    return limits_out(key_limits_service.change_limits(key_id, changes, viewer=current_viewer()))


@keys.get("/scopes")
@access("portal:read")
@keys.output(list[ScopeOut])  # type: ignore[arg-type]  # APIFlask 3 takes lists
def list_scopes() -> list[ScopeOut]:
    """Give the scopes that the caller may put into a key, the account's APIs by name."""
    return [scope_out(scope, api_name) for scope, api_name in grantable_scopes(current_viewer())]


@account_keys.get("/accounts/<account_id>/keys")
@administrators_only
@account_keys.input(PageQuery, location="query")
@account_keys.output(list[KeyOut])  # type: ignore[arg-type]  # APIFlask 3 takes lists
@pages
@refuses(400, 404, 422)
def list_account_keys(account_id: str, query_data: PageQuery) -> tuple[list[KeyOut], int, dict[str, str]]:
    """Give an account's keys, newest first; for administrators."""
    account = admin_service.read_account(account_id).row
    found = key_views.list_account_keys(account.id, PageRequest(query_data.limit, query_data.cursor))
    return [key_out(view) for view in found.rows], 200, next_link(found.next_cursor)
