"""Exported APIs: POST /api/export/{model_id} and /api/exports."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint
from flask import Response

from backend.core.errors import NotFound
from backend.engine.scopes import READ, predict_scope
from backend.middleware.access import access, require_identity
from backend.middleware.idempotency import idempotent
from backend.middleware.openapi import ACCESS_SECURITY, answers_object, pages, refuses, secured_by
from backend.middleware.pagination import next_link
from backend.middleware.session_auth import current_viewer
from backend.models import ExportedAPI
from backend.routes.models import contract_out
from backend.schemas.common import PageQuery
from backend.schemas.export import (
    APIDetailsOut,
    ChangeIn,
    ExportedAPIOut,
    ExportIn,
    NewExportOut,
    NewKeyOut,
    RegenerateIn,
    SnippetsOut,
    StatusIn,
)
from backend.services import documentation_service, key_service
from backend.services.api_export_service import APIChanges, APIExportService, Exported
from backend.services.paging import PageRequest
from backend.services.runtime import current_runtime

api_export = APIBlueprint("api_export", __name__, url_prefix="/api", tag="Exported APIs")


@api_export.post("/export/<int:model_id>")
@access("write")
@idempotent
@api_export.input(ExportIn)
@api_export.output(NewExportOut, status_code=201)
@refuses(400, 404, 413, 415)
def export_model(model_id: int, json_data: ExportIn) -> NewExportOut:
    """Serve a model at an endpoint of its own.

    The answer holds the API's key, which is shown this once.
    """
    return _export(model_id, json_data)


# The reference writes this one route in the singular. In the plural it shares its path with the routes of one API, and
# OpenAPI knows one name for a place in a path.
@api_export.post("/exports/<int:api_id>")
@access("write")
@idempotent
@api_export.input(ExportIn)
@api_export.output(NewExportOut, status_code=201)
@refuses(400, 404, 413, 415)
def export_model_plural(api_id: int, json_data: ExportIn) -> NewExportOut:
    """Serve a model, as POST /api/export/{model_id} does.

    In this route alone, the id in the path is the model's.
    """
    return _export(api_id, json_data)


@api_export.get("/exports")
@access("read")
@api_export.input(PageQuery, location="query")
@api_export.output(list[ExportedAPIOut])  # type: ignore[arg-type]  # APIFlask 3 reads lists, its annotation does not say so
@pages
@refuses(400)
def list_exports(query_data: PageQuery) -> tuple[list[ExportedAPIOut], int, dict[str, str]]:
    """Give the signed-in account's APIs, newest first."""
    part = PageRequest(query_data.limit, query_data.cursor)
    found = APIExportService.list_apis(viewer=current_viewer(), part=part)
    return [_out(exported) for exported in found.rows], 200, next_link(found.next_cursor)


@api_export.get("/exports/<int:api_id>")
@access("read")
@api_export.output(APIDetailsOut)
@refuses(404)
def read_export(api_id: int) -> APIDetailsOut:
    """Give one API with its schemas, an example and snippets that call it."""
    exported = APIExportService.details(api_id, viewer=current_viewer())
    contract = documentation_service.contract_of(exported.api)
    snippets = documentation_service.snippets(exported.api)
    return APIDetailsOut.model_validate(
        {
            **_fields(exported),
            "contract": contract_out(contract),
            "input_schema": contract.input_schema(),
            "output_schema": contract.output_schema(),
            "example": contract.example,
            "snippets": SnippetsOut(curl=snippets.curl, python=snippets.python, javascript=snippets.javascript),
        }
    )


@api_export.patch("/exports/<int:api_id>")
@access("write")
@api_export.input(ChangeIn)
@api_export.output(ExportedAPIOut)
@refuses(400, 404, 413, 415)
def change_export(api_id: int, json_data: ChangeIn) -> ExportedAPIOut:
    """Rename an API, or set the origins that browsers may call it from."""
    changes = APIChanges(name=json_data.name, allowed_origins=json_data.allowed_origins)
    return _out(APIExportService.change_api(api_id, changes, viewer=current_viewer()))


