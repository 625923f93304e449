"""Builds a process's parts from its settings; the only file that names concrete adapters.

Called by `backend.app` for serving workers, and by the jobs for the database.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import create_engine
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session, sessionmaker

from backend.adapters.country import open_countries
from backend.adapters.local_artefacts import LocalArtefacts
from backend.adapters.redis_choice import redis_named
from backend.config import Settings, encryption_key, prepare_home
from backend.core.clock import Clock, SystemClock
from backend.core.remembered import Remembered
from backend.endpoints import CATALOGUE
from backend.engine.limits.rules import Limiter
from backend.engine.limits.shared import shared_parts
from backend.engine.limits.state import SharedState
from backend.engine.metering.journal import JournalWriter
from backend.engine.sealing import Sealer
from backend.gateway.authentication import Authenticator
from backend.gateway.call import AnyKind
from backend.gateway.pipeline import Gateway
from backend.models.engine_options import engine_options, install_sqlite_pragmas
from backend.services.call_rows import nowhere
from backend.services.change_service import ChangeService
from backend.services.credit_gate import CreditGate
from backend.services.directory_service import Directory
from backend.services.journal_service import FoldPorts
from backend.services.metrics_service import MetricsObserver
from backend.services.model_library import ModelLibrary
from backend.services.prediction_service import Predictor
from backend.services.runtime import Runtime
from backend.services.worker_status_service import WorkerStatus

if TYPE_CHECKING:
    from backend.adapters.redis_state import RedisState

BYTES_PER_MB = 1_048_576


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """A serving process: what services reach for, the way in, and what must be started and stopped."""

    engine: Engine
    journal: JournalWriter
    runtime: Runtime
    gateway: Gateway
    kinds: dict[str, AnyKind]
    state: SharedState
    redis: RedisState | None
    """Where several machines share what must be exact."""
    changes: ChangeService
    status: WorkerStatus
    observer: MetricsObserver
    library: ModelLibrary

    def start(self) -> None:
        """Begin the timers; called once the process is the one that will serve."""
        self.changes.start()
        self.status.start()
        self.observer.start()
        self.library.start_loading()

    def stop(self) -> None:
        """End the timers, leave the board and close what was opened."""
        self.changes.stop()
        self.status.stop()
        self.observer.stop()
        self.journal.close()
        if self.redis is not None:
            self.redis.close()
        self.state.close()
        self.engine.dispose()


def build_engine(settings: Settings) -> Engine:
    """Open the database; SQLite is set to its write-ahead log."""
    engine = create_engine(settings.database_uri, **engine_options(settings.database_uri))
    install_sqlite_pragmas(engine)
    return engine


def build_process(settings: Settings, clock: Clock | None = None) -> Process:
    """Put a serving process together."""
    prepare_home(settings)
    clock = clock or SystemClock()
    engine = build_engine(settings)
    sessions = sessionmaker(engine, expire_on_commit=False)
    state = SharedState.open(settings.shared_state_file)
    redis = redis_named(settings.redis_url)
    shared = shared_parts(state, redis)
    credit_gate = CreditGate(shared.credits, sessions, clock)
    sealer, changes = Sealer(encryption_key(settings)), ChangeService(shared.generation, sessions)
    artefacts, journal = LocalArtefacts(settings.models_store), JournalWriter(settings.journal_folder)
    directory = Directory(sessions, changes.generation, clock, sealer)
    library = _library(settings, sessions, artefacts)
    predictor, status = Predictor(directory, library), WorkerStatus(settings.workers_folder, library.snapshot)
    observer = MetricsObserver(lambda: status.memory_mb)
    gateway = Gateway(
        authenticator=Authenticator(directory, shared.limiter),
        passages=Remembered(changes.generation),
        limiter=shared.limiter,
        credits=credit_gate,
        journal=journal,
        observer=observer,
        logged_body_bytes_max=settings.log_body_bytes_max,
    )
    runtime = _runtime(
        settings,
        clock=clock,
        sessions=sessions,
        artefacts=artefacts,
        changes=changes,
        journal=journal,
        predictor=predictor,
        sealer=sealer,
        credit_gate=credit_gate,
        limiter=shared.limiter,
    )
    return Process(
        engine=engine,
        journal=journal,
        runtime=runtime,
        gateway=gateway,
        kinds={kind.name: kind(predictor, settings.predict_body_bytes_max) for kind in CATALOGUE},
        state=state,
        redis=redis,
        changes=changes,
        status=status,
        observer=observer,
        library=library,
    )


def _library(settings: Settings, sessions: sessionmaker[Session], artefacts: LocalArtefacts) -> ModelLibrary:
    return ModelLibrary(
        sessions,
        artefacts,
        capacity=settings.model_cache_size,
        bytes_max=settings.model_cache_mb * BYTES_PER_MB,
        rows_max=settings.predict_rows_max,
    )


def _runtime(
    settings: Settings,
    *,
    clock: Clock,
    sessions: sessionmaker[Session],
    artefacts: LocalArtefacts,
    changes: ChangeService,
    journal: JournalWriter,
    predictor: Predictor,
    sealer: Sealer,
    credit_gate: CreditGate,
    limiter: Limiter,
) -> Runtime:
    return Runtime(
        base_url=settings.base_url,
        key_prefix=settings.key_prefix,
        key_calls_per_minute=settings.key_calls_per_minute,
        retention_days=settings.log_retention_days,
        log_body_bytes_max=settings.log_body_bytes_max,
        workers_folder=settings.workers_folder,
        journal_folder=settings.journal_folder,
        inspection_seconds_max=settings.inspection_seconds_max,
        inspection_memory_mb_max=settings.inspection_memory_mb_max,
        access_token_seconds=settings.access_token_seconds,
        refresh_token_days=settings.refresh_token_days,
        clock=clock,
        sessions=sessions,
        artefacts=artefacts,
        changes=changes,
        journal=journal,
        predictor=predictor,
        sealer=sealer,
        credits=credit_gate,
        limiter=limiter,
        fold_ports=FoldPorts(open_countries(settings.geoip_database) or nowhere, credit_gate.publish_all),
    )
