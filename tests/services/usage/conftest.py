"""Databases of each kind, a journal folder, and somebody to charge."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy.orm import Session, sessionmaker

from backend.core.clock import FrozenClock
from backend.core.ids import new_uuid
from backend.engine.metering.reader import JournalReader
from backend.models import Account
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


@pytest.fixture
def account_id(sessions: sessionmaker[Session]) -> str:
    """An account."""
    made = new_uuid()
    with sessions.begin() as session:
        session.add(Account(id=made, email=f"{made}@example.com", name="Ann", password_hash="x"))
    return made
