"""What a model's row says of its compiled form: whether there is one that may be used, and where.

Used by the library, the directory, the model routes and what compiles stored models. Reads rows only.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.engine.serving.compiled.spec import COMPILER
from backend.models import MLModel

AUTO, SCIKIT_LEARN = "auto", "scikit-learn"


@dataclass(frozen=True, slots=True)
class StoredForm:
    """A compiled form in the artefact store."""

    artefact: str
    sha256: str


def stored_form(row: MLModel) -> StoredForm | None:
    """Give the form that serves a model; None where scikit-learn does."""
    compiled = row.compiled
    if compiled is None or row.runtime != AUTO or compiled.get("compiler") != COMPILER or not compiled.get("artefact"):
        return None
    return StoredForm(str(compiled["artefact"]), str(compiled["sha256"]))


def form_of(row: MLModel) -> str:
    """Name the form that serves a model; empty for scikit-learn itself."""
    stored = stored_form(row)
    return "" if stored is None else stored.sha256


def rows_max_of(row: MLModel) -> int | None:
    """Give up to how many rows the compiled form is the faster one; None for any number."""
    found = (row.compiled or {}).get("rows_max")
    return found if isinstance(found, int) else None


def is_tried(row: MLModel) -> bool:
    """Tell whether compiling was tried with the present compiler."""
    return row.compiled is not None and row.compiled.get("compiler") == COMPILER


def outdated(session: Session) -> list[int]:
    """Give the models that an older compiler tried and the present one has not."""
    return [model_id for model_id, compiler in _compilers(session) if compiler not in {None, COMPILER}]


def not_tried(session: Session) -> list[int]:
    """Give the models that the present compiler has not tried."""
    return [model_id for model_id, compiler in _compilers(session) if compiler != COMPILER]


def _compilers(session: Session) -> list[tuple[int, object]]:
    rows = session.execute(select(MLModel.id, MLModel.compiled).order_by(MLModel.id)).all()
    return [(model_id, (compiled or {}).get("compiler")) for model_id, compiled in rows]
