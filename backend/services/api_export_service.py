"""Exports: a model becomes an endpoint with a key, is paused, renamed, gets a new key, goes.

Called by the export routes, the demo and the commands. Every change names the viewer first, and is announced to all
workers after its commit, so that none serves what was just taken back.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, Select, delete, select, update

from backend.core.errors import Conflict, NotFound
from backend.engine.keys import mint_key
from backend.models import AppKey, ExportedAPI, MLModel, db
from backend.services import key_service
from backend.services.access import Viewer, visible
from backend.services.key_service import KeyRights
from backend.services.paging import Page, PageRequest, narrowed, page
from backend.services.runtime import current_runtime


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
            calls_per_minute: of the key; the installation's default when not given.

        Raises:
            NotFound: no such model, or not the viewer's.
        """
        model = db.session.scalar(visible(select(MLModel).where(MLModel.id == model_id), MLModel.account_id, viewer))
        if model is None:
            raise NotFound(noun="Model")
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
        rights = KeyRights(
            account_id=api.account_id,
            api_id=api.id,
            name=api.name,
            scopes=[f"predict:{api.id}"],
            calls_per_minute=runtime.key_calls_per_minute if calls_per_minute is None else calls_per_minute,
        )
        added = key_service.add_key(rights)
        api.api_endpoint = f"/api/predict/{api.id}"
        api.api_key, api.key_id = added.row.digest, added.row.key_id
        _commit()
        return NewExport(api, added.row, added.secret)

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
        exported.api.status = status
        _commit()
        return exported

    @staticmethod
    def regenerate_api_key(api_id: int, *, viewer: Viewer, grace_seconds: int = 0) -> NewKey:
        """Give an API a new key with the rights and limits of the present one.

        Args:
            grace_seconds: how long the present key goes on working. 0 revokes it now, and with it every earlier key
                that was still in its grace period: that is what one asks for when a key leaked.

        Raises:
            NotFound: no such API, or not the viewer's.
            Conflict: the key was replaced by someone else at the same moment.
        """
        exported = APIExportService.details(api_id, viewer=viewer)
        old, now = exported.key, current_runtime().clock.now()
        added = key_service.successor(old)
        replaced = db.session.execute(
            update(ExportedAPI)
            .where(ExportedAPI.id == api_id, ExportedAPI.key_id == old.key_id)
            .values(api_key=added.row.digest, key_id=added.row.key_id)
        )
        if cast("CursorResult[Any]", replaced).rowcount != 1:
            db.session.rollback()
            raise Conflict("This API's key was replaced at the same moment: load it again")
        if grace_seconds > 0:
            key_service.expire(old, now + timedelta(seconds=grace_seconds))
        else:
            key_service.revoke_all(api_id, reason="regenerated", except_key_id=added.row.key_id)
        _commit()
        return NewKey(added.row, added.secret, now if old.expires_at is None else old.expires_at)

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
        if changes.name is not None:
            exported.api.name = changes.name
        if changes.allowed_origins is not None:
            exported.api.allowed_origins = list(changes.allowed_origins)
        _commit()
        return exported

    @staticmethod
    def delete_api(api_id: int, *, viewer: Viewer) -> None:
        """Delete an API with its keys, its request log and its metrics.

        Raises:
            NotFound: no such API, or not the viewer's.
        """
        exported = APIExportService.details(api_id, viewer=viewer)
        # The database cascades: loading a month of log rows to delete them one by one would take minutes.
        db.session.execute(delete(ExportedAPI).where(ExportedAPI.id == exported.api.id))
        _commit()


def _exported(viewer: Viewer) -> Select[ExportedAPI, AppKey]:
    """Give the statement for APIs that the viewer may see, with their current keys."""
    statement = select(ExportedAPI, AppKey).join(AppKey, AppKey.key_id == ExportedAPI.key_id)
    return visible(statement, ExportedAPI.account_id, viewer)


def _commit() -> None:
    """Commit, then tell every worker: in this order, or one could remember the old state as new."""
    db.session.commit()
    current_runtime().changes.announce()