@api_export.put("/exports/<int:api_id>/status")
@access("write")
@api_export.input(StatusIn)
@api_export.output(ExportedAPIOut)
@refuses(400, 404, 413, 415)
def set_export_status(api_id: int, json_data: StatusIn) -> ExportedAPIOut:
    """Switch an API on or off; off takes effect at the next call."""
    return _out(APIExportService.set_status(api_id, json_data.status, viewer=current_viewer()))


@api_export.post("/exports/<int:api_id>/regenerate-key")
@access("write")
@idempotent
@api_export.input(RegenerateIn)
@api_export.output(NewKeyOut)
@refuses(400, 404, 409, 413, 415)
def regenerate_key(api_id: int, json_data: RegenerateIn) -> NewKeyOut:
    """Give an API a new key with the present one's rights and limits.

    The present key is revoked now, or works on for grace_seconds. The new key is shown this once.
    """
    made = APIExportService.regenerate_api_key(api_id, viewer=current_viewer(), grace_seconds=json_data.grace_seconds)
    return NewKeyOut(
        api_key=made.api_key,
        key_id=made.key.key_id,
        api_key_masked=key_service.masked(made.key),
        previous_key_expires_at=made.previous_key_expires_at,
    )


@api_export.delete("/exports/<int:api_id>")
@access("write")
@api_export.output({}, status_code=204)
@refuses(404)
def delete_export(api_id: int) -> Response:
    """Delete an API with its keys, its request log and its metrics."""
    APIExportService.delete_api(api_id, viewer=current_viewer())
    return Response(status=204)


@api_export.get("/exports/<int:api_id>/openapi.json")
@secured_by(ACCESS_SECURITY)
@answers_object("An OpenAPI 3.1 document.")
@refuses(401, 403, 404, 429)
def read_export_openapi(api_id: int) -> dict[str, Any]:
    """Give the OpenAPI document of one API, typed from its model; for its owner and for whoever holds its key."""
    return documentation_service.openapi_of(_readable_api(api_id))


def _export(model_id: int, json_data: ExportIn) -> NewExportOut:
    """Export a model and show its key."""
    made = APIExportService.export_model(
        model_id,
        viewer=current_viewer(),
        name=json_data.name,
        allowed_origins=json_data.allowed_origins,
        calls_per_minute=json_data.rate_limit_per_minute,
    )
    shown = _fields(Exported(made.api, made.key))
    return NewExportOut.model_validate(
        {**shown, "api_id": made.api.id, "api_key": made.api_key, "warnings": list(made.warnings)}
    )


def _readable_api(api_id: int) -> ExportedAPI:
    """Give an API to whoever may read its account's APIs, or may call this one."""
    viewer = require_identity()
    if not (viewer.may(READ) or viewer.may(predict_scope(api_id))):
        raise NotFound(noun="API")
    return APIExportService.details(api_id, viewer=viewer).api


def _out(exported: Exported) -> ExportedAPIOut:
    """Give an API as its owner sees it."""
    return ExportedAPIOut.model_validate(_fields(exported))


def _fields(exported: Exported) -> dict[str, Any]:
    """Give the fields that every answer about an API holds."""
    api, key, base_url = exported.api, exported.key, current_runtime().base_url
    return {
        "id": api.id,
        "name": api.name,
        "model_id": api.model_id,
        "model_name": api.model.name,
        "task": api.model.task,
        "api_endpoint": api.api_endpoint,
        "api_url": f"{base_url}{api.api_endpoint}",
        "docs_url": f"{base_url}/monitoring/{api.id}",
        "openapi_url": f"{base_url}/api/exports/{api.id}/openapi.json",
        "api_key_masked": key_service.masked(key),
        "key_id": key.key_id,
        "status": api.status,
        "created_at": api.created_at,
        "last_used_at": api.last_used_at,
        "total_requests": api.total_requests,
        "rate_limit_per_minute": key.quota.sustained_limit,
        "allowed_origins": api.allowed_origins,
    }
