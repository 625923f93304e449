"""The background process: one at a time, taken over at once, never ended by an error, ending in order."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

from backend.config import Settings, prepare_home
from backend.engine.metering.journal import JournalWriter
from backend.engine.metering.records import encode
from backend.jobs.background import BUSY_CALLS, BUSY_SECONDS, IDLE_SECONDS, build
from backend.models import APIRequest, ExportedAPI, JobRun
from backend.services.erasure_service import ask_erasure
from tests.databases import opened
from tests.metering import append, export_apis, record

WAIT_SECONDS = 30.0
Sessions = sessionmaker[Session]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A home of the test's own."""
    made = Settings(modelport_home=tmp_path / "home", models_store=tmp_path / "models")
    prepare_home(made)
    return made


@pytest.fixture
def sessions(settings: Settings) -> Iterator[Sessions]:
    """The home's database, with its tables."""
    with opened(settings.database_uri) as made:
        yield made


@pytest.fixture
def start(settings: Settings) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """Give a function that starts a background process on the home."""
    running: list[subprocess.Popen[bytes]] = []
    environment = {**os.environ, "MODELPORT_HOME": str(settings.modelport_home), "DATABASE_URL": ""}

    def begin() -> subprocess.Popen[bytes]:
        command = [sys.executable, "-W", "error", "-m", "backend.jobs.background"]
        running.append(subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL))
        return running[-1]

    yield begin
    for process in running:
        process.kill()
        process.wait()


def wait_for(fact: Callable[[], object], what: str) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + WAIT_SECONDS
    while not fact():
        assert time.monotonic() < deadline, f"not in time: {what}"
        time.sleep(0.02)


def heartbeat(settings: Settings) -> dict[str, Any]:
    """Read the sign of life; empty before the first."""
    path = settings.modelport_home / "background.json"
    read: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    return read


def stored(sessions: Sessions) -> set[str]:
    """Give the request ids in the database."""
    with sessions() as session:
        return set(session.scalars(select(APIRequest.request_id)))


def test_calls_reach_the_dashboard_within_a_second(
    settings: Settings, sessions: Sessions, start: Callable[[], subprocess.Popen[bytes]]
) -> None:
    """A living worker's call is in the database a moment after it was answered, and the process says what it did."""
    (api_id,) = export_apis(sessions)
    start()
    wait_for(lambda: heartbeat(settings).get("last_fold_at"), "a sign of life")
    writer = JournalWriter(settings.journal_folder)
    call = record(api_id, datetime.now(UTC))
    writer.append(encode(call))
    began = time.monotonic()
    wait_for(lambda: call.request_id in stored(sessions), "the call in the database")
    assert time.monotonic() - began < 1.5
    wait_for(lambda: heartbeat(settings)["folded_total"] == 1, "the count in the sign of life")
    wait_for(lambda: heartbeat(settings)["jobs"], "the hour caught up at the start")
    assert heartbeat(settings)["lag_seconds"] == 0
    writer.close()


def test_a_second_process_takes_over_when_the_first_is_killed(
    settings: Settings, sessions: Sessions, start: Callable[[], subprocess.Popen[bytes]]
) -> None:
    """One at a time; the one that waits is there at once."""
    (api_id,) = export_apis(sessions)
    first = start()
    wait_for(lambda: heartbeat(settings).get("pid") == first.pid, "the first")
    second = start()
    append(settings.journal_folder, record(api_id, datetime.now(UTC)))
    wait_for(lambda: len(stored(sessions)) == 1, "folded by the first")
    assert second.poll() is None
    assert heartbeat(settings)["pid"] == first.pid
    first.kill()
    wait_for(lambda: heartbeat(settings).get("pid") == second.pid, "the second")
    append(settings.journal_folder, record(api_id, datetime.now(UTC)))
    wait_for(lambda: len(stored(sessions)) == 2, "folded by the second")


def test_a_stop_folds_what_was_answered(
    settings: Settings, sessions: Sessions, start: Callable[[], subprocess.Popen[bytes]]
) -> None:
    """SIGTERM loses nothing: what stands in the journal is in the database when the process has ended."""
    (api_id,) = export_apis(sessions)
    process = start()
    wait_for(lambda: heartbeat(settings).get("last_fold_at"), "a sign of life")
    calls = [record(api_id, datetime.now(UTC)) for _ in range(3_000)]
    append(settings.journal_folder, *calls)
    process.send_signal(signal.SIGTERM)
    assert process.wait(WAIT_SECONDS) == 0
    assert stored(sessions) == {call.request_id for call in calls}
    assert not list(settings.journal_folder.glob("*.jsonl"))


def test_a_process_that_waits_for_its_turn_can_be_stopped(
    settings: Settings, sessions: Sessions, start: Callable[[], subprocess.Popen[bytes]]
) -> None:
    """The supervisor's stop never hangs on a lock."""
    start()
    wait_for(lambda: heartbeat(settings).get("last_fold_at"), "a sign of life")
    second = start()
    second.send_signal(signal.SIGTERM)
    second.wait(WAIT_SECONDS)


