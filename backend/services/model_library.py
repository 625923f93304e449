"""The library: models loaded for serving, found by the id of their row.

Called on the way of every prediction. Loads only what was accepted at upload, or compiled and proven from it, after
comparing its digest. A compiled model is served without scikit-learn, which is loaded beside it when it is asked for.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from backend.core.errors import AppError, ArtefactRefused, NotFound, Unavailable
from backend.core.logging import get_logger
from backend.engine.serving.cache import CacheSnapshot, ModelCache
from backend.engine.serving.compiled.form import read_form
from backend.engine.serving.compiled.runtime import CompiledRuntime
from backend.engine.serving.contract import Contract
from backend.engine.serving.paired import PairedRuntime
from backend.engine.serving.payload import Batch, PayloadReader
from backend.engine.serving.runtime import SklearnRuntime
from backend.models import ExportedAPI, MLModel
from backend.services.compiled_models import form_of, rows_max_of, stored_form
from backend.services.runtime import ArtefactStore

log = get_logger(__name__)


class ModelRuntime(Protocol):
    """Whatever answers the rows of a model."""

    @property
    def size_bytes(self) -> int:
        """Estimated resident size."""
        ...

    def fields(self, batch: Batch) -> Mapping[str, Any]:
        """Give the fields of the answer to validated rows."""
        ...

    def warmup(self) -> None:
        """Answer the contract's example once."""
        ...


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """A model ready to answer."""

    form: str
    """The compiled form that is used; empty for scikit-learn itself."""
    identity: Mapping[str, object]
    """How it is named in answers."""
    reader: PayloadReader
    runtime: ModelRuntime

    @property
    def size_bytes(self) -> int:
        """Estimated resident size."""
        return self.runtime.size_bytes


class ModelLibrary:
    """An LRU cache of loaded models in front of the artefact store.

    Args:
        capacity: models kept.
        bytes_max: budget over their estimated sizes; 0 for none.
        rows_max: most rows of one call.
    """

    def __init__(
        self,
        sessions: sessionmaker[Session],
        artefacts: ArtefactStore,
        *,
        capacity: int,
        bytes_max: int = 0,
        rows_max: int,
    ) -> None:
        self._sessions = sessions
        self._artefacts = artefacts
        self._rows_max = rows_max
        self._cache: ModelCache[int, LoadedModel] = ModelCache(capacity, bytes_max or None, load=self._load)

    def get(self, model_id: int, form: str) -> LoadedModel:
        """Give a model, loading it at the first use; concurrent first uses load it once.

        Args:
            form: the compiled form that the caller knows of; another than the loaded one has it loaded anew.

        Raises:
            NotFound: no such model any more.
            Unavailable: its file cannot be read.
        """
        model = self._cache.get(model_id)
        if model.form != form:
            self._cache.invalidate(model_id)
            model = self._cache.get(model_id)
        return model

    def start_loading(self) -> None:
        """Load the most called models beside the first requests, so that few of them wait for one."""
        threading.Thread(target=self.load_popular, name="popular models", daemon=True).start()

    def load_popular(self) -> None:
        """Load the models of the most called APIs, as many as stay loaded. Never raises."""
        try:
            for model_id in reversed(self._popular()):
                self._cache.get(model_id)
        except (AppError, SQLAlchemyError) as error:
            # Whoever calls the model is told the same, and more.
            log.warning("popular_model_not_loaded", error=repr(error))

    def _popular(self) -> Sequence[int]:
        calls = func.sum(ExportedAPI.total_requests)
        statement = (
            select(ExportedAPI.model_id)
            .where(ExportedAPI.status == "active", ExportedAPI.total_requests > 0)
            .group_by(ExportedAPI.model_id)
            .order_by(calls.desc())
            .limit(self._cache.capacity)
        )
        with self._sessions() as session:
            return session.scalars(statement).all()

    def snapshot(self) -> CacheSnapshot:
        """Give the cache's counts and contents."""
        return self._cache.snapshot()

    def _load(self, model_id: int) -> LoadedModel:
        with self._sessions() as session:
            row = session.get(MLModel, model_id)
            if row is None:
                raise NotFound(noun="Model")
            session.expunge(row)
        contract = Contract.from_json(row.contract)
        try:
            runtime = self._runtime(row, contract)
        except OSError as error:
            message = "The model's file cannot be read at the moment"
            raise Unavailable(message, internal=repr(error)) from error
        runtime.warmup()
        return LoadedModel(
            form=form_of(row),
            identity={"id": row.id, "version": row.version},
            reader=PayloadReader(contract, rows_max=self._rows_max),
            runtime=runtime,
        )

    def _runtime(self, row: MLModel, contract: Contract) -> ModelRuntime:
        path, sha256 = self._artefacts.path(row.artefact), row.sha256

        def with_sklearn() -> SklearnRuntime:
            return SklearnRuntime.load(path, sha256, contract)

        stored = stored_form(row)
        if stored is None:
            return with_sklearn()
        try:
            form = read_form(self._artefacts.path(stored.artefact), stored.sha256)
            return PairedRuntime(CompiledRuntime(form, contract), rows_max_of(row), with_sklearn)
        except (ArtefactRefused, OSError) as error:
            # The model itself is still there and answers alike; only slower.
            log.exception("compiled_model_lost", alert=True, model_id=row.id, error=repr(error))
            return with_sklearn()
