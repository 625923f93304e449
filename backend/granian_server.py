"""`python -m backend.granian_server`: granian with Modelport's settings, started by `backend.serve`.

granian's own master gives up when a worker dies twice within seconds, and a reload ends the old worker after a fixed
wait. Here a killed worker is always replaced, an old one ends when the new one is ready, and a worker inherits the
socket of the one before it, so that no connection waits in the queue of a worker that is gone. Serves nothing itself.
"""

from __future__ import annotations

import atexit
import logging
import multiprocessing
import signal
import time
from collections.abc import Callable
from functools import partial
from importlib import import_module
from multiprocessing.connection import wait
from typing import TYPE_CHECKING, Any, TypeAlias

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server import mp
from prometheus_client.multiprocess import mark_process_dead

from backend.config import Settings, load_settings
from backend.core.child_signals import end_with_parent
from backend.core.logging import configure_logging
from backend.core.placement import give_way, place_worker
from backend.core.preloading import preload_libraries
from backend.core.turns import take_turns
from backend.granian_calls import answering

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

BACKLOG = 2_048
START_SECONDS_MAX = 60.0
STOP_SECONDS_MAX = 30
POLL_SECONDS = 0.02
THREAD_SECONDS = 10**9
"""How long a thread stays that has nothing to do: always. Those that take turns must not lose one unawares."""
LOGGERS = {"_granian": {"handlers": [], "propagate": True}}
"""granian's own lines go where all others go."""
log = logging.getLogger(__name__)


AnyWorker: TypeAlias = Any
"""granian's workers carry no types."""


class Master(mp.MPServer):
    """granian's master with gunicorn's manners towards workers that die or are replaced."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(
            "wsgi:app",
            address=settings.host,
            port=settings.port,
            interface=Interfaces.WSGI,
            workers=settings.web_concurrency,
            blocking_threads=settings.web_threads,
            http=HTTPModes.http1,
            http1_settings=HTTP1Settings(),
            websockets=False,
            backlog=BACKLOG,
            log_dictconfig={"loggers": LOGGERS},
            log_level=LogLevels(settings.log_level.lower()),
            respawn_failed_workers=True,
            workers_kill_timeout=STOP_SECONDS_MAX,
        )
        mp._wsgi_call_wrap = wrap  # type: ignore[attr-defined,assignment]  # noqa: SLF001 - granian has no setting for it
        self._board = settings.workers_folder
        self._is_placing = settings.pin_workers
        self._sockets: list[Any] = []

    def _init_shared_socket(self) -> None:
        """Bind a socket for each worker and keep it here.

        The kernel spreads connections over them, where workers that accept from one socket leave all to whoever wakes
        first. On Linux granian itself lets each worker bind its own, whose waiting connections die with the worker.
        """
        super()._init_shared_socket()  # type: ignore[no-untyped-call]
        spec: Any = self._ssp
        if spec is not None:
            self._sockets = [spec.build() for _ in range(self.workers)]
            self._ssp = None

    def _spawn_worker(self, idx: int, target: Callable[..., None], callback_loader: Callable[..., Any]) -> AnyWorker:  # type: ignore[override] # its own subclass does so too
        """Give a worker the processor and the socket of the one that it replaces, with the connections that wait."""
        self.blocking_threads_idle_timeout = THREAD_SECONDS  # more than granian takes as an argument
        if self._sockets:
            self._shd = self._sockets[idx]
        if self._is_placing:
            callback_loader = partial(_load_placed, callback_loader, idx, self.workers)
        return super()._spawn_worker(idx, target, callback_loader)

    def _respawn_workers(
        self,
        workers: list[int],
        spawn_target: Callable[..., None],
        target_loader: Callable[..., Any],
        delay: float = 0,  # noqa: ARG002 - granian's wait for the new worker, which is watched here
    ) -> None:
        """Replace workers one by one: dead ones, and all at a reload."""
        for index in workers:
            if self.interrupt_signal:
                return
            old: AnyWorker = self.wrks[index]
            fresh: AnyWorker = self._spawn_worker(index, spawn_target, target_loader)
            fresh.start()
            self.wrks[index] = fresh
            if not self._becomes_ready(fresh):
                # It cannot start and the next could not either: granian ends a server that has such a mark.
                self.respawned_wrks[index] = time.monotonic()
            old.terminate()
            # Not join(): granian's watcher may have reaped it already, and it would still be called alive.
            if not wait([old.inner.sentinel], STOP_SECONDS_MAX):
                log.warning("Worker %s did not end in %s s and is killed", old._id(), STOP_SECONDS_MAX)  # noqa: SLF001
                old.kill()
                old.join()
            # Its gauges go; its counters stay.
            mark_process_dead(old._id())  # type: ignore[no-untyped-call]  # noqa: SLF001

    def _becomes_ready(self, worker: AnyWorker) -> bool:
        """Wait until a worker is on the board; False when it ended by itself before. A killed one is no failure."""
        deadline = time.monotonic() + START_SECONDS_MAX
        status = self._board / f"{worker._id()}.json"  # noqa: SLF001
        while time.monotonic() < deadline and not self.interrupt_signal:
            if status.exists():
                return True
            if not worker.is_alive():
                return (worker.inner.exitcode or 0) < 0
            time.sleep(POLL_SECONDS)
        return True


def _load_placed(load: Callable[..., Any], number: int, workers: int, *given: object) -> object:
    """Place a worker before it has threads, and load its application."""
    place_worker(number, workers)
    return load(*given)


def load_app(target: str) -> WSGIApplication:
    """Build the application in a worker: it ends with its master, and its timers end with it."""
    for number in (signal.SIGTERM, signal.SIGINT):
        # Until granian sets its own, a forked worker has its master's handlers, and would not end.
        signal.signal(number, signal.SIG_DFL)
    end_with_parent()
    module, _, name = target.partition(":")
    app: Any = getattr(import_module(module), name)
    atexit.register(app.extensions["modelport.process"].stop)
    return app.wsgi_app  # type: ignore[no-any-return]


def wrap(application: WSGIApplication, *_settings: object) -> Callable[..., None]:
    """Give what granian calls in a worker for each request."""
    return answering(application, take_turns(give_way))


def main() -> None:
    """Serve until SIGTERM; SIGHUP replaces the workers one by one."""
    settings = load_settings()
    configure_logging(settings.log_level)
    preload_libraries()
    multiprocessing.set_start_method("fork")
    Master(settings).serve(target_loader=load_app)


if __name__ == "__main__":
    main()
