"""Keys as answers, and the bodies that ask for one: what the three doors of keys share. No routes here."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from backend.schemas.keys import KeyOut, LimitsOut, NewAppKeyIn, NewKeyIn, ScopeOut
from backend.services import key_limits_service, key_service
from backend.services.key_creation import KeyWish
from backend.services.key_limits_service import PortalLimits, ShownLimits
from backend.services.key_views import KeyView

SCOPE_WORDS = {
    "predict:*": ("Call every API", "Call every exported API of the account, those to come included."),
    "read": ("Read", "Read models, exported APIs, projects and the profile."),
    "write": ("Change", "Change models, exported APIs, projects and the profile, and call everything of the account."),
    "portal:read": ("Read the portal", "Read keys, apps, usage, logs, credits and the audit trail."),
    "portal:write": ("Change the portal", "Change keys, apps and limits, and call from the playground."),
    "portal:*": ("The whole portal", "Read and change keys, apps, usage, logs, credits and the audit trail."),
}


def key_out(view: KeyView) -> KeyOut:
    """Give a key as its owner sees it."""
    return KeyOut.model_validate(key_fields(view))


def key_fields(view: KeyView) -> dict[str, Any]:
    """Give the fields that every answer about a key holds."""
    row = view.row
    return {
        "id": row.key_id,
        "key_id": row.key_id,
        "name": row.name,
        "app_id": row.app_id,
        "app_name": view.app_name,
        "api_id": row.api_id,
        "environment": row.environment,
        "key_masked": key_service.masked(row),
        "scopes": row.scopes,
        "status": view.status,
        "created_at": row.created_at,
        "expires_at": row.expires_at,
        "last_used_at": row.last_used_at,
        "revoked_at": row.revoked_at,
        "revoked_reason": row.revoked_reason,
        "replaces_key_id": row.replaces_key_id,
        "replaced_by_key_id": view.replaced_by_key_id,
        "allowed_origins": row.allowed_origins,
        "allowed_addresses": row.allowed_addresses,
        "signature_schemes": row.signature_schemes,
        "signature_required": row.is_signature_required,
        "limits": limits_out(key_limits_service.shown(key_service.limits_of(row), view.plan)),
    }


def limits_out(shown: ShownLimits) -> LimitsOut:
    """Give limits with what they come to."""
    return LimitsOut(
        **asdict(shown.limits),
        plan=shown.plan.name,
        plan_limit=shown.plan.calls_per_minute,
        plan_applies=shown.effect.plan_applies,
        binding=shown.effect.binding,
        effective_per_minute=shown.effect.per_minute,
        effective_daily_ceiling=shown.effect.daily_ceiling,
    )


def wish_of(body: NewKeyIn | NewAppKeyIn, *, app_id: str | None) -> KeyWish:
    """Give what a body of the portal asks for."""
    return KeyWish(
        name=body.name,
        environment=body.environment,
        scopes=body.scopes,
        limits=PortalLimits({} if body.limits is None else body.limits.model_dump(exclude_unset=True)),
        app_id=app_id,
        expires_at=body.expires_at,
        allowed_origins=body.allowed_origins,
        allowed_addresses=body.allowed_addresses,
        is_signing=body.signing,
        is_signature_required=body.signature_required,
    )


def scope_out(scope: str, api_name: str | None) -> ScopeOut:
    """Give a scope in words."""
    if api_name is not None:
        return ScopeOut(scope=scope, title=api_name, description=f"Call the API {api_name} only.")
    title, description = SCOPE_WORDS[scope]
    return ScopeOut(scope=scope, title=title, description=description)
