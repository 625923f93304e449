"""Compiling a model: in an isolated process, proven against scikit-learn, kept beside the artefact.

Called when a model is accepted, and at its export where that has not happened. Never fails an upload: what cannot be
compiled is served by scikit-learn, and the row says why.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, BinaryIO, cast

from sqlalchemy import select

from backend.core.errors import ArtefactRefused, NotFound
from backend.core.logging import get_logger
from backend.engine.serving.compile_sandbox import compile_artefact
from backend.engine.serving.compiled.spec import COMPILER
from backend.engine.serving.contract import Contract
from backend.engine.serving.lockdown import Limits
from backend.models import MLModel, db
from backend.services import audit_service
from backend.services.access import Viewer, visible
from backend.services.announced import commit_change
from backend.services.compiled_models import is_tried
from backend.services.incoming_artefact import IncomingArtefact
from backend.services.runtime import current_runtime

SUFFIX = ".compiled"
BYTES_PER_MB = 1_048_576
FORM_BYTES_MIN = 64 * BYTES_PER_MB
FORM_BYTES_FACTOR = 16
"""A tree that joblib packed tightly takes this many times its room as a compiled form, at most."""

log = get_logger(__name__)


def compiled_record(path: Path, sha256: str, contract: Contract, sample: bytes | None) -> dict[str, Any]:
    """Compile an accepted artefact; give what its row keeps of it. No transaction may be open: it takes seconds.

    Args:
        path: the artefact.
        sample: rows of the model's input, the first to be compared.
    """
    runtime = current_runtime()
    size = path.stat().st_size
    seconds = runtime.inspection_seconds_max
    limits = Limits(
        memory_mb=runtime.inspection_memory_mb_max + 12 * size // BYTES_PER_MB,
        cpu_seconds=seconds,
        wall_seconds=2.0 * seconds,
        file_bytes=FORM_BYTES_MIN + FORM_BYTES_FACTOR * size,
    )
    with IncomingArtefact(runtime.artefacts) as incoming:
        try:
            form = cast("BinaryIO", incoming)
            done = compile_artefact(path, sha256, contract, form=form, sample=sample, limits=limits)
        except ArtefactRefused as refused:
            log.warning("model_not_compiled", reason=refused.message, internal=refused.internal)
            return {"compiler": COMPILER, "reason": refused.message}
        record = {"compiler": COMPILER, "seconds": round(done.seconds, 2), **done.report}
        if not done.has_form:
            return record
        incoming.take_in()
        return {
            **record,
            "artefact": incoming.keep(SUFFIX),
            "sha256": incoming.sha256,
            "file_bytes": incoming.size_bytes,
        }


def ensure_compiled(model: MLModel) -> None:
    """Compile a model that was accepted before there was this compiler; commits."""
    if is_tried(model):
        return
    model_id, contract = model.id, Contract.from_json(model.contract)
    path, sha256, old = current_runtime().artefacts.path(model.artefact), model.sha256, artefact_in(model.compiled)
    db.session.rollback()
    record = compiled_record(path, sha256, contract, None)
    row = db.session.get(MLModel, model_id)
    if row is None:
        remove_form(record)
        raise NotFound(noun="Model")
    row.compiled = record
    commit_change()
    if old is not None:
        current_runtime().artefacts.remove(old)


def compile_stored(model_id: int) -> MLModel:
    """Compile one model if that was not tried, for the operator's command; commits."""
    ensure_compiled(db.session.get_one(MLModel, model_id))
    return db.session.get_one(MLModel, model_id)


def choose_runtime(model_id: int, runtime: str, *, viewer: Viewer) -> MLModel:
    """Let a model be served by whatever is fastest and proven, or by scikit-learn only; from the next call on.

    Raises:
        NotFound: no such model, or not the viewer's.
    """
    row = db.session.scalar(visible(select(MLModel).where(MLModel.id == model_id), MLModel.account_id, viewer))
    if row is None:
        raise NotFound(noun="Model")
    before, row.runtime = row.runtime, runtime
    if before != runtime:
        audit_service.record(
            "model.runtime_changed",
            account_id=row.account_id,
            target={"model_id": row.id},
            details={"before": before, "after": runtime},
        )
    commit_change()
    return row


def artefact_in(record: dict[str, Any] | None) -> str | None:
    """Give the name of the compiled form that a row's record names."""
    name = (record or {}).get("artefact")
    return name if isinstance(name, str) else None


def remove_form(record: dict[str, Any] | None) -> None:
    """Delete the compiled form that a row's record names; none is fine."""
    name = artefact_in(record)
    if name is not None:
        current_runtime().artefacts.remove(name)
