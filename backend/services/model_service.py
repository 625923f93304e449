"""Models: accepting an upload, listing, reading, deleting.

Called by the model routes and the demo. A file is inspected in an isolated process before anything is stored; nothing
in this process ever unpickles it. Deletes a model's file with its row.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from sqlalchemy import Select, delete, exists, func, select
from sqlalchemy.orm import selectinload

from backend.core.errors import Conflict, NotFound, UnfitField
from backend.engine.serving.contract import Contract
from backend.engine.serving.lockdown import Limits
from backend.engine.serving.sandbox import Inspection, inspect_artefact
from backend.models import ExportedAPI, MLModel, db
from backend.services import audit_service
from backend.services.access import Viewer, visible
from backend.services.announced import commit_change
from backend.services.compile_service import compiled_record, remove_form
from backend.services.erasure_service import ask_erasure
from backend.services.incoming_artefact import IncomingArtefact
from backend.services.paging import Page, PageRequest, narrowed, page
from backend.services.runtime import current_runtime
from backend.services.transactions import rows_changed

SUFFIXES = (".joblib", ".pkl")
FILE_NAME_LENGTH_MAX = 255
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")

BYTES_PER_MB = 1_048_576


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelWords:
    """What the uploader says of a model."""

    file_name: str
    name: str | None = None
    description: str = ""
    task: str | None = None


class UnfitUpload(UnfitField):
    """A field of the upload does not fit."""


class ModelServed(Conflict):
    """The model is served by APIs, which would go with it."""

    def __init__(self, api_ids: list[int]) -> None:
        super().__init__(
            "This model is exported: delete its APIs first, or repeat with ?force=1", details={"api_ids": api_ids}
        )


def add_model(
    *,
    viewer: Viewer,
    file: BinaryIO,
    file_name: str,
    name: str | None = None,
    description: str = "",
    sample: bytes | None = None,
) -> MLModel:
    """Accept a model from an open file, as `accept` does with an upload."""
    with IncomingArtefact(current_runtime().artefacts) as incoming:
        shutil.copyfileobj(file, cast("BinaryIO", incoming))
        words = ModelWords(file_name=file_name, name=name, description=description)
        return accept(incoming, words, sample=sample, viewer=viewer)


def accept(incoming: IncomingArtefact, words: ModelWords, *, sample: bytes | None, viewer: Viewer) -> MLModel:
    """Inspect a received file and store it with its row.

    Args:
        sample: rows of training data, as CSV with a header or as JSON.

    Raises:
        UnfitUpload: no .joblib or .pkl, empty, or of another task than the uploader says.
        ArtefactRefused: the file is not a model that may be served.
    """
    file_name = plain_file_name(words.file_name)
    suffix = Path(file_name).suffix.lower()
    if suffix not in SUFFIXES:
        raise UnfitUpload("file", "suffix", f"expected a file named {' or '.join('*' + one for one in SUFFIXES)}")
    if incoming.size_bytes == 0:
        raise UnfitUpload("file", "empty", "the file is empty")
    incoming.flush_to_disk()
    # An inspection can take a minute: no transaction may be open meanwhile.
    db.session.rollback()
    inspection = _inspect(incoming.path, sample)
    if words.task is not None and words.task != inspection.contract.task:
        raise UnfitUpload("task", "contradicts_model", f"the model does {inspection.contract.task}")
    compiled = compiled_record(incoming.path, incoming.sha256, inspection.contract, sample)
    stem = Path(file_name).stem.strip() or "model"
    row = _row(inspection, viewer, file_name=file_name, name=words.name or stem[:200], description=words.description)
    row.file_bytes, row.sha256, row.compiled = incoming.size_bytes, incoming.sha256, compiled
    row.artefact = incoming.keep(suffix)
    db.session.add(row)
    try:
        db.session.commit()
    except BaseException:
        current_runtime().artefacts.remove(row.artefact)
        remove_form(compiled)
        raise
    return row


def list_models(*, viewer: Viewer, part: PageRequest) -> Page[MLModel]:
    """Give the viewer's models, newest first."""
    found = db.session.scalars(narrowed(_models(viewer), MLModel.id, part)).all()
    return page(found, [row.id for row in found], part)


