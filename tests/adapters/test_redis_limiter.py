"""Redis decides as the shared file does: the same rules, the same arrivals, the same answers."""

import threading
from collections.abc import Iterator
from multiprocessing import get_context
from pathlib import Path

import pytest
from flask import Flask
from flask_limiter import Limiter as FlaskLimiter
from hypothesis import HealthCheck, given, settings
from redis import Redis

from backend.adapters.redis_state import RedisState
from backend.engine.limits.flask_storage import limiter_settings
from backend.engine.limits.limiter import StateLimiter
from backend.engine.limits.redis_limiter import RedisLimiter
from backend.engine.limits.rules import DailyQuota, Limiter, Policy, Rule, TokenBucket
from backend.engine.limits.state import SharedState
from tests.adapters import redis_workers
from tests.engine.limits.arrivals import Arrival, arrivals
from tests.engine.limits.conftest import HandClock
from tests.engine.limits.model import Model

WINDOW, BUCKET, DAY = Policy("w", "k", 9, 60.0), TokenBucket("b", "k", 7, 60), DailyQuota("d", "k", 8)
DAY_WIDE = DailyQuota("d", "t", 100)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def limiter(redis_state: RedisState, clock: HandClock) -> RedisLimiter:
    return RedisLimiter(redis_state, clock)


@pytest.fixture
def state(tmp_path: Path) -> Iterator[SharedState]:
    state = SharedState.open(tmp_path / "limits.bin")
    yield state
    state.close()


def forget(limiter: Limiter) -> None:
    for key in "ab":
        limiter.forget(key)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=arrivals)
def test_redis_and_the_shared_file_decide_the_same(
    redis_state: RedisState, state: SharedState, steps: list[Arrival]
) -> None:
    """Thousands of random arrivals, mixed and changing rules, a jumping clock: equal to the last digit of a header."""
    clock = HandClock()
    machine, shared, model = StateLimiter(state, clock), RedisLimiter(redis_state, clock), Model()
    forget(machine)
    forget(shared)
    for wait_us, rules, cost in steps:
        clock.now += wait_us * 1000
        decision = machine.admit(rules, cost)
        assert shared.admit(rules, cost) == decision
        assert (decision.allowed, decision.overage) == model.admit(rules, cost, clock.now)
        for rule in rules:
            assert shared.peek(rule) == machine.peek(rule)
            if isinstance(rule, Policy):
                assert shared.usage(rule) == machine.usage(rule)


def test_by_its_own_clock_redis_refuses_and_says_when_to_return(redis_url: str, redis_state: RedisState) -> None:
    """Machines whose clocks differ share one: the server's."""
    limiter = RedisLimiter(redis_state)
    rules = (Policy("w", "k", 3, 60.0), TokenBucket("b", "k", 9, 60))
    assert [limiter.admit(rules).allowed for _ in range(5)] == [True, True, True, False, False]
    refused = limiter.admit(rules)
    assert 55 < refused.retry_after <= 60
    with Redis.from_url(redis_url) as client:
        seconds, _ = client.time()
    assert refused.reset_at - seconds == pytest.approx(refused.retry_after, abs=2)


def test_every_counter_has_our_prefix_and_an_end(redis_url: str, limiter: RedisLimiter, clock: HandClock) -> None:
    """A server shared with others stays tidy: what nobody calls any more goes by itself."""
    clock.now -= clock.now % (86_400 * 10**9)
    limiter.admit((WINDOW, BUCKET, DAY), 3)
    limiter.admit((TokenBucket("b", "k", 7, 6),))
    with Redis.from_url(redis_url, decode_responses=True) as client:
        ends = {str(key): client.ttl(key) for key in client.scan_iter()}
    slack = 60
    assert ends == {
        "{modelport}:window:k": pytest.approx(60 + slack, abs=5),
        "{modelport}:bucket:k": pytest.approx(40 + slack, abs=5),
        "{modelport}:day:k": pytest.approx(86_400 + slack, abs=5),
    }


def test_a_window_keeps_no_calls_that_have_left_it(redis_url: str, limiter: RedisLimiter, clock: HandClock) -> None:
    """A busy key takes the memory of one window, and the longest of those that look at it."""
    day = Policy("day", "k", 1000, 600.0)
    for _ in range(30):
        limiter.admit((Policy("minute", "k", 1000, 60.0), day))
        clock.forward(60)
    limiter.admit((WINDOW,))
    with Redis.from_url(redis_url) as client:
        assert client.zcard("{modelport}:window:k") == 10
    assert limiter.usage(day).calls == 10


def test_policies_with_one_key_look_at_the_same_calls(limiter: RedisLimiter) -> None:
    """Two limits over one counter count each call once."""
    answers = [limiter.admit((Policy("a", "k", 5, 60.0), Policy("b", "k", 3, 600.0))) for _ in range(5)]
    assert [answer.allowed for answer in answers] == [True] * 3 + [False] * 2
    assert limiter.usage(Policy("a", "k", 5, 60.0)).calls == 3


@pytest.mark.parametrize(("rules", "cost"), [((), 1), ((WINDOW,), 0)])
def test_a_decision_needs_a_rule_and_a_cost(limiter: RedisLimiter, rules: tuple[Rule, ...], cost: int) -> None:
    """No rule at all must not read as admitted."""
    with pytest.raises(ValueError, match="needs"):
        limiter.admit(rules, cost)


def test_threads_get_exactly_the_limit(limiter: RedisLimiter) -> None:
    """Threads of one worker share connections without losing or doubling a call."""
    admitted: list[int] = []

    def call() -> None:
        admitted.append(sum(limiter.admit((Policy("w", "t", 90, 60.0), DAY_WIDE)).allowed for _ in range(40)))

    threads = [threading.Thread(target=call) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(admitted) == 90
    assert limiter.peek(DAY_WIDE).remaining == 10


@pytest.mark.slow
def test_processes_get_exactly_the_limit(redis_url: str, limiter: RedisLimiter) -> None:
    """Workers of several machines together admit the tightest limit and count it everywhere."""
    rules = (Policy("w", "t", 500, 60.0), TokenBucket("b", "t", 300, 1), DAY_WIDE)
    with get_context("spawn").Pool(4) as pool:
        admitted = pool.starmap(redis_workers.hammer, [(redis_url, rules, 120)] * 4, chunksize=1)
    assert sum(admitted) == 100
    assert [limiter.peek(rule).remaining for rule in rules] == [400, 200, 0]


def test_flask_limiter_counts_in_redis_all_the_same(limiter: RedisLimiter, clock: HandClock) -> None:
    """The management routes of all machines share their windows too."""
    app = Flask("limited")
    guard = FlaskLimiter(lambda: "someone", app=app, headers_enabled=True, **limiter_settings(limiter))

    @app.get("/")
    @guard.limit("3 per minute; 100 per day")
    def index() -> str:
        return "served"

    client = app.test_client()
    assert [client.get("/").status_code for _ in range(4)] == [200, 200, 200, 429]
    clock.forward(60)
    assert client.get("/").status_code == 200
