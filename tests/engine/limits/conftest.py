"""Fixtures: a state on disk, a clock in the test's hand, and a pool of real processes."""

import multiprocessing
from collections.abc import Iterator
from multiprocessing.pool import Pool
from pathlib import Path

import pytest

from backend.engine.limits import attach, credit_cells
from backend.engine.limits import limiter as limiter_module
from backend.engine.limits.limiter import StateLimiter
from backend.engine.limits.state import SharedState
from backend.engine.native.library import library
from tests.engine.limits.workers import forget_kernel


class HandClock:
    """Nanoseconds that move when the test says so."""

    def __init__(self) -> None:
        self.now = 1_800_000_000_000_000_000

    def __call__(self) -> int:
        return self.now

    def forward(self, seconds: float) -> None:
        """Let time pass; negative jumps back."""
        self.now += round(seconds * 1_000_000_000)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "limits.bin"


@pytest.fixture
def state(path: Path, clock: HandClock) -> Iterator[SharedState]:
    state = SharedState.open(path, clock=clock)
    yield state
    state.close()


@pytest.fixture
def limiter(state: SharedState, clock: HandClock) -> StateLimiter:
    return StateLimiter(state, clock)


@pytest.fixture(scope="session")
def pool_with_kernel() -> Iterator[Pool]:
    """Eight spawned processes, shared by the tests that need company."""
    with multiprocessing.get_context("spawn").Pool(8) as pool:
        yield pool
        pool.close()
        pool.join()


@pytest.fixture(scope="session")
def pool_without_kernel() -> Iterator[Pool]:
    """As many on a machine without a C compiler."""
    with multiprocessing.get_context("spawn").Pool(8, initializer=forget_kernel) as pool:
        yield pool
        pool.close()
        pool.join()


@pytest.fixture(params=["mutexes", "records"])
def pool(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Pool:
    """Processes that lock mutexes and count in C, or lock records of the file and count in Python; so does ours."""
    if request.param == "mutexes" and library() is None:
        pytest.skip("needs the C kernel: `make kernel`")
    if request.param == "records":
        monkeypatch.setattr(attach, "mutexes", lambda: None)
        monkeypatch.setattr(limiter_module, "admission", lambda: None)
        monkeypatch.setattr(credit_cells, "admission", lambda: None)
    name = "pool_with_kernel" if request.param == "mutexes" else "pool_without_kernel"
    pool: Pool = request.getfixturevalue(name)
    return pool
