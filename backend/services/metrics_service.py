"""Operator metrics: what /metrics shows, counted across all workers through prometheus_client's multiprocess files.

PROMETHEUS_MULTIPROC_DIR must be set before this module is first imported; `backend.serve` sets it for its workers.
"""

from __future__ import annotations

import collections
import os
import threading
import weakref
from bisect import bisect_left
from collections.abc import Callable
from typing import TypeVar

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from backend.models import AppKey, ExportedAPI

SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

REQUEST_SECONDS = Histogram(
    "http_request_duration_seconds", "Time from a request's arrival to its answer", ["route", "status"], buckets=SECONDS
)
AUTH_ATTEMPTS = Counter("api_key_auth_attempts", "Attempts to authenticate with an API key", ["result"])
KEY_USAGE = Counter("api_key_usage", "Calls answered for API keys, by kind and status", ["kind", "status"])


NoteT = TypeVar("NoteT")
PUBLISH_SECONDS = 0.25
PENDING_MAX = 4_096
"""Answers that are kept at most until they are counted: a process without the timer must not grow."""


class MetricsObserver:
    """Counts calls. A call only leaves a note; notes are added up several times a second and before each scrape.

    Counting each call in prometheus_client's files cost more than its journal record. What a worker that is killed had
    not added up, a quarter of a second at most, is missing here; the journal and all that is charged miss nothing.
    """

    def __init__(self, memory_mb: Callable[[], float]) -> None:
        self._memory_mb = memory_mb
        self._attempts: list[str] = []
        self._answers: dict[tuple[str, int], list[float]] = {}
        """Seconds by kind and status: plain numbers, which the garbage collector has no work with."""
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        _observers.add(self)

    @property
    def memory_mb(self) -> float:
        """Resident memory of this worker as last sampled."""
        return self._memory_mb()

    def authenticated(self, result: str) -> None:
        """Note how an attempt to authenticate with a key ended."""
        self._attempts.append(result)

    def answered(self, kind: str, status: int, seconds: float) -> None:
        """Note the answer to a metered call."""
        notes = self._answers.get((kind, status))
        if notes is None:
            notes = self._answers.setdefault((kind, status), [])
        notes.append(seconds)
        if len(notes) >= PENDING_MAX:
            self.publish()

    def start(self) -> None:
        """Begin adding up on a timer."""
        self._thread = threading.Thread(target=self._run, name="metrics", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the timer and add up what is left."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
        self.publish()

    def publish(self) -> None:
        """Add up what was noted."""
        with self._lock:
            for result, count in collections.Counter(taken(self._attempts)).items():
                AUTH_ATTEMPTS.labels(result).inc(count)
            for (kind, status), notes in tuple(self._answers.items()):
                if seconds := taken(notes):
                    KEY_USAGE.labels(kind, str(status)).inc(len(seconds))
                    observe_all(REQUEST_SECONDS.labels(kind, str(status)), seconds)

    def begin_anew(self) -> None:
        """Forget in a forked child what the parent noted and will add up."""
        self._lock = threading.Lock()
        self._attempts.clear()
        self._answers.clear()

    def _run(self) -> None:
        while not self._stop.wait(PUBLISH_SECONDS):
            self.publish()


_observers: weakref.WeakSet[MetricsObserver] = weakref.WeakSet()


def _begin_anew() -> None:
    for observer in tuple(_observers):
        observer.begin_anew()


os.register_at_fork(after_in_child=_begin_anew)


def taken(notes: list[NoteT]) -> list[NoteT]:
    """Take out what is noted; what other threads note meanwhile is left for next time."""
    count = len(notes)
    found = notes[:count]
    del notes[:count]
    return found


def observe_all(histogram: Histogram, seconds: list[float]) -> None:
    """Observe many values by one step a bucket; what `observe` does, which takes one at a time."""
    histogram._sum.inc(sum(seconds))  # noqa: SLF001 - there is no public way
    for place, count in collections.Counter([bisect_left(SECONDS, value) for value in seconds]).items():
        histogram._buckets[place].inc(count)  # noqa: SLF001 - as above


def observe_request(route: str, status: int, seconds: float) -> None:
    """Note the answer to a management request, by its route's pattern."""
    REQUEST_SECONDS.labels(route, str(status)).observe(seconds)


def exposition(sessions: sessionmaker[Session]) -> bytes:
    """Write all workers' metrics in Prometheus's text format; other workers are a quarter of a second behind."""
    for observer in tuple(_observers):
        observer.publish()
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    keys = Gauge("active_api_keys", "API keys that are neither revoked nor expired", registry=registry)
    apis = Gauge("exported_apis", "Exported APIs by status", ["status"], registry=registry)
    with sessions() as session:
        alive = AppKey.revoked_at.is_(None) & (
            AppKey.expires_at.is_(None) | (AppKey.expires_at > func.current_timestamp())
        )
        keys.set(session.scalar(select(func.count()).select_from(AppKey).where(alive)) or 0)
        for status, count in session.execute(select(ExportedAPI.status, func.count()).group_by(ExportedAPI.status)):
            apis.labels(status).set(count)
    return generate_latest(registry)
