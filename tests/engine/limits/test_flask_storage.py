from multiprocessing.pool import Pool
from pathlib import Path

import pytest
from flask import Flask
from flask_limiter import Limiter
from limits import parse
from limits.errors import ConfigurationError
from limits.storage import storage_from_string
from limits.strategies import FixedWindowRateLimiter, MovingWindowRateLimiter

from backend.engine.limits.flask_storage import SharedStateStorage, limiter_settings
from backend.engine.limits.limiter import StateLimiter
from backend.engine.limits.state import SharedState
from tests.engine.limits import workers
from tests.engine.limits.conftest import HandClock


@pytest.fixture
def storage(limiter: StateLimiter) -> SharedStateStorage:
    return SharedStateStorage("modelport://", limiter=limiter)


def test_flask_limiter_counts_in_the_shared_state(limiter: StateLimiter, clock: HandClock) -> None:
    """A management route is limited by an exact window, and says in its headers where it stands."""
    app = Flask("limited")
    guard = Limiter(lambda: "someone", app=app, headers_enabled=True, **limiter_settings(limiter))

    @app.get("/")
    @guard.limit("3 per minute; 100 per day")
    def index() -> str:
        return "served"

    client = app.test_client()
    answers = [client.get("/") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert [answer.headers["X-RateLimit-Remaining"] for answer in answers] == ["2", "1", "0", "0"]
    assert int(answers[3].headers["X-RateLimit-Reset"]) == clock.now // 10**9 + 61
    clock.forward(60)
    assert client.get("/").status_code == 200


def test_hits_of_any_cost_fill_one_window(storage: SharedStateStorage, clock: HandClock) -> None:
    """The library's own questions get the window's answers: hit, test, stats, clear."""
    strategy, item = MovingWindowRateLimiter(storage), parse("10/minute")
    assert strategy.hit(item, "k", cost=7)
    assert not strategy.hit(item, "k", cost=4)
    assert strategy.hit(item, "k", cost=0)
    clock.forward(30)
    assert strategy.test(item, "k", cost=3)
    assert not strategy.test(item, "k", cost=4)
    stats = strategy.get_window_stats(item, "k")
    assert stats.remaining == 3
    assert stats.reset_time == pytest.approx(clock.now / 1e9 + 30)
    strategy.clear(item, "k")
    assert strategy.get_window_stats(item, "k").remaining == 10


@pytest.mark.slow
def test_workers_share_one_window(path: Path, pool: Pool, state: SharedState) -> None:
    """Two workers do not grant twice the limit."""
    assert state.generation() == 1
    assert sum(pool.starmap(workers.hit_storage, [(str(path), "50/minute", 30)] * 4, chunksize=1)) == 50


def test_only_moving_windows_are_kept(storage: SharedStateStorage) -> None:
    """Another strategy fails loudly instead of counting approximately."""
    with pytest.raises(ConfigurationError, match="moving"):
        FixedWindowRateLimiter(storage).hit(parse("1/minute"), "k")
    with pytest.raises(ConfigurationError, match="moving"):
        storage.get("k")
    with pytest.raises(ConfigurationError, match="moving"):
        storage.get_expiry("k")
    with pytest.raises(NotImplementedError):
        storage.reset()


def test_the_scheme_is_known_and_a_closed_state_is_down(limiter: StateLimiter, state: SharedState) -> None:
    """Flask-Limiter can see that the storage is gone and fall back."""
    storage = storage_from_string("modelport://", limiter=limiter)  # type: ignore[arg-type]
    assert isinstance(storage, SharedStateStorage)
    assert storage.check()
    state.close()
    assert not storage.check()
