"""`python -m backend.jobs.background`: folds the journal up to four times a second and aggregates once an hour.

Every few seconds it also gives back the credits of calls that never finished, and takes the bodies of deleted APIs out
of the rows of their calls. Started by the supervisor, restarted when it dies. One at a time works on a home: a second
one waits for the first one's lock and takes over the moment it is gone. Serves nothing and loads no models. SIGTERM:
folds what is there, then ends.
"""

from __future__ import annotations

import fcntl
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import create_engine
from sqlalchemy.orm import Session, sessionmaker

from backend.adapters.country import open_countries
from backend.adapters.local_artefacts import LocalArtefacts
from backend.adapters.redis_choice import redis_named
from backend.config import Settings, load_settings, prepare_home
from backend.core.child_signals import let_signals_through
from backend.core.clock import Clock, SystemClock, rfc3339
from backend.core.logging import configure_logging, get_logger
from backend.engine.limits.shared import shared_parts
from backend.engine.limits.state import SharedState
from backend.engine.metering.reader import JournalReader
from backend.jobs.compiling import compile_outdated
from backend.jobs.heartbeat import Heartbeat
from backend.models.engine_options import FOLD_CACHE_MB, engine_options, install_sqlite_pragmas
from backend.services.aggregation_service import JOB, aggregate
from backend.services.call_rows import nowhere
from backend.services.change_service import ChangeService
from backend.services.credit_gate import CreditGate
from backend.services.credit_sweep import CreditSweep
from backend.services.erasure_service import erase_bodies
from backend.services.job_service import Interrupted
from backend.services.journal_service import NO_PORTS, FoldPorts, FoldResult, fold_once
from backend.services.recheck_service import Recheck
from backend.services.retention_service import MINUTES_KEPT

IDLE_SECONDS = 0.25
BUSY_CALLS = 250
BUSY_SECONDS = 1.0
"""After a fold of so many calls: what they add up to is merged once a fold, so fewer and larger folds cost less."""
BACKOFF_SECONDS_MAX = 5.0
LAST_FOLDS_MAX = 200
STEP_PAUSE_SECONDS = 0.01
SWEEP_SECONDS = 2.0
RECHECK_SECONDS = 60
ERASE_SECONDS = 5
MINUTES_ASKED = "2-59/5"
"""From minute 2 of each hour, and every five minutes for as long as the hour is not done."""
log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Background:
    """The process's parts."""

    sessions: sessionmaker[Session]
    fold_sessions: sessionmaker[Session]
    """Write what others hold in check; see `build_sessions`."""
    reader: JournalReader
    clock: Clock
    retention_days: int
    heartbeat: Heartbeat
    stop: threading.Event
    sweep: CreditSweep
    ports: FoldPorts = NO_PORTS
    recheck: Recheck | None = None

    def run(self) -> None:
        """Fold and aggregate until told to stop."""
        scheduler = BackgroundScheduler(timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1})
        scheduler.add_job(self.aggregate, "cron", minute=MINUTES_ASKED, misfire_grace_time=None)
        scheduler.add_job(self.aggregate, misfire_grace_time=None)
        scheduler.add_job(compile_outdated, args=(self.sessions, self.stop), misfire_grace_time=None)
        scheduler.add_job(self.ask_again, "interval", seconds=RECHECK_SECONDS)
        scheduler.add_job(self.erase, "interval", seconds=ERASE_SECONDS)
        scheduler.start()
        try:
            self.fold_until_stopped()
        finally:
            scheduler.shutdown(wait=True)
            self.heartbeat.publish(at_once=True)

    def fold_until_stopped(self) -> None:
        """Fold at once while there is more, less often when busy than when idle, ever less often while it fails."""
        backoff, sweep_at = IDLE_SECONDS, time.monotonic()
        self.reader.sweep_drafts()
        while not self.stop.is_set():
            result = self.fold()
            self.publish()
            if result is None:
                self.stop.wait(backoff)
                backoff = min(backoff * 2, BACKOFF_SECONDS_MAX)
                continue
            backoff = IDLE_SECONDS
            if time.monotonic() >= sweep_at:
                self.sweep_credits(is_caught_up=not result.has_more)
                sweep_at = time.monotonic() + SWEEP_SECONDS
            if not result.has_more:
                self.stop.wait(BUSY_SECONDS if result.folded >= BUSY_CALLS else IDLE_SECONDS)
        self.fold_the_rest()

    def fold_the_rest(self) -> None:
        """Fold what was answered before the stop, as far as a bounded number of batches carries."""
        for _ in range(LAST_FOLDS_MAX):
            result = self.fold()
            if result is None or not result.has_more:
                return

    def fold(self) -> FoldResult | None:
        """Fold once; None when it failed. The journal keeps what could not be folded."""
        try:
            result = fold_once(self.fold_sessions, self.reader, clock=self.clock, ports=self.ports)
        except Exception as error:  # The edge of a job: nothing may end the loop.
            log.exception("fold_failed")
            self.heartbeat.last_error = type(error).__name__
            return None
        self.heartbeat.note(result)
        return result

    def sweep_credits(self, *, is_caught_up: bool) -> None:
        """Give back, renew and publish what is due."""
        try:
            self.sweep.sweep(self.clock.now(), is_caught_up=is_caught_up)
        except Exception:  # The edge of a job: the next sweep tries again.
            log.exception("credit_sweep_failed")

    def aggregate(self) -> None:
        """Run the present hour's aggregation unless it ran already."""
        try:
            done = aggregate(
                self.sessions, self.reader, self.clock, self.retention_days, pause=self._pause, ports=self.ports
            )
        except Interrupted:
            log.info("aggregation_interrupted")
            return
        except Exception:  # The edge of a job: the next tick tries again.
            log.exception("aggregation_failed")
            return
        if done is not None:
            self.heartbeat.folded_total += done.folded
            self.heartbeat.jobs[JOB] = {
                "slot": rfc3339(done.hour),
                "finished_at": rfc3339(self.clock.now()),
                "recounted": done.recounted,
                "drifts": len(done.drifts),
                "purged_calls": done.purged_calls,
            }

    def ask_again(self) -> None:
        """Have scikit-learn answer a share of the calls again."""
        try:
            if self.recheck is not None:
                self.recheck.run()
        except Exception:  # The edge of a job: the next round tries again.
            log.exception("recheck_failed")

    def erase(self) -> None:
        """Take the bodies of deleted APIs out of the rows of their calls."""
        try:
            erase_bodies(self.sessions, pause=self._pause)
        except Interrupted:
            log.info("erasure_interrupted")
        except Exception:  # The edge of a job: the next round goes on.
            log.exception("erasure_failed")

    def publish(self) -> None:
        """Write the sign of life; a full disk must not end the loop."""
        try:
            self.heartbeat.publish()
        except OSError:
            log.exception("heartbeat_failed")

    def close(self) -> None:
        """Close the connections to the database."""
        for sessions in (self.sessions, self.fold_sessions):
            sessions.kw["bind"].dispose()

    def _pause(self) -> None:
        """Let the fold in between two steps; end between them when the process is to end."""
        if self.stop.wait(STEP_PAUSE_SECONDS):
            raise Interrupted


