"""Databases of each kind, and a journal folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend.core.clock import FrozenClock
from backend.engine.metering.reader import JournalReader
from tests.databases import database_uri, postgres_server, postgres_uri, sessions, sqlite_uri
from tests.metering import NOON

__all__ = ["database_uri", "postgres_server", "postgres_uri", "sessions", "sqlite_uri"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where workers append."""
    made = tmp_path / "journal"
    made.mkdir()
    return made


@pytest.fixture
def reader(folder: Path) -> JournalReader:
    """Reads what they appended."""
    return JournalReader(folder)


@pytest.fixture
def clock() -> FrozenClock:
    """Stands at noon."""
    return FrozenClock(NOON)
