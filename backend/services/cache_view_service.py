"""The model cache as all workers of this machine have it together, read from their status files.

Called by the monitoring routes. Names a model only to those who may see it; others' are counted.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ValidationError
from sqlalchemy import select

from backend.models import MLModel, db
from backend.schemas.monitoring import CachedModelOut, CacheOut, WorkerOut
from backend.services.access import Viewer, visible


class _Model(BaseModel):
    model_config = {"protected_namespaces": ()}

    model_id: int
    bytes: int
    hits: int
    load_ms: float
    loaded_at: datetime


class _Cache(BaseModel):
    capacity: int
    hits: int
    misses: int
    evictions: int
    failures: int
    load_ms_avg: float | None
    models: list[_Model]

    @property
    def loads(self) -> int:
        """Models read from the store so far: misses that did not fail."""
        return self.misses - self.failures


class _Status(BaseModel):
    """A status file as a worker writes it once a second."""

    pid: int
    rss_mb: float
    cpu_percent: float
    cache: _Cache


def cache_view(folder: Path, *, viewer: Viewer) -> CacheOut:
    """Give the caches of all living workers.

    Args:
        folder: where workers write their status.
    """
    workers = _living(folder)
    names = _names({model.model_id for worker in workers for model in worker.cache.models}, viewer)
    caches = [worker.cache for worker in workers]
    hits, misses = sum(cache.hits for cache in caches), sum(cache.misses for cache in caches)
    loads = sum(cache.loads for cache in caches)
    load_ms = sum(cache.loads * (cache.load_ms_avg or 0.0) for cache in caches)
    return CacheOut(
        capacity=max((cache.capacity for cache in caches), default=0),
        hits=hits,
        misses=misses,
        evictions=sum(cache.evictions for cache in caches),
        hit_rate=100 * hits / (hits + misses) if hits + misses else None,
        load_ms_avg=load_ms / loads if loads else None,
        workers=[_worker(worker, names) for worker in workers],
    )


def _living(folder: Path) -> Sequence[_Status]:
    """Read the status files of processes that still run; a file that is going or being replaced is skipped."""
    found: list[_Status] = []
    for path in sorted(folder.glob("*.json")):
        try:
            status = _Status.model_validate_json(path.read_bytes())
        except (OSError, ValidationError):
            continue
        if _is_alive(status.pid):
            found.append(status)
    return found


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _names(model_ids: set[int], viewer: Viewer) -> Mapping[int, str]:
    """Give the names of those models that the viewer may see."""
    statement = visible(select(MLModel.id, MLModel.name), MLModel.account_id, viewer)
    return {row.id: row.name for row in db.session.execute(statement.where(MLModel.id.in_(model_ids)))}


def _worker(status: _Status, names: Mapping[int, str]) -> WorkerOut:
    cache = status.cache
    shown = [
        CachedModelOut(
            model_id=model.model_id,
            name=names[model.model_id],
            bytes=model.bytes,
            hits=model.hits,
            load_ms=model.load_ms,
            loaded_at=model.loaded_at,
        )
        for model in cache.models
        if model.model_id in names
    ]
    return WorkerOut(
        pid=status.pid,
        rss_mb=status.rss_mb,
        cpu_percent=status.cpu_percent,
        models=shown,
        other_models=len(cache.models) - len(shown),
        hits=cache.hits,
        misses=cache.misses,
        evictions=cache.evictions,
    )
