"""Each worker of a whole server has a processor of its own, and leaves it to the worker that replaces it."""

from __future__ import annotations

import contextlib
from pathlib import Path

import psutil
import pytest

from backend.core.placement import processors
from tests.system.conftest import Furnished
from tests.system.server import WEB_SERVERS, Server, running_server, wait_for

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


def places(server: Server) -> list[list[int]]:
    """Give the processors of each worker, in their order."""
    found = []
    for worker in server.workers():
        with contextlib.suppress(psutil.NoSuchProcess):
            found.append(worker.cpu_affinity())
    return sorted(found)