def test_a_database_that_is_away_ends_nothing(
    settings: Settings, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Errors are waited out; the journal keeps the calls until the database is back."""
    (api_id,) = export_apis(sessions)
    call = record(api_id, datetime.now(UTC))
    append(settings.journal_folder, call)
    monkeypatch.setattr("backend.jobs.background.IDLE_SECONDS", 0.01)
    background = build(settings, threading.Event())
    failures = threading.Semaphore(0)

    def fail(*_given: object, **_named: object) -> None:
        failures.release()
        raise OperationalError("SELECT 1", {}, OSError("away"))

    patch = pytest.MonkeyPatch()
    patch.setattr("backend.jobs.background.fold_once", fail)
    thread = threading.Thread(target=background.fold_until_stopped)
    thread.start()
    for _ in range(3):
        assert failures.acquire(timeout=WAIT_SECONDS)
    wait_for(lambda: heartbeat(settings).get("last_error") == "OperationalError", "the error in the sign of life")
    patch.undo()
    wait_for(lambda: stored(sessions), "the call in the database")
    background.stop.set()
    thread.join()
    assert background.heartbeat.last_error is None
    background.close()


@pytest.mark.parametrize(("calls", "seconds"), [(BUSY_CALLS, BUSY_SECONDS), (BUSY_CALLS - 1, IDLE_SECONDS)])
def test_a_busy_server_is_folded_less_often(
    settings: Settings, sessions: Sessions, monkeypatch: pytest.MonkeyPatch, calls: int, seconds: float
) -> None:
    """Many calls make few large folds; a quiet server's dashboards are a quarter of a second behind."""
    (api_id,) = export_apis(sessions)
    append(settings.journal_folder, *(record(api_id, datetime.now(UTC)) for _ in range(calls)))
    background = build(settings, threading.Event())
    waited: list[float] = []

    def wait(timeout: float) -> None:
        waited.append(timeout)
        background.stop.set()

    monkeypatch.setattr(background.stop, "wait", wait)
    background.fold_until_stopped()
    background.close()
    assert waited == [seconds]


def test_bodies_of_a_deleted_api_go_by_themselves(
    settings: Settings,
    sessions: Sessions,
    start: Callable[[], subprocess.Popen[bytes]],
) -> None:
    """Nobody needs to ask twice: they are gone within seconds."""
    (api_id,) = export_apis(sessions)
    answered = datetime.now(UTC)
    append(settings.journal_folder, record(api_id, answered))
    start()
    wait_for(lambda: stored(sessions), "the call in the database")
    bodies = text(f"SELECT count(*) FROM calls_{answered:%Y%m%d} WHERE request_data IS NOT NULL")  # noqa: S608 - a day
    with sessions.begin() as session:
        assert session.scalar(bodies) == 1
        session.execute(delete(ExportedAPI).where(ExportedAPI.id == api_id))
        ask_erasure(session, [api_id])

    def are_gone() -> bool:
        with sessions() as session:
            return bool(session.scalar(bodies) == 0)

    wait_for(are_gone, "the bodies gone")


def test_an_aggregation_that_fails_is_tried_again(
    settings: Settings, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A failed hour is given back, so that the next tick runs it."""
    background = build(settings, threading.Event())

    def fail(*_given: object, **_named: object) -> None:
        raise OperationalError("SELECT 1", {}, OSError("away"))

    with monkeypatch.context() as patch:
        patch.setattr("backend.services.aggregation_service.recount", fail)
        background.aggregate()
    assert background.heartbeat.jobs == {}
    background.aggregate()
    assert background.heartbeat.jobs["aggregate_metrics"]["drifts"] == 0
    with sessions() as session:
        assert session.scalars(select(JobRun)).one().finished_at is not None
    background.close()


def test_the_totals_follow(settings: Settings, sessions: Sessions) -> None:
    """One turn of the loop by hand."""
    (api_id,) = export_apis(sessions)
    append(settings.journal_folder, record(api_id, datetime.now(UTC)), record(api_id, status_code=500))
    background = build(settings, threading.Event())
    background.fold_the_rest()
    with sessions() as session:
        assert session.get_one(ExportedAPI, api_id).total_requests == 2
    background.close()


def test_the_fold_leaves_no_row_without_its_parent(settings: Settings, sessions: Sessions) -> None:
    """SQLite is not asked to check each row, since rows are written for APIs alone that the fold holds."""
    living, deleted = export_apis(sessions, 2)
    with sessions.begin() as session:
        session.delete(session.get_one(ExportedAPI, deleted))
    accounts = {"account_id": "nobody", "hold": 1, "hold_end": 1, "credits": 1}
    calls = [record(api_id, datetime.now(UTC), **more) for api_id in (living, deleted, 99) for more in ({}, accounts)]
    append(settings.journal_folder, *calls)
    background = build(settings, threading.Event())
    background.fold_the_rest()
    background.close()
    assert background.heartbeat.last_error is None
    with sessions() as session:
        assert set(session.scalars(select(APIRequest.api_id))) == {living}
        assert session.execute(text("PRAGMA foreign_key_check")).all() == []


def test_a_stop_ends_a_long_aggregation_between_two_steps(
    settings: Settings, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process ends in order in the middle of a large purge, and the next one goes on with it."""
    monkeypatch.setattr("backend.services.retention_service.ROWS_PER_STEP", 2)
    (api_id,) = export_apis(sessions)
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    append(settings.journal_folder, *(record(api_id, long_ago) for _ in range(9)))
    background = build(settings, threading.Event())
    background.fold_the_rest()
    background.stop.set()
    background.aggregate()
    assert (background.heartbeat.jobs, len(stored(sessions))) == ({}, 9)
    background.stop.clear()
    background.aggregate()
    assert stored(sessions) == set()
    background.close()
