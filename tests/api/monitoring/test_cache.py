"""Guarantees of the view of the model cache."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from backend.models import ExportedAPI
from tests.api.conftest import Person
from tests.metering import export_apis

LOADED_AT = "2026-03-14T12:00:00Z"


@pytest.fixture
def workers(app: Flask) -> Path:
    """Where workers write their status."""
    folder: Path = app.extensions["modelport.process"].runtime.workers_folder
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def write_status(folder: Path, pid: int, *, hits: int, misses: int, models: list[int]) -> None:
    """Write what a worker writes once a second."""
    cached = [
        {"model_id": model, "bytes": 10, "hits": hits, "load_ms": 5.0, "loaded_at": LOADED_AT} for model in models
    ]
    cache = {
        "capacity": 10,
        "bytes": 20,
        "hits": hits,
        "misses": misses,
        "evictions": 1,
        "failures": 0,
        "hit_rate": None,
        "load_ms_avg": 6.0 if misses else None,
        "models": cached,
    }
    status = {"pid": pid, "updated_at": LOADED_AT, "rss_mb": 150.0, "cpu_percent": 3.0, "cache": cache}
    (folder / f"{pid}.json").write_text(json.dumps(status))


def model_of(sessions: sessionmaker[Session], api_id: int) -> int:
    """Give the model behind an API."""
    with sessions() as session:
        return session.scalars(select(ExportedAPI.model_id).where(ExportedAPI.id == api_id)).one()


def test_without_workers_there_is_nothing_to_show(alice: Person, workers: Path) -> None:
    """A fresh start is no error."""
    assert alice.get("/api/monitoring/cache").get_json() == {
        "capacity": 0,
        "hits": 0,
        "misses": 0,
        "evictions": 0,
        "hit_rate": None,
        "load_ms_avg": None,
        "workers": [],
    }


def test_living_workers_add_up_and_dead_ones_are_left_out(
    alice: Person, api_id: int, sessions: sessionmaker[Session], workers: Path
) -> None:
    """Counts of both workers together, each with its models by name."""
    model_id = model_of(sessions, api_id)
    dead = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    write_status(workers, int(dead.stdout), hits=1_000, misses=1_000, models=[model_id])
    write_status(workers, os.getpid(), hits=6, misses=2, models=[model_id])
    write_status(workers, os.getppid(), hits=0, misses=2, models=[])
    (workers / "7.json").write_text("{")
    cache = alice.get("/api/monitoring/cache").get_json()
    assert (cache["capacity"], cache["hits"], cache["misses"], cache["evictions"]) == (10, 6, 4, 2)
    assert (cache["hit_rate"], cache["load_ms_avg"]) == (60.0, 6.0)
    assert {worker["pid"] for worker in cache["workers"]} == {os.getpid(), os.getppid()}
    (model,) = next(worker["models"] for worker in cache["workers"] if worker["pid"] == os.getpid())
    assert model == {
        "model_id": model_id,
        "name": "iris",
        "bytes": 10,
        "hits": 6,
        "load_ms": 5.0,
        "loaded_at": "2026-03-14T12:00:00.000Z",
    }


def test_others_models_are_counted_and_not_named(
    alice: Person, bob: Person, admin: Person, api_id: int, sessions: sessionmaker[Session], workers: Path
) -> None:
    """What others have loaded is theirs; the numbers of the machine are everybody's."""
    (theirs,) = export_apis(sessions, account_id=bob.id)
    mine = model_of(sessions, api_id)
    write_status(workers, os.getpid(), hits=1, misses=2, models=[mine, model_of(sessions, theirs)])
    (worker,) = alice.get("/api/monitoring/cache").get_json()["workers"]
    assert [model["model_id"] for model in worker["models"]] == [mine]
    assert worker["other_models"] == 1
    (worker,) = admin.get("/api/monitoring/cache").get_json()["workers"]
    assert (len(worker["models"]), worker["other_models"]) == (2, 0)
