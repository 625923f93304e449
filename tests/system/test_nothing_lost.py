"""Workers and the background process are killed with -9 under load; every answered call is logged and counted once."""

from __future__ import annotations

import contextlib
import json
import random
import sqlite3
import threading
import time
from pathlib import Path

import psutil
import pytest

from tests.system.conftest import ROW
from tests.system.server import Server, running_server, wait_for

pytestmark = pytest.mark.slow

LOAD_SECONDS = 12.0
CALLERS = 6


def answered_under_load(server: Server, api_id: int, key: str, until: float) -> list[str]:
    """Call until the time is up; give the request ids of the answers that arrived."""
    seen: list[str] = []
    lock = threading.Lock()

    def call_on() -> None:
        while time.monotonic() < until:
            # A killed worker resets its connections: no answer, so nothing to be found later.
            with contextlib.suppress(OSError, json.JSONDecodeError, EOFError):
                reply = server.predict(api_id, key, ROW)
                with lock:
                    seen.append(reply.json["request_id"])

    callers = [threading.Thread(target=call_on) for _ in range(CALLERS)]
    for caller in callers:
        caller.start()
    while time.monotonic() < until:
        time.sleep(random.uniform(0.2, 0.9))  # noqa: S311 - chooses a victim
        victims = [*server.workers(), *([server.background()] if random.random() < 0.3 else [])]  # noqa: S311
        with contextlib.suppress(psutil.NoSuchProcess, IndexError, StopIteration):
            random.choice(victims).kill()  # noqa: S311
    for caller in callers:
        caller.join()
    return seen


def test_no_answered_call_is_lost_or_counted_twice_when_processes_are_killed(tmp_path: Path, iris_file: Path) -> None:
    """Each answered call stands in api_requests once, and its hours' buckets count every row exactly once."""
    with running_server(tmp_path) as server:
        api = server.export(server.upload(iris_file, "Iris")["id"], rate_limit_per_minute=1_000_000)
        answered = answered_under_load(server, api["api_id"], api["api_key"], time.monotonic() + LOAD_SECONDS)
        assert len(answered) > 100

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
    files = {path.name: path.stat().st_size for path in (server.home / "journal").glob("*.jsonl")}
    return any(size > folded.get(name, 0) for name, size in files.items())