def model_details(model_id: int, *, viewer: Viewer) -> MLModel:
    """Give one model.

    Raises:
        NotFound: no such model, or not the viewer's.
    """
    row = db.session.scalar(_models(viewer).where(MLModel.id == model_id))
    if row is None:
        raise NotFound(noun="Model")
    return row


def delete_model(model_id: int, *, viewer: Viewer, force: bool = False) -> None:
    """Delete a model and its file; with `force` its APIs, their keys and their logs too.

    Raises:
        NotFound: no such model, or not the viewer's.
        ModelServed: it has APIs and `force` is not set.
    """
    row = model_details(model_id, viewer=viewer)
    artefact, compiled, api_ids = row.artefact, row.compiled, [api.id for api in row.exported_api]
    statement = delete(MLModel).where(MLModel.id == model_id)
    if not force:
        # Decided in the statement: an export made since the read above would otherwise vanish with the model.
        statement = statement.where(~exists().where(ExportedAPI.model_id == model_id))
    deleted = db.session.execute(statement.execution_options(synchronize_session=False))
    if rows_changed(deleted) != 1:
        db.session.rollback()
        raise ModelServed(api_ids)
    ask_erasure(db.session(), api_ids)
    for api_id in api_ids:
        audit_service.record(
            "api.deleted", account_id=row.account_id, target={"api_id": api_id}, details={"model_id": model_id}
        )
    commit_change()
    current_runtime().artefacts.remove(artefact)
    remove_form(compiled)


def contract_of(row: MLModel) -> Contract:
    """Give what a stored model takes and gives."""
    return Contract.from_json(row.contract)


def plain_file_name(given: str) -> str:
    """Give the last part of a client's file name without control characters; for showing, never for opening."""
    last = given.replace("\\", "/").rpartition("/")[2]
    return _CONTROL.sub("", last).strip()[-FILE_NAME_LENGTH_MAX:]


def _inspect(path: Path, sample: bytes | None) -> Inspection:
    """Have an isolated process read the file."""
    runtime = current_runtime()
    # A loaded model is a few times the size of its file; a small file has no business with more than the base.
    memory_mb = runtime.inspection_memory_mb_max + 4 * path.stat().st_size // BYTES_PER_MB
    seconds = runtime.inspection_seconds_max
    # Twice on the clock: on a busy machine it would end honest models before their share of the processor is used.
    limits = Limits(memory_mb=memory_mb, cpu_seconds=seconds, wall_seconds=2.0 * seconds)
    return inspect_artefact(path, sample, limits=limits)


def _row(inspection: Inspection, viewer: Viewer, *, file_name: str, name: str, description: str) -> MLModel:
    """Give the row of an inspected model, without its file."""
    contract = inspection.contract
    latest = select(func.coalesce(func.max(MLModel.version), 0) + 1).where(
        MLModel.account_id == viewer.account_id, MLModel.name == name
    )
    return MLModel(
        account_id=viewer.account_id,
        name=name,
        # Counted by the INSERT itself, so that two uploads at once get two numbers.
        version=latest.scalar_subquery(),
        description=description,
        framework="scikit-learn",
        task=contract.task,
        estimator=contract.estimator,
        file_name=file_name,
        sklearn_version=contract.sklearn_version,
        contract=contract.to_json(),
        warnings=list(inspection.warnings),
        created_at=current_runtime().clock.now(),
    )


def _models(viewer: Viewer) -> Select[MLModel]:
    """Give the statement for the models that the viewer may see, with their APIs."""
    return visible(select(MLModel).options(selectinload(MLModel.exported_api)), MLModel.account_id, viewer)
