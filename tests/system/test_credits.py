"""Credits are exact for real callers on a real server: none is spent twice, none is lost, whoever is killed."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import random
import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.redis_server import redis_server, redis_url
from tests.system.conftest import ROW, Furnished
from tests.system.server import ROOT, Server, running_server, wait_for

__all__ = ["redis_server", "redis_url"]
pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

CREDITS = 50
CALLS = 200
CALLERS = 40
HOLD_SECONDS = 5
"""Longer than a call lasts on a machine that does other things as well."""
KILLS = 3
REFUSED_PAUSE_SECONDS = 0.05


@pytest.fixture
def shared_state(request: pytest.FixtureRequest) -> dict[str, str]:
    """The setting of one kind of shared state: the machine's own file, or a real Redis."""
    return {"REDIS_URL": request.getfixturevalue("redis_url")} if request.param == "redis" else {}


def leave_credits(server: Server, amount: int) -> None:
    """Adjust the administrator's own credits to an amount."""
    account_id = server.request("GET", "/api/v1/users/me").json["id"]
    now = server.request("GET", "/api/dev/credits").json["current_credits"]
    body = {"amount": amount - now, "reason": "The test begins"}
    answer = server.request("POST", f"/api/admin/accounts/{account_id}/credits", body)
    assert answer.status == 200, answer.body
    assert answer.json["current_credits"] == amount


def rows(server: Server, statement: str) -> list[Any]:
    """Ask the database."""
    with contextlib.closing(sqlite3.connect(server.database, timeout=30)) as database:
        return database.execute(statement).fetchall()


def paid_calls(server: Server) -> tuple[int, int]:
    """Give how many calls cost something, and how much."""
    ((count, total),) = rows(
        server, "SELECT count(*), coalesce(sum(credits), 0) FROM api_usage_events WHERE credits > 0"
    )
    return count, total


def balance(server: Server) -> tuple[int, int]:
    """Give what can be spent and what is on hold."""
    ((current,),) = rows(server, "SELECT current_credits FROM user_credits")
    ((held,),) = rows(server, 'SELECT coalesce(sum("end" - start), 0) FROM credit_holds')
    return current, held


def verify(server: Server) -> subprocess.CompletedProcess[str]:
    """Run the operator's command."""
    command = [sys.executable, "-m", "flask", "--app", "backend.app:create_app", "credits", "verify"]
    environment = {**os.environ, "MODELPORT_HOME": str(server.home), "DATABASE_URL": ""}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize("shared_state", ["embedded", "redis"], indirect=True)
@pytest.mark.parametrize("workers", [2, 8])
def test_parallel_calls_spend_exactly_what_there_is(
    tmp_path: Path, furnished: Furnished, shared_state: dict[str, str], workers: int
) -> None:
    """200 calls at once on 50 credits: 50 answers, 150 refusals before the work, and a balance of 0."""
    with running_server(tmp_path, furnished.home, WEB_CONCURRENCY=str(workers), **shared_state) as server:
        api = server.export(furnished.iris, rate_limit_per_minute=1_000_000)
        leave_credits(server, CREDITS)
        with ThreadPoolExecutor(CALLERS) as pool:
            answers = list(pool.map(lambda _: server.predict(api["api_id"], api["api_key"], ROW), range(CALLS)))
        assert Counter(answer.status for answer in answers) == {200: CREDITS, 402: CALLS - CREDITS}
        wait_for(lambda: balance(server) == (0, 0), "the balance at 0")
        wait_for(lambda: paid_calls(server) == (CREDITS, CREDITS), "the paid calls in the log")
        proof = verify(server)
        assert (proof.returncode, proof.stderr) == (0, ""), proof.stdout


class Callers:
    """Call on and on, whatever is answered or reset, and count the answers."""

    def __init__(self, server: Server, api: Any) -> None:
        self.statuses: Counter[int] = Counter()
        self._server, self._api = server, api
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._run) for _ in range(8)]

    @contextlib.contextmanager
    def calling(self) -> Iterator[None]:
        """Call while the block runs."""
        for thread in self._threads:
            thread.start()
        try:
            yield
        finally:
            self._stop.set()
            for thread in self._threads:
                thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            # A killed worker resets its connections: no answer, so nobody knows yet what became of the credits.
            with contextlib.suppress(OSError, json.JSONDecodeError, http.client.HTTPException):
                status = self._server.predict(self._api["api_id"], self._api["api_key"], ROW).status
                with self._lock:
                    self.statuses[status] += 1
                if status != 200:
                    self._stop.wait(REFUSED_PAUSE_SECONDS)


def kill_workers(server: Server, callers: Callers) -> None:
    """Kill half of the workers with -9 after every few answers, and in the end who settles their calls."""
    for kill in range(1, KILLS + 1):
        wait_for(lambda enough=kill * 10: callers.statuses[200] >= enough, "answers", 120)  # type: ignore[misc]
        workers = server.workers()
        settling = server.background() if kill == KILLS else []
        for victim in [*random.sample(workers, k=(len(workers) + 1) // 2), *settling]:
            with contextlib.suppress(psutil.NoSuchProcess):
                victim.kill()


@pytest.mark.parametrize("shared_state", ["embedded", "redis"], indirect=True)
@pytest.mark.parametrize("workers", [2, 8])
def test_killed_workers_neither_spend_nor_lose_credits(
    tmp_path: Path, furnished: Furnished, shared_state: dict[str, str], workers: int
) -> None:
    """What killed calls had reserved comes back and can be spent, until exactly 50 calls are paid and none is left."""
    settings = {"WEB_CONCURRENCY": str(workers), "CREDIT_HOLD_SECONDS": str(HOLD_SECONDS), **shared_state}
    with running_server(tmp_path, furnished.home, **settings) as server:
        api = server.export(furnished.forest, rate_limit_per_minute=1_000_000)
        leave_credits(server, CREDITS)
        callers = Callers(server, api)
        with callers.calling():
            kill_workers(server, callers)
            wait_for(lambda: paid_calls(server) == (CREDITS, CREDITS), "every credit spent", 180)
            wait_for(lambda: balance(server) == (0, 0), "the balance at 0")
            refused = callers.statuses[402]
            wait_for(lambda: callers.statuses[402] > refused + 50, "refusals")
        assert callers.statuses[200] <= CREDITS
        wait_for(lambda: balance(server) == (0, 0), "the balance at 0")
        assert paid_calls(server) == (CREDITS, CREDITS)
        proof = verify(server)
        assert (proof.returncode, proof.stderr) == (0, ""), proof.stdout
