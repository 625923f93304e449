"""Readiness: one check per part that an answer needs."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass

import orjson
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from backend.services.runtime import Runtime

HEARTBEAT_SECONDS_MAX = 15.0


@dataclass(frozen=True, slots=True)
class Check:
    """One part, whether it is well, and what was seen."""

    name: str
    is_well: bool
    detail: str


def checks(runtime: Runtime) -> list[Check]:
    """Look at every part now."""
    return [_database(runtime), _journal(runtime), _background(runtime)]


def _database(runtime: Runtime) -> Check:
    try:
        with runtime.sessions() as session:
            session.execute(text("SELECT 1"))
    except SQLAlchemyError as error:
        return Check("database", is_well=False, detail=type(error).__name__)
    return Check("database", is_well=True, detail="answers")


def _journal(runtime: Runtime) -> Check:
    is_writable = os.access(runtime.journal_folder, os.W_OK)
    return Check("journal", is_well=is_writable, detail="writable" if is_writable else "not writable")


def _background(runtime: Runtime) -> Check:
    path = runtime.journal_folder.parent / "background.json"
    try:
        age = time.time() - path.stat().st_mtime
        lag = orjson.loads(path.read_bytes()).get("lag_seconds")
    except (OSError, orjson.JSONDecodeError):
        return Check("background", is_well=False, detail="has not reported yet")
    is_alive = age < HEARTBEAT_SECONDS_MAX
    return Check("background", is_well=is_alive, detail=f"reported {age:.1f} s ago, lag {lag} s")
