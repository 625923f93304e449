"""Stopping and reloading a server that is being called: no call that was taken is dropped, none answered is lost."""

from __future__ import annotations

import contextlib
import signal
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from tests.system.conftest import ROW, Furnished
from tests.system.server import WEB_SERVERS, Server, is_ready, running_server, wait_for

pytestmark = pytest.mark.slow

RETRY_SECONDS = 0.02


class Callers:
    """Threads that call until told to stop; every answer's status and request id is kept."""

    def __init__(self, server: Server, api_id: int, key: str) -> None:
        self.statuses: list[int] = []
        self.answered: list[str] = []
        self.broken: list[OSError] = []
        self._target = (server, api_id, key)
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._run) for _ in range(4)]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _run(self) -> None:
        server, api_id, key = self._target
        while not self._stop.is_set():
            try:
                reply = server.predict(api_id, key, ROW)
            except OSError as error:
                self.broken.append(error)
                self._stop.wait(RETRY_SECONDS)
                continue
            self.statuses.append(reply.status)
            self.answered.append(reply.json["request_id"])


@pytest.mark.parametrize("web_server", WEB_SERVERS)
def test_a_reload_replaces_every_worker_and_drops_no_call(
    tmp_path: Path, furnished: Furnished, web_server: str
) -> None:
    """SIGHUP takes a new version into service while callers go on.

    Under granian a connection whose request was not read yet may be closed, and its caller tries again; a call that was
    taken is answered under both.
    """
    with running_server(tmp_path, furnished.home, SERVER=web_server) as server:
        api = server.export(furnished.iris, rate_limit_per_minute=1_000_000)
        before = {worker.pid for worker in server.workers()}
        callers = Callers(server, api["api_id"], api["api_key"])
        wait_for(lambda: len(callers.statuses) > 20, "calls before the reload")
        server.process.send_signal(signal.SIGHUP)
        wait_for(
            lambda: len(server.workers()) == 2 and before.isdisjoint(worker.pid for worker in server.workers()),
            "new workers",
            60,
        )
        reloaded_at = len(callers.statuses)
        wait_for(lambda: len(callers.statuses) > reloaded_at + 20, "calls after the reload")
        callers.stop()
        assert server.stop() == 0
    assert web_server == "granian" or callers.broken == []
    assert set(callers.statuses) == {200}
    with contextlib.closing(sqlite3.connect(server.database)) as database:
        stored = {row[0] for row in database.execute("SELECT request_id FROM api_requests")}
    assert stored == set(callers.answered)


@pytest.mark.parametrize("web_server", WEB_SERVERS)
def test_a_stop_folds_every_answered_call_before_the_server_ends(
    tmp_path: Path, furnished: Furnished, web_server: str
) -> None:
    """After SIGTERM the database holds every call that was answered, and the server ends with status 0."""
    with running_server(tmp_path, furnished.home, SERVER=web_server) as server:
        api = server.export(furnished.iris, rate_limit_per_minute=1_000_000)
        callers = Callers(server, api["api_id"], api["api_key"])
        wait_for(lambda: len(callers.statuses) > 50, "some calls")
        assert server.stop() == 0
        callers.stop()
    with contextlib.closing(sqlite3.connect(server.database)) as database:
        stored = {row[0] for row in database.execute("SELECT request_id FROM api_requests")}
    assert set(callers.answered) <= stored
    assert set(callers.statuses) == {200}


def killed(server: Server) -> None:
    """The background process is gone, and another was not started yet."""
    (process,) = server.background()
    process.kill()
    process.wait()


def reloaded(server: Server) -> None:
    """It was told to end and folded for the last time; another was not started yet."""
    (process,) = server.background()
    server.process.send_signal(signal.SIGHUP)
    process.wait()


@pytest.mark.parametrize("state", [killed, reloaded])
def test_a_stop_folds_every_answered_call_though_no_background_process_runs(
    tmp_path: Path, furnished: Furnished, state: Callable[[Server], None]
) -> None:
    """Nobody waits for the next start to see the last calls: the stop begins a process that folds them."""
    with running_server(tmp_path, furnished.home) as server:
        api = server.export(furnished.iris, rate_limit_per_minute=1_000_000)
        callers = Callers(server, api["api_id"], api["api_key"])
        wait_for(lambda: len(callers.statuses) > 50, "some calls")
        state(server)
        answered_before = len(callers.statuses)
        wait_for(lambda: len(callers.statuses) > answered_before, "a call that nobody folds")
        callers.stop()
        assert server.stop() == 0
    with contextlib.closing(sqlite3.connect(server.database)) as database:
        stored = {row[0] for row in database.execute("SELECT request_id FROM api_requests")}
    assert set(callers.answered) <= stored


@pytest.mark.parametrize("web_server", WEB_SERVERS)
def test_workers_killed_again_and_again_are_replaced_and_end_with_the_tree(
    tmp_path: Path, furnished: Furnished, web_server: str
) -> None:
    """A worker killed soon after its start is no reason to give up, and a killed supervisor leaves nobody behind."""
    with running_server(tmp_path, furnished.home, SERVER=web_server) as server:
        for _ in range(3):
            before = {worker.pid for worker in server.workers()}
            for worker in server.workers():
                worker.kill()
            wait_for(
                lambda before=before: len({worker.pid for worker in server.workers()} - before) == 2,  # type: ignore[misc]
                "new workers",
                60,
            )
        wait_for(lambda: is_ready(server), "ready again", 60)
        tree = psutil.Process(server.process.pid).children(recursive=True)
        server.process.kill()
        server.process.wait()
        assert psutil.wait_procs(tree, timeout=60)[1] == []