def build(settings: Settings, stop: threading.Event) -> Background:
    """Put the process together."""
    clock, sessions = SystemClock(), build_sessions(settings.database_uri)
    redis = redis_named(settings.redis_url)
    shared = shared_parts(SharedState.open(settings.shared_state_file), redis)
    cells, gate = shared.credits, CreditGate(shared.credits, sessions, clock)
    artefacts, changes = LocalArtefacts(settings.models_store), ChangeService(shared.generation, sessions)
    recheck = Recheck(sessions, artefacts, changes, clock, share=settings.recheck_per_million / 1e6)
    return Background(
        sessions=sessions,
        fold_sessions=build_sessions(settings.database_uri, checks_parents=False),
        reader=JournalReader(settings.journal_folder),
        clock=clock,
        retention_days=settings.log_retention_days,
        heartbeat=Heartbeat(settings.modelport_home, clock),
        stop=stop,
        sweep=CreditSweep(sessions, cells, gate, settings.credit_hold_seconds),
        ports=FoldPorts(
            open_countries(settings.geoip_database) or nowhere, gate.publish_all, recheck.consider, MINUTES_KEPT
        ),
        recheck=recheck,
    )


def build_sessions(uri: str, *, checks_parents: bool = True) -> sessionmaker[Session]:
    """Open the database as the bootstrap does, without the bootstrap: it would load what serves models.

    Args:
        checks_parents: False for the fold alone. It writes for APIs that it holds locked, and deletes nothing.
    """
    engine = create_engine(uri, **engine_options(uri))
    install_sqlite_pragmas(engine, cache_mb=FOLD_CACHE_MB, checks_parents=checks_parents)
    return sessionmaker(engine, expire_on_commit=False)


def main() -> int:
    """Run the process; gives the exit status."""
    settings = load_settings()
    configure_logging(settings.log_level)
    prepare_home(settings)
    # The descriptor lives as long as the process: the kernel gives the lock up when it dies, however it dies.
    lock = take_lock(settings.modelport_home / "background.lock")
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _setter(stop))
    let_signals_through()
    log.info("background_started", pid=os.getpid())
    background = build(settings, stop)
    try:
        background.run()
    finally:
        background.close()
        os.close(lock)
    log.info("background_stopped", pid=os.getpid())
    return 0


def take_lock(path: Path) -> int:
    """Wait until this process is the only one to work on the home; give the lock's descriptor."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    return descriptor


def _setter(stop: threading.Event) -> Callable[[int, FrameType | None], None]:
    return lambda _number, _frame: stop.set()


if __name__ == "__main__":
    sys.exit(main())
