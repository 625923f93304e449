"""Operator metrics: what /metrics shows, counted across all workers through prometheus_client's multiprocess files.

PROMETHEUS_MULTIPROC_DIR must be set before this module is first imported; `backend.serve` sets it for its workers.
"""

from __future__ import annotations

from collections.abc import Callable

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


class MetricsObserver:
    """Counts calls; label children are kept, since looking them up costs more than counting."""

    def __init__(self, memory_mb: Callable[[], float]) -> None:
        self._memory_mb = memory_mb
        self._auth: dict[str, Counter] = {}
        self._answers: dict[tuple[str, int], tuple[Histogram, Counter]] = {}

    @property
    def memory_mb(self) -> float:
        """Resident memory of this worker as last sampled."""
        return self._memory_mb()

    def authenticated(self, result: str) -> None:
        """Note how an attempt to authenticate with a key ended."""
        counter = self._auth.get(result)
        if counter is None:
            counter = self._auth[result] = AUTH_ATTEMPTS.labels(result)
        counter.inc()

    def answered(self, kind: str, status: int, seconds: float) -> None:
        """Note the answer to a metered call."""
        pair = self._answers.get((kind, status))
        if pair is None:
            code = str(status)
            pair = self._answers[kind, status] = (REQUEST_SECONDS.labels(kind, code), KEY_USAGE.labels(kind, code))
        pair[0].observe(seconds)
        pair[1].inc()


def observe_request(route: str, status: int, seconds: float) -> None:
    """Note the answer to a management request, by its route's pattern."""
    REQUEST_SECONDS.labels(route, str(status)).observe(seconds)


def exposition(sessions: sessionmaker[Session]) -> bytes:
    """Write all workers' metrics in Prometheus's text format."""
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
