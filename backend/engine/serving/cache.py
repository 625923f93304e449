"""The cache of loaded models: least recently used goes first, and a model is loaded once however many ask.

Called on the way of every prediction. Knows nothing of models: it keeps values by key, counts, and times their loading.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class CachedModel:
    """One loaded entry: its key, estimated bytes, uses, loading time in milliseconds and moment in UTC."""

    key: Any
    bytes: int
    hits: int
    load_ms: float
    loaded_at: datetime


@dataclass(frozen=True, slots=True)
class CacheSnapshot:
    """The counts since the process began, and the entries, the most recently used first."""

    capacity: int
    bytes: int
    hits: int
    misses: int
    evictions: int
    failures: int
    load_ms_total: float
    models: tuple[CachedModel, ...]

    @property
    def hit_rate(self) -> float | None:
        """Hits per look-up in percent; None before the first."""
        lookups = self.hits + self.misses
        return None if lookups == 0 else 100.0 * self.hits / lookups

    @property
    def load_ms_avg(self) -> float | None:
        """Mean loading time in milliseconds; None before the first."""
        loads = self.misses - self.failures
        return None if loads <= 0 else self.load_ms_total / loads

    def to_json(self) -> dict[str, Any]:
        """Give the JSON form, entries under `models` with their key as `model_id`."""
        return {
            "capacity": self.capacity,
            "bytes": self.bytes,
            "hits": self.hits,
            "misses": self.misses,
            "evictions": self.evictions,
            "failures": self.failures,
            "hit_rate": self.hit_rate,
            "load_ms_avg": self.load_ms_avg,
            "models": [
                {
                    "model_id": model.key,
                    "bytes": model.bytes,
                    "hits": model.hits,
                    "load_ms": round(model.load_ms, 3),
                    "loaded_at": model.loaded_at.isoformat().replace("+00:00", "Z"),
                }
                for model in self.models
            ],
        }


@dataclass(slots=True)
class _Entry(Generic[V]):
    value: V
    size: int
    load_ms: float
    loaded_at: datetime
    hits: int = 0


@dataclass(slots=True)
class _Flight(Generic[V]):
    """A load under way: whoever misses meanwhile waits for its end."""

    done: threading.Event = field(default_factory=threading.Event)
    value: V | None = None
    error: BaseException | None = None
    is_stale: bool = False


class ModelCache(Generic[K, V]):
    """A bounded map that loads what it lacks.

    Args:
        capacity: entries kept, at least 1.
        load: makes the value of a key; runs outside the lock, once for all who miss at the same time.
        bytes_max: budget over the values' `size_bytes`; the newest entry stays even when it is larger alone.
    """

    def __init__(self, capacity: int = 10, bytes_max: int | None = None, *, load: Callable[[K], V]) -> None:
        if capacity < 1:
            raise ValueError("capacity must be at least 1")
        self.capacity = capacity
        self._bytes_max = bytes_max
        self._load = load
        self._lock = threading.Lock()
        self._entries: OrderedDict[K, _Entry[V]] = OrderedDict()
        self._flights: dict[K, _Flight[V]] = {}
        self._hits = self._misses = self._evictions = self._failures = self._bytes = 0
        self._load_ms = 0.0

    def get(self, key: K) -> V:
        """Give the value of a key, loading it at the first use.

        Raises whatever `load` raises, to everyone who waited for that load; a failure is not kept.
        """
        with self._lock:
            entry = self._entries.get(key)
            if entry is not None:
                self._entries.move_to_end(key)
                self._hits += 1
                entry.hits += 1
                return entry.value
            flight = self._flights.get(key)
            is_first = flight is None
            if flight is None:
                self._misses += 1
                flight = self._flights[key] = _Flight()
            else:
                self._hits += 1  # served by a load that was already under way
        return self._fly(key, flight) if is_first else self._wait(flight)

    def invalidate(self, key: K) -> None:
        """Forget a key; a load under way still answers its waiters and is not kept."""
        with self._lock:
            entry = self._entries.pop(key, None)
            if entry is not None:
                self._bytes -= entry.size
            flight = self._flights.pop(key, None)
            if flight is not None:
                flight.is_stale = True

    def snapshot(self) -> CacheSnapshot:
        """Give the counts and the entries as they are now."""
        with self._lock:
            models = tuple(
                CachedModel(key, entry.size, entry.hits, entry.load_ms, entry.loaded_at)
                for key, entry in reversed(self._entries.items())
            )
            return CacheSnapshot(
                capacity=self.capacity,
                bytes=self._bytes,
                hits=self._hits,
                misses=self._misses,
                evictions=self._evictions,
                failures=self._failures,
                load_ms_total=self._load_ms,
                models=models,
            )

    def _fly(self, key: K, flight: _Flight[V]) -> V:
        started = time.perf_counter()
        try:
            value = flight.value = self._load(key)
        except BaseException as error:
            flight.error = error
            with self._lock:
                self._failures += 1
                self._land(key, flight)
            raise
        entry = _Entry(value, _size(value), (time.perf_counter() - started) * 1e3, datetime.now(UTC))
        with self._lock:
            self._load_ms += entry.load_ms
            if not flight.is_stale:
                self._keep(key, entry)
            self._land(key, flight)
        return value

    def _land(self, key: K, flight: _Flight[V]) -> None:
        if self._flights.get(key) is flight:
            del self._flights[key]
        flight.done.set()

    def _keep(self, key: K, entry: _Entry[V]) -> None:
        self._entries[key] = entry
        self._bytes += entry.size
        while len(self._entries) > self.capacity or self._is_over_budget():
            _, oldest = self._entries.popitem(last=False)
            self._bytes -= oldest.size
            self._evictions += 1

    def _is_over_budget(self) -> bool:
        return self._bytes_max is not None and self._bytes > self._bytes_max and len(self._entries) > 1

    def _wait(self, flight: _Flight[V]) -> V:
        flight.done.wait()
        if flight.error is not None:
            raise flight.error
        return flight.value  # type: ignore[return-value] # set before done, and None may be a value


def _size(value: object) -> int:
    return int(getattr(value, "size_bytes", 0))
