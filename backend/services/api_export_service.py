"""Exports: a model becomes an endpoint with a key, is paused, renamed, gets a new key, goes.

Called by the export routes, the demo and the commands. Every change names the viewer first, stands in the audit trail,
and is announced to all workers after its commit, so that none serves what was just taken back.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

from sqlalchemy import Select, delete, select, update

from backend.core.errors import Conflict, NotFound
from backend.core.plans import plan_named
from backend.engine.keys import Environment, mint_key
from backend.engine.scopes import predict_scope
from backend.models import Account, AppKey, ExportedAPI, MLModel, db
from backend.services import audit_service, key_service
from backend.services.access import Viewer, visible
from backend.services.announced import commit_change
from backend.services.compile_service import ensure_compiled
from backend.services.erasure_service import ask_erasure
from backend.services.key_creation import record_created
from backend.services.key_limits_service import WindowLimits, granted_limits
from backend.services.key_rights import require_environment, require_lifetime
from backend.services.key_rotation import record_taken_over, take_over
from backend.services.key_service import KeyRights
from backend.services.paging import Page, PageRequest, narrowed, page
from backend.services.runtime import current_runtime
from backend.services.transactions import rows_changed


@dataclass(frozen=True, slots=True)
class Exported:
    """An exported API and its current key's row."""

    api: ExportedAPI
    key: AppKey


@dataclass(frozen=True, slots=True)
class NewExport:
    """A fresh export; `api_key` is shown once."""

    api: ExportedAPI
    key: AppKey
    api_key: str = field(repr=False)
    warnings: Sequence[str] = ()
    """Where less was granted than asked for."""


@dataclass(frozen=True, slots=True)
class NewKey:
    """A fresh key in place of another; `api_key` is shown once."""

    key: AppKey
    api_key: str = field(repr=False)
    previous_key_expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class APIChanges:
    """What an owner changes of an API; None leaves a field as it is."""

    name: str | None = None
    allowed_origins: Sequence[str] | None = None


