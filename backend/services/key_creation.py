"""Making keys, through whichever door: for an account or for an app, within the plan and the maker's own rights.

Called by the three doors that make keys. Exports mint theirs in their own service, from the same rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime

from backend.core.clock import rfc3339
from backend.core.errors import NotFound, UnfitField
from backend.core.plans import plan_named
from backend.engine.keys import Environment
from backend.engine.signing import Scheme
from backend.models import Account, AppKey, db
from backend.services import audit_service, key_service
from backend.services.access import Viewer
from backend.services.announced import commit_change
from backend.services.app_access import reached_app
from backend.services.key_limits_service import LimitsWish, granted_limits
from backend.services.key_rights import (
    ReachedKey,
    require_environment,
    require_key_change,
    require_lifetime,
    require_scopes,
)
from backend.services.key_service import KeyRights
from backend.services.key_views import KeyView, view_of
from backend.services.project_roles import Role
from backend.services.runtime import current_runtime


class UnfitKey(UnfitField):
    """A field of a key does not fit what is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyWish:
    """What somebody asks of a new key."""

    name: str
    environment: Environment
    scopes: Sequence[str]
    limits: LimitsWish
    app_id: str | None = None
    expires_at: datetime | None = None
    allowed_origins: Sequence[str] = ()
    allowed_addresses: Sequence[str] = ()
    is_signing: bool = False
    is_signature_required: bool = False


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key just made; `secret` is shown once."""

    view: KeyView
    secret: str = field(repr=False)
    warnings: Sequence[str] = ()


def create_key(wish: KeyWish, *, viewer: Viewer) -> NewKey:
    """Make a key.

    Raises:
        NotFound: no such app, or not the viewer's.
        Forbidden: more than the maker holds, of another environment, or beyond the role in the app's project.
        UnfitKey: it would have expired already, or could never be used.
    """
    account, role = _owner(wish, viewer)
    require_environment(viewer, wish.environment)
    require_key_change(role, wish.environment)
    require_future("expires_at", wish.expires_at)
    require_lifetime(viewer, wish.expires_at)
    if wish.is_signature_required and not wish.is_signing:
        raise UnfitKey("signature_required", "signing", "a key that must sign has to be made with signing")
    scopes = list(dict.fromkeys(wish.scopes))
    require_scopes(scopes, viewer, account.id)
    plan = plan_named(account.plan)
    limits, warnings = granted_limits(wish.limits, plan, wish.environment, viewer=viewer)
    rights = KeyRights(
        account_id=account.id,
        app_id=wish.app_id,
        name=wish.name,
        environment=wish.environment,
        scopes=scopes,
        limits=limits,
        expires_at=wish.expires_at,
        allowed_origins=wish.allowed_origins,
        allowed_addresses=wish.allowed_addresses,
        signature_schemes=schemes_of(wish.environment) if wish.is_signing else (),
        is_signature_required=wish.is_signature_required,
    )
    added = key_service.add_key(rights)
    record_created(added.row)
    commit_change()
    return NewKey(view_of(ReachedKey(added.row, account, role)), added.secret, warnings)


def record_created(row: AppKey) -> None:
    """Note in the audit trail that a key was made and shown; the caller commits."""
    audit_service.record(
        "key.created",
        account_id=row.account_id,
        target={"key_id": row.key_id},
        details={
            "name": row.name,
            "environment": row.environment,
            "scopes": list(row.scopes),
            "app_id": row.app_id,
            "api_id": row.api_id,
            "limits": asdict(key_service.limits_of(row)),
            "expires_at": rfc3339(row.expires_at),
            "replaces_key_id": row.replaces_key_id,
            "signature_schemes": list(row.signature_schemes),
            "revealed": True,
        },
    )


def schemes_of(environment: Environment) -> tuple[Scheme, ...]:
    """Give how a signing key may sign: v0, which carries no time and can be replayed, only with test keys."""
    return ("v1", "v0") if environment == "test" else ("v1",)


def require_future(name: str, moment: datetime | None) -> None:
    """Refuse a moment that has passed.

    Raises:
        UnfitKey: it has.
    """
    if moment is not None and moment <= current_runtime().clock.now():
        raise UnfitKey(name, "future", "a moment in the future is expected")


def _owner(wish: KeyWish, viewer: Viewer) -> tuple[Account, Role]:
    """Give the account that the key will belong to, and what the viewer is to it."""
    if wish.app_id is None:
        account_id, role = viewer.account_id, Role.OWNER
    else:
        app = reached_app(wish.app_id, viewer)
        account_id, role = app.row.account_id, app.role
    account = db.session.get(Account, account_id)
    if account is None:
        raise NotFound(noun="Account")
    return account, role
