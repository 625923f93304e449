"""Accounts with credits on databases of each kind, cells in a state of their own, the time in the test's hand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.orm import Session, sessionmaker

from backend.adapters.redis_state import RedisState
from backend.core.clock import FrozenClock
from backend.engine.limits.credit_cells import CreditCells, CreditLine
from backend.engine.limits.redis_credits import RedisCredits
from backend.engine.limits.state import SharedState
from backend.services.credit_gate import CreditGate
from backend.services.credit_verification import verify
from tests.databases import database_uri, postgres_server, postgres_uri, sessions, sqlite_uri
from tests.metering import NOON
from tests.redis_server import redis_server, redis_url
from tests.services.credits.accounts import Payer

__all__ = ["database_uri", "postgres_server", "postgres_uri", "redis_server", "redis_url", "sessions", "sqlite_uri"]


@pytest.fixture
def clock() -> FrozenClock:
    """Stands at noon."""
    return FrozenClock(NOON)


@pytest.fixture
def state(tmp_path: Path) -> Iterator[SharedState]:
    """A shared state."""
    opened = SharedState.open(tmp_path / "limits.bin")
    yield opened
    opened.close()


@pytest.fixture
def cells(state: SharedState) -> CreditCells:
    """The cells in it."""
    return CreditCells(state)


@pytest.fixture(params=["embedded", "redis"])
def reborn(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[CreditLine]:
    """Cells of a state that was lost and began empty: a file, or a Redis server that kept nothing."""
    if request.param == "redis":
        redis = RedisState(request.getfixturevalue("redis_url"))
        yield RedisCredits(redis)
        redis.close()
    else:
        opened = SharedState.open(tmp_path / "reborn.bin")
        yield CreditCells(opened)
        opened.close()


@pytest.fixture
def gate(cells: CreditCells, sessions: sessionmaker[Session], clock: FrozenClock) -> CreditGate:
    """One worker's gate."""
    return CreditGate(cells, sessions, clock)


@pytest.fixture
def payer(sessions: sessionmaker[Session], gate: CreditGate, cells: CreditCells, clock: FrozenClock) -> Iterator[Payer]:
    """An account on the smallest plan; whatever a test does to it, its books are right in the end."""
    made = Payer.new(sessions, gate, cells, clock)
    yield made
    assert verify(sessions).differences == ()
