"""Each worker of a whole server has a processor of its own, and leaves it to the worker that replaces it."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import psutil
import pytest

from backend.core.placement import processors
from tests.system.conftest import Furnished
from tests.system.server import WEB_SERVERS, Server, running_server, wait_for

THREADS = 4
pytestmark = [pytest.mark.slow, pytest.mark.skipif(len(processors()) < 2, reason="there is one processor")]


@pytest.mark.parametrize("web_server", WEB_SERVERS)
def test_workers_keep_to_a_processor_each(tmp_path: Path, furnished: Furnished, web_server: str) -> None:
    """One of them is killed, and the next one is where it was; the background process may be anywhere."""
    settings = {"SERVER": web_server, "WEB_CONCURRENCY": str(len(processors()))}
    with running_server(tmp_path, furnished.home, **settings) as server:
        expected = [[number] for number in processors()]
        assert places(server) == expected
        killed = server.workers()[-1]
        killed.kill()
        wait_for(
            lambda: killed.pid not in {worker.pid for worker in server.workers()} and places(server) == expected,
            "the new worker in its place",
        )
        assert [one.cpu_affinity() for one in server.background()] == [processors()]


def test_only_threads_that_answer_give_way(tmp_path: Path, furnished: Furnished) -> None:
    """Those of granian that read and write the sockets cut in, so that an answer leaves as soon as it is there."""
    settings = {"SERVER": "granian", "WEB_CONCURRENCY": str(len(processors())), "WEB_THREADS": str(THREADS)}
    with running_server(tmp_path, furnished.home, **settings) as server:
        wait_for(lambda: all(gives_way(worker) for worker in asked(server)), "an answer of each worker")
        for worker in server.workers():
            assert policies(worker).count(os.SCHED_BATCH) <= THREADS
            assert set(policies(worker)) == {os.SCHED_BATCH, os.SCHED_OTHER}


def asked(server: Server) -> list[psutil.Process]:
    """Ask for something, over a new connection; give the workers, of which one answered."""
    assert server.request("GET", "/healthz").status == 200
    return server.workers()


def gives_way(worker: psutil.Process) -> bool:
    """Tell whether a thread of a worker does not cut in on others."""
    return os.SCHED_BATCH in policies(worker)


def policies(worker: psutil.Process) -> list[int]:
    """Give the policies of a worker's threads."""
    return [os.sched_getscheduler(thread.id) for thread in worker.threads()]


def places(server: Server) -> list[list[int]]:
    """Give the processors of each worker, in their order."""
    found = []
    for worker in server.workers():
        with contextlib.suppress(psutil.NoSuchProcess):
            found.append(worker.cpu_affinity())
    return sorted(found)
