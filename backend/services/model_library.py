"""The library: models loaded for serving, found by the id of their row.

Called on the way of every prediction. Loads only artefacts that were accepted at upload, after comparing their digest.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session, sessionmaker

from backend.core.errors import NotFound, Unavailable
from backend.engine.serving.cache import CacheSnapshot, ModelCache
from backend.engine.serving.contract import Contract
from backend.engine.serving.payload import PayloadReader
from backend.engine.serving.runtime import SklearnRuntime
from backend.models import MLModel
from backend.services.runtime import ArtefactStore


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """A model ready to answer."""

    model_id: int
    version: int
    reader: PayloadReader
    runtime: SklearnRuntime

    @property
    def size_bytes(self) -> int:
        """Estimated resident size."""
        return self.runtime.size_bytes


class ModelLibrary:
    """An LRU cache of loaded models in front of the artefact store."""

    def __init__(
        self, sessions: sessionmaker[Session], artefacts: ArtefactStore, *, capacity: int, rows_max: int
    ) -> None:
        self._sessions = sessions
        self._artefacts = artefacts
        self._rows_max = rows_max
        self._cache: ModelCache[int, LoadedModel] = ModelCache(capacity=capacity, load=self._load)

    def get(self, model_id: int) -> LoadedModel:
        """Give a model, loading it at the first use; concurrent first uses load it once.

        Raises:
            NotFound: no such model any more.
            Unavailable: its file cannot be read.
        """
        return self._cache.get(model_id)

    def snapshot(self) -> CacheSnapshot:
        """Give the cache's counts and contents."""
        return self._cache.snapshot()

    def _load(self, model_id: int) -> LoadedModel:
        with self._sessions() as session:
            row = session.get(MLModel, model_id)
            if row is None:
                raise NotFound(noun="Model")
            contract = Contract.from_json(row.contract)
            artefact, sha256, version = row.artefact, row.sha256, row.version
        try:
            runtime = SklearnRuntime.load(self._artefacts.path(artefact), sha256, contract)
        except OSError as error:
            message = "The model's file cannot be read at the moment"
            raise Unavailable(message, internal=repr(error)) from error
        runtime.warmup()
        return LoadedModel(model_id, version, PayloadReader(contract, rows_max=self._rows_max), runtime)