class APIExportService:
    """Turns models into keyed endpoints."""

    @staticmethod
    def export_model(
        model_id: int,
        *,
        viewer: Viewer,
        name: str | None = None,
        allowed_origins: Sequence[str] = (),
        calls_per_minute: int | None = None,
    ) -> NewExport:
        """Serve a model at an endpoint of its own, with a key of its own.

        Args:
            name: the model's, when not given.
            allowed_origins: origins that browsers may call from; empty for any.
            calls_per_minute: of the key; the installation's default when not given. Owners get no more than their plan.

        Raises:
            NotFound: no such model, or not the viewer's.
            Forbidden: a test key exports, whose keys are live; or a key that ends, since theirs do not.
        """
        require_environment(viewer, "live")
        require_lifetime(viewer, None)
        model = db.session.scalar(visible(select(MLModel).where(MLModel.id == model_id), MLModel.account_id, viewer))
        if model is None:
            raise NotFound(noun="Model")
        ensure_compiled(model)
        runtime = current_runtime()
        # The endpoint and the scope name the row's id, which exists only once the row does.
        draft = f"draft-{uuid.uuid4().hex}"
        api = ExportedAPI(
            model=model,
            account_id=model.account_id,
            name=name or model.name,
            api_key=draft,
            api_endpoint=draft,
            key_id=draft,
            status="active",
            allowed_origins=list(allowed_origins),
            created_at=runtime.clock.now(),
        )
        db.session.add(api)
        db.session.flush()
        added, warnings = _add_key(api, calls_per_minute, viewer=viewer)
        api.api_endpoint = f"/api/predict/{api.id}"
        api.api_key, api.key_id = added.row.digest, added.row.key_id
        _record("api.exported", api, {"model_id": api.model_id, "name": api.name, "key_id": api.key_id})
        record_created(added.row)
        commit_change()
        return NewExport(api, added.row, added.secret, warnings)

    @staticmethod
    def generate_api_key() -> str:
        """Give a fresh key that belongs to nothing; `export_model` mints its own."""
        return mint_key(current_runtime().key_prefix, "live").secret

    @staticmethod
    def validate_api_key(api_key: str) -> ExportedAPI | None:
        """Give the active API that a key calls; None when the key does not work or its API is paused."""
        key = key_service.live_key(api_key)
        api = db.session.get(ExportedAPI, key.api_id) if key is not None and key.api_id is not None else None
        return api if api is not None and api.status == "active" else None

    @staticmethod
    def deactivate_api(api_id: int, *, viewer: Viewer) -> Exported:
        """Pause an API: its key is refused from the next call on, by every worker."""
        return APIExportService.set_status(api_id, "inactive", viewer=viewer)

    @staticmethod
    def set_status(api_id: int, status: str, *, viewer: Viewer) -> Exported:
        """Switch an API on (`active`) or off (`inactive`).

        Raises:
            NotFound: no such API, or not the viewer's.
        """
        exported = APIExportService.details(api_id, viewer=viewer)
        before, exported.api.status = exported.api.status, status
        if before != status:
            _record("api.status_changed", exported.api, {"before": before, "after": status})
        commit_change()
        return exported

    @staticmethod
    def regenerate_api_key(api_id: int, *, viewer: Viewer, grace_seconds: int = 0) -> NewKey:
        """Give an API a new key with the rights and limits of the present one.

        Args:
            grace_seconds: how long the present key goes on working. 0 revokes it now, and with it every earlier key
                that was still in its grace period: that is what one asks for when a key leaked.

        Raises:
            NotFound: no such API, or not the viewer's.
            Forbidden: a key asks, of the other environment or with an end before the new one's.
            Conflict: the key was replaced by someone else at the same moment.
        """
        old = APIExportService.details(api_id, viewer=viewer).key
        require_environment(viewer, cast("Environment", old.environment))
        added, ends_at = take_over(old, grace_seconds=grace_seconds, reason="regenerated")
        require_lifetime(viewer, added.row.expires_at)
        replaced = db.session.execute(
            update(ExportedAPI)
            .where(ExportedAPI.id == api_id, ExportedAPI.key_id == old.key_id)
            .values(api_key=added.row.digest, key_id=added.row.key_id)
        )
        if rows_changed(replaced) != 1:
            db.session.rollback()
            raise Conflict("This API's key was replaced at the same moment: load it again")
        if grace_seconds <= 0:
            key_service.revoke_all(api_id, reason="regenerated", except_key_id=added.row.key_id)
        record_taken_over("key.regenerated", old.key_id, added.row, ends_at)
        commit_change()
        return NewKey(added.row, added.secret, ends_at)

    @staticmethod
    def list_apis(*, viewer: Viewer, part: PageRequest) -> Page[Exported]:
        """Give the viewer's APIs, newest first."""
        found = db.session.execute(narrowed(_exported(viewer), ExportedAPI.id, part)).all()
        rows = [Exported(api, key) for api, key in found]
        return page(rows, [row.api.id for row in rows], part)

    @staticmethod
    def details(api_id: int, *, viewer: Viewer) -> Exported:
        """Give one API.

        Raises:
            NotFound: no such API, or not the viewer's.
        """
        found = db.session.execute(_exported(viewer).where(ExportedAPI.id == api_id)).one_or_none()
        if found is None:
            raise NotFound(noun="API")
        return Exported(found[0], found[1])

    @staticmethod
    def change_api(api_id: int, changes: APIChanges, *, viewer: Viewer) -> Exported:
        """Rename an API or set which origins browsers may call it from.

        Raises:
            NotFound: no such API, or not the viewer's.
        """
        exported = APIExportService.details(api_id, viewer=viewer)
        api = exported.api
        before = {"name": api.name, "allowed_origins": list(api.allowed_origins)}
        if changes.name is not None:
            api.name = changes.name
        if changes.allowed_origins is not None:
            api.allowed_origins = list(changes.allowed_origins)
        after = {"name": api.name, "allowed_origins": list(api.allowed_origins)}
        if after != before:
            _record("api.changed", api, {"before": before, "after": after})
        commit_change()
        return exported

    @staticmethod
    def delete_api(api_id: int, *, viewer: Viewer) -> None:
        """Delete an API with its keys, its request log and its metrics.

        Raises:
            NotFound: no such API, or not the viewer's.
        """
        api = APIExportService.details(api_id, viewer=viewer).api
        _record("api.deleted", api, {"name": api.name, "model_id": api.model_id})
        # The database cascades: loading a month of log rows to delete them one by one would take minutes.
        db.session.execute(delete(ExportedAPI).where(ExportedAPI.id == api_id))
        ask_erasure(db.session(), [api_id])
        commit_change()


def _exported(viewer: Viewer) -> Select[ExportedAPI, AppKey]:
    """Give the statement for APIs that the viewer may see, with their current keys."""
    statement = select(ExportedAPI, AppKey).join(AppKey, AppKey.key_id == ExportedAPI.key_id)
    return visible(statement, ExportedAPI.account_id, viewer)


def _add_key(
    api: ExportedAPI, calls_per_minute: int | None, *, viewer: Viewer
) -> tuple[key_service.AddedKey, list[str]]:
    """Add the key of a new API, as often as its account's plan lets it be called, and give the warnings."""
    plan = plan_named(db.session.get_one(Account, api.account_id).plan)
    wish = WindowLimits(calls_per_minute, "rate_limit_per_minute")
    limits, warnings = granted_limits(wish, plan, "live", viewer=viewer)
    rights = KeyRights(
        account_id=api.account_id, api_id=api.id, name=api.name, scopes=[predict_scope(api.id)], limits=limits
    )
    return key_service.add_key(rights), warnings


def _record(action: str, api: ExportedAPI, details: dict[str, object]) -> None:
    """Note a change of an API in the audit trail; the caller commits."""
    audit_service.record(action, account_id=api.account_id, target={"api_id": api.id}, details=details)
