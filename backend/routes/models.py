"""Uploaded models: /api/models."""

from __future__ import annotations

from dataclasses import asdict
from typing import Literal, cast

from apiflask import APIBlueprint
from flask import Response, current_app

from backend.core.errors import PayloadTooLarge
from backend.engine.serving.contract import Contract
from backend.middleware.access import access
from backend.middleware.body_limit import SAMPLE_BYTES_MAX
from backend.middleware.errors import unfit
from backend.middleware.openapi import pages, refuses, takes_multipart
from backend.middleware.pagination import next_link
from backend.middleware.request_shapes import fit
from backend.middleware.session_auth import current_viewer
from backend.middleware.uploads import Upload, received_upload
from backend.models import MLModel
from backend.schemas.common import PageQuery
from backend.schemas.model import (
    UPLOAD_FORM,
    ChangeModelIn,
    ColumnOut,
    CompiledOut,
    ContractOut,
    DeleteModelQuery,
    MLModelOut,
    ModelExportOut,
    OwnerOut,
    UploadFields,
)
from backend.services import compile_service, model_service
from backend.services.compiled_models import form_of
from backend.services.model_service import ModelWords
from backend.services.paging import PageRequest

RUNTIMES: dict[str, Literal["auto", "scikit-learn"]] = {"auto": "auto", "scikit-learn": "scikit-learn"}
FIELDS = frozenset(UPLOAD_FORM["properties"])

models = APIBlueprint("models", __name__, url_prefix="/api/models", tag="Models")


@models.post("")
@access("write")
@takes_multipart(UPLOAD_FORM)
@models.output(MLModelOut, status_code=201)
@refuses(400, 413, 415, 422, 503)
def upload_model() -> MLModelOut:
    """Upload a trained scikit-learn model.

    The file is read by an isolated process, never by this server. A file that could run code is refused, and the
    answer names each offending global.
    """
    with received_upload(allowed_fields=FIELDS, file_bytes_max=current_app.config["UPLOAD_BYTES_MAX"]) as upload:
        sample = _sample(upload)
        texts = {name: text for name, text in upload.texts.items() if name != "sample" and text != ""}
        fields = cast("UploadFields", fit(UploadFields, texts))
        if "file" not in upload.files:
            raise unfit([("file", "required", "Choose a model file")])
        file_name, incoming = upload.files["file"]
        words = ModelWords(file_name=file_name, name=fields.name, description=fields.description, task=fields.task)
        return model_out(model_service.accept(incoming, words, sample=sample, viewer=current_viewer()))


@models.post("/demo")
@access("write")
@models.output(MLModelOut, status_code=201)
@refuses(503)
def add_demo_model() -> MLModelOut:
    """Add a small model that is ready to export, for whoever has none at hand: which iris it is, from four lengths."""
    from backend.services import demo_service  # noqa: PLC0415 - trains a model; other routes need no training

    return model_out(demo_service.add_first_model(current_viewer()))


@models.get("")
@access("read")
@models.input(PageQuery, location="query")
@models.output(list[MLModelOut])  # type: ignore[arg-type]  # APIFlask 3 reads lists, its annotation does not say so
@pages
@refuses(400, 422)
def list_models(query_data: PageQuery) -> tuple[list[MLModelOut], int, dict[str, str]]:
    """Give the signed-in account's models, newest first."""
    part = PageRequest(query_data.limit, query_data.cursor)
    found = model_service.list_models(viewer=current_viewer(), part=part)
    return [model_out(row) for row in found.rows], 200, next_link(found.next_cursor)


@models.get("/<int:model_id>")
@access("read")
@models.output(MLModelOut)
@refuses(404)
def read_model(model_id: int) -> MLModelOut:
    """Give one model with its contract."""
    return model_out(model_service.model_details(model_id, viewer=current_viewer()))


@models.patch("/<int:model_id>")
@access("write")
@models.input(ChangeModelIn)
@models.output(MLModelOut)
@refuses(400, 404, 413, 415, 422)
def change_model(model_id: int, json_data: ChangeModelIn) -> MLModelOut:
    """Choose what answers for a model: whatever is proven and fastest, or scikit-learn only; from the next call on."""
    return model_out(compile_service.choose_runtime(model_id, json_data.runtime, viewer=current_viewer()))


@models.delete("/<int:model_id>")
@access("write")
@models.input(DeleteModelQuery, location="query")
@models.output({}, status_code=204)
@refuses(404, 409, 422)
def delete_model(model_id: int, query_data: DeleteModelQuery) -> Response:
    """Delete a model that no API serves; with force=1 its APIs, their keys and their logs too."""
    model_service.delete_model(model_id, viewer=current_viewer(), force=query_data.force == "1")
    return Response(status=204)


def model_out(row: MLModel) -> MLModelOut:
    """Give a model as its owner sees it."""
    contract = model_service.contract_of(row)
    return MLModelOut(
        id=row.id,
        name=row.name,
        version=row.version,
        description=row.description,
        framework=row.framework,
        task=contract.task,
        estimator=row.estimator,
        pipeline=list(contract.pipeline),
        file_name=row.file_name,
        file_bytes=row.file_bytes,
        sha256=row.sha256,
        sklearn_version=row.sklearn_version,
        warnings=row.warnings,
        input_schema=contract.input_schema(),
        output_schema=contract.output_schema(),
        contract=contract_out(contract),
        runtime=RUNTIMES[row.runtime],
        compiled=compiled_out(row),
        created_at=row.created_at,
        owner=OwnerOut(id=row.account.id, email=row.account.email),
        exports=[
            ModelExportOut.model_validate({"api_id": api.id, "name": api.name, "status": api.status})
            for api in row.exported_api
        ],
    )


def compiled_out(row: MLModel) -> CompiledOut | None:
    """Give what came of compiling a model; None where it was not tried yet."""
    if row.compiled is None:
        return None
    known = {name: row.compiled[name] for name in CompiledOut.model_fields if name in row.compiled}
    return CompiledOut.model_validate({**known, "is_used": form_of(row) != ""})


def contract_out(contract: Contract) -> ContractOut:
    """Give a contract as clients read it."""
    given = asdict(contract)
    given["columns"] = [ColumnOut.model_validate(asdict(column)) for column in contract.columns]
    return ContractOut.model_validate({name: given[name] for name in ContractOut.model_fields})


def _sample(upload: Upload) -> bytes | None:
    """Give the sample rows, which may come as a file or as text."""
    if "sample" in upload.texts:
        return upload.texts["sample"].encode() or None
    if "sample" not in upload.files:
        return None
    _name, received = upload.files["sample"]
    if received.size_bytes > SAMPLE_BYTES_MAX:
        raise PayloadTooLarge(SAMPLE_BYTES_MAX)
    received.seek(0)
    return received.read() or None
