"""Writers and folders are killed at random; what was acknowledged is stored once, everywhere. On both databases."""

from __future__ import annotations

import os
import random
import signal
import time
import traceback
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from backend.engine.metering.journal import JournalWriter
from backend.engine.metering.reader import JournalReader
from backend.engine.metering.records import encode
from backend.models import APIMetric, APIMetricMinute, APIRequest, APIUsageEvent, APIUsageRollupDay, ExportedAPI
from backend.services.journal_service import fold_all, fold_once
from tests.databases import open_engine
from tests.metering import export_apis, record

pytestmark = pytest.mark.slow

SECONDS = 6.0
KILLS_MIN = 20
CALLS_MIN = 2_000
WRITERS = 3
FOLDERS = 2


def write(folder: Path, api_id: int, output: Path) -> None:
    """Answer calls for ever; an acknowledgement is a line in `output`."""
    writer = JournalWriter(folder, segment_bytes_max=60_000)
    with output.open("a") as acknowledged:
        while True:
            call = record(api_id)
            writer.append(encode(call))
            acknowledged.write(f"{call.request_id}\n")
            acknowledged.flush()
            time.sleep(0.001)


def fold(folder: Path, uri: str) -> None:
    """Fold for ever, in small batches so that a kill finds one under way."""
    sessions = sessionmaker(open_engine(uri))
    reader = JournalReader(folder)
    while True:
        fold_once(sessions, reader, 50)


def started(work: Callable[[], None]) -> int:
    """Fork a process that works until it is killed; give its pid."""
    pid = os.fork()
    if pid == 0:
        try:
            work()
        finally:
            traceback.print_exc()
            os._exit(1)
    return pid


def killed(pid: int) -> None:
    """Kill a process, which must not have ended by itself."""
    os.kill(pid, signal.SIGKILL)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == -signal.SIGKILL


@pytest.fixture
def running() -> Iterator[list[int]]:
    """Hold the pids of what runs, which ends with the test."""
    pids: list[int] = []
    yield pids
    for pid in pids:
        killed(pid)


def acknowledgements(outputs: list[Path]) -> list[str]:
    """Give the request ids that were acknowledged; a line cut off by a kill was not."""
    return [line for output in outputs if output.exists() for line in output.read_text().split("\n")[:-1]]


def test_what_was_acknowledged_is_stored_once_whoever_is_killed(
    sessions: sessionmaker[Session], database_uri: str, folder: Path, tmp_path: Path, running: list[int]
) -> None:
    """No kill -9 of any process loses a call or counts one twice, though two processes fold the same journal."""
    apis = export_apis(sessions, WRITERS)
    rng = random.Random(7)  # noqa: S311 - chooses victims
    outputs: list[Path] = []
    jobs: list[Callable[[], None]] = [partial(fold, folder, database_uri)] * FOLDERS
    running.extend(started(job) for job in jobs)
    for api_id in apis:
        outputs.append(tmp_path / f"{api_id}.txt")
        jobs.append(partial(write, folder, api_id, outputs[-1]))
        running.append(started(jobs[-1]))
    kills, ends_at = 0, time.monotonic() + SECONDS
    while time.monotonic() < ends_at or kills < KILLS_MIN or len(acknowledgements(outputs)) < CALLS_MIN:
        time.sleep(rng.uniform(0.02, 0.4))
        victim = rng.randrange(len(running))
        killed(running.pop(victim))
        if victim >= FOLDERS:
            # A torn acknowledgement must not run into the next writer's first.
            outputs.append(tmp_path / f"{kills}-{victim}.txt")
            jobs[victim] = partial(write, folder, apis[victim - FOLDERS], outputs[-1])
        running.insert(victim, started(jobs[victim]))
        kills += 1
    while running:
        killed(running.pop())
    reader = JournalReader(folder)
    fold_all(sessions, reader)
    # Whoever folded the last of a segment may have been killed before deleting it.
    fold_once(sessions, reader)
    assert reader.segments() == []
    acknowledged = acknowledgements(outputs)
    with sessions() as session:
        stored = session.scalars(select(APIRequest.request_id)).all()
        hours = session.scalar(select(func.sum(APIMetric.request_count)))
        minutes = session.scalar(select(func.sum(APIMetricMinute.request_count)))
        total = session.scalar(select(func.sum(ExportedAPI.total_requests)))
        events = session.scalars(select(APIUsageEvent.request_id)).all()
        days = session.scalar(select(func.sum(APIUsageRollupDay.calls)))
    assert len(acknowledged) == len(set(acknowledged))
    assert set(acknowledged) <= set(stored)
    assert len(stored) == len(set(stored)) == hours == minutes == total
    assert sorted(events) == sorted(stored)
    assert days == total
    # A call may be recorded and its acknowledgement cut off by the kill: at most one for each kill of a writer.
    assert len(stored) - len(acknowledged) <= kills + WRITERS
