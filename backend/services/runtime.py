"""The parts of a running process, built once by `backend.bootstrap` and found here by the services.

A context variable holds the runtime of the application whose context is pushed, so that two applications in one
process (tests) never see each other's parts.
"""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from sqlalchemy.orm import Session, sessionmaker

from backend.core.clock import Clock
from backend.engine.limits.rules import Limiter
from backend.engine.sealing import Sealer
from backend.services.journal_service import FoldPorts

if TYPE_CHECKING:
    from backend.services.prediction_service import Predictor


class ArtefactStore(Protocol):
    """Where accepted artefacts are kept."""

    def incoming(self) -> Path:
        """Give a fresh path to receive an upload at, on the store's own file system."""
        ...

    def keep(self, received: Path, sha256: str, suffix: str) -> str:
        """Move a received file to its place; give its name within the store."""
        ...

    def path(self, artefact: str) -> Path:
        """Give where an artefact can be read."""
        ...

    def remove(self, artefact: str) -> None:
        """Delete an artefact; absent is fine."""
        ...

    def remove_orphans(self) -> int:
        """Delete what killed uploads left behind; give how many files went."""
        ...


class Changes(Protocol):
    """Tells every worker at once that what it remembers of keys, limits and APIs may be old."""

    def announce(self) -> None:
        """Raise the generation that all workers compare before trusting what they remember."""
        ...


class JournalSink(Protocol):
    """Where the record of a call goes before its answer leaves."""

    def append(self, line: bytes) -> None:
        """Add one record; it survives the death of this process from here on."""
        ...


class CreditPublisher(Protocol):
    """Tells all workers what an account may spend."""

    def publish(self, account_id: str) -> None:
        """Read an account's credits and tell shared state; called after a commit that changed them. Never raises."""
        ...

    def renew(self, account_id: str) -> None:
        """Grant the allowance of the present month, unless that has happened, in a transaction of its own."""
        ...

    def reached(self, account_id: str) -> int | None:
        """Give how far an account's reservations went, where shared state can tell."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Runtime:
    """What services reach for beyond the database."""

    base_url: str
    key_prefix: str
    key_calls_per_minute: int
    retention_days: int
    log_body_bytes_max: int
    workers_folder: Path
    journal_folder: Path
    inspection_seconds_max: int
    inspection_memory_mb_max: int
    access_token_seconds: int
    refresh_token_days: int
    clock: Clock
    sessions: sessionmaker[Session]
    """For work outside an application context: the journal's fold, the directory of keys."""
    artefacts: ArtefactStore
    changes: Changes
    journal: JournalSink
    predictor: Predictor
    sealer: Sealer
    credits: CreditPublisher
    limiter: Limiter
    """Asked by the portal what is left of a key's limits; only the gateway counts calls in it."""
    fold_ports: FoldPorts


_current: ContextVar[Runtime] = ContextVar("modelport_runtime")


def current_runtime() -> Runtime:
    """Give the runtime of the pushed application context.

    Raises:
        LookupError: outside any application context.
    """
    return _current.get()


def set_current_runtime(runtime: Runtime) -> None:
    """Make a runtime the current one; called when an application context is pushed."""
    _current.set(runtime)
