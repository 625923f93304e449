"""Workers and the background process are killed with -9 under load; every answered call is logged and counted once."""

from __future__ import annotations

import contextlib
import http.client
import json
import random
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

import psutil
import pytest

from tests.system.conftest import ROW, Furnished
from tests.system.server import WEB_SERVERS, Reply, Server, running_server, wait_for

pytestmark = pytest.mark.slow

CALLERS = 6
KILLS = 8
ANSWERS = 300
SECONDS_MAX = 100.0


class Load:
    """Callers that call on and on, and remember the request ids of the answers that arrived."""

    def __init__(self, server: Server, api_id: int, key: str) -> None:
        self.answered: list[str] = []
        self._call: Callable[[], Reply] = lambda: server.predict(api_id, key, ROW)
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._run) for _ in range(CALLERS)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            # A killed worker resets its connections: no answer, so nothing to be found later.
            with contextlib.suppress(OSError, json.JSONDecodeError, http.client.HTTPException):
                self.answered.append(self._call().json["request_id"])


def kill_at_random(server: Server, load: Load) -> None:
    """Kill workers and the background process with -9 while answers come in."""
    deadline = time.monotonic() + SECONDS_MAX
    for kill in range(1, KILLS + 1):
        enough = kill * ANSWERS // KILLS
        wait_for(lambda enough=enough: len(load.answered) >= enough, "answers", deadline - time.monotonic())  # type: ignore[misc]
        victims = server.background() if kill % 3 == 0 else server.workers()
        with contextlib.suppress(psutil.NoSuchProcess):
            for victim in random.sample(victims, k=min(1, len(victims))):
                victim.kill()


@pytest.mark.parametrize("web_server", WEB_SERVERS)
def test_no_answered_call_is_lost_or_counted_twice_when_processes_are_killed(
    tmp_path: Path, furnished: Furnished, web_server: str
) -> None:
    """Each answered call stands in api_requests once, and its hours' buckets count every row exactly once."""
    with running_server(tmp_path, furnished.home, SERVER=web_server) as server:
        api = server.export(furnished.iris, rate_limit_per_minute=1_000_000)
        with Load(server, api["api_id"], api["api_key"]) as load:
            kill_at_random(server, load)
        answered = load.answered

        def rows() -> list[str]:
            with contextlib.closing(sqlite3.connect(server.database, timeout=30)) as database:
                return [row[0] for row in database.execute("SELECT request_id FROM api_requests")]

        wait_for(lambda: set(answered) <= set(rows()), "every answered call in api_requests", 30)
        wait_for(lambda: not journals_behind(server), "the journal folded", 30)
    stored = rows()
    assert len(stored) == len(set(stored))
    assert len(answered) == len(set(answered))
    with contextlib.closing(sqlite3.connect(server.database, timeout=30)) as database:
        (counted,) = database.execute("SELECT sum(request_count) FROM api_metrics").fetchone()
        (minutes,) = database.execute("SELECT sum(request_count) FROM api_metrics_minute").fetchone()
        (total,) = database.execute("SELECT total_requests FROM exported_apis").fetchone()
    assert counted == minutes == total == len(stored)


def journals_behind(server: Server) -> bool:
    """Tell whether any journal file holds bytes that the database does not."""
    with contextlib.closing(sqlite3.connect(server.database, timeout=30)) as database:
        folded = dict(database.execute("SELECT name, folded_bytes FROM journal_segments"))
    for path in (server.home / "journal").glob("*.jsonl"):
        # One that is gone by now was folded to its end.
        with contextlib.suppress(FileNotFoundError):
            if path.stat().st_size > folded.get(path.name, 0):
                return True
    return False
