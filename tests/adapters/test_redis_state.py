"""What is said when Redis is away, and how machines tell each other of changes."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from multiprocessing import get_context
from pathlib import Path

import pytest
from redis import Redis

from backend.adapters.redis_state import TIMEOUTS_IN_A_ROW, RedisState
from backend.engine.limits.credit_cells import CREDITS_MAX, CreditCells, CreditLine, NotEnough, UnknownAccount
from backend.engine.limits.errors import StateDownError
from backend.engine.limits.redis_credits import RedisCredits
from backend.engine.limits.redis_generation import RedisGeneration
from backend.engine.limits.redis_limiter import RedisLimiter
from backend.engine.limits.rules import Policy
from backend.engine.limits.state import SharedState
from tests.adapters import redis_workers
from tests.redis_server import running_redis

RULES = (Policy("w", "k", 9, 60.0),)


@pytest.fixture
def credit_line(redis_state: RedisState) -> RedisCredits:
    return RedisCredits(redis_state)


@pytest.fixture
def states(tmp_path: Path) -> Iterator[list[SharedState]]:
    """Give the shared files of two machines."""
    states = [SharedState.open(tmp_path / name) for name in ("one", "two")]
    yield states
    for state in states:
        state.close()


@pytest.fixture
def silent_server() -> Iterator[str]:
    """Give the URL of a server that accepts and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"redis://127.0.0.1:{server.getsockname()[1]}"


def told(line: CreditLine) -> list[object]:
    """Tell what a credit line answers to a day's questions."""
    answers: list[object] = [line.position("a"), line.ceiling("a")]
    for amount in (1, 30, 0, 80, 5, 70):
        try:
            answers.append(line.reserve("a", amount))
        except UnknownAccount:
            answers.append(line.publish("a", 100, 3, position_if_absent=10))
        except NotEnough as refusal:
            answers.append(refusal.remaining)
    for ceiling, version, position in ((500, 3, 0), (50, 4, 0), (40, 2, 0), (200, 5, 0), (-5, 6, 0), (400, 6, 300)):
        answers += [line.publish("a", ceiling, version, position_if_absent=position), line.ceiling("a")]
        answers.append(line.position("a"))
    answers += [line.publish("b", CREDITS_MAX, CREDITS_MAX, position_if_absent=CREDITS_MAX - 2), line.reserve("b", 1)]
    return answers


def test_credits_in_redis_answer_as_the_cells_of_one_machine(
    credit_line: RedisCredits, states: list[SharedState], redis_url: str
) -> None:
    """Which of both holds the credits nobody can tell, up to the largest number; and Redis never lets them expire."""
    assert told(credit_line) == told(CreditCells(states[0]))
    with Redis.from_url(redis_url) as client:
        assert client.ttl("{modelport}:credits:a") == -1
    with pytest.raises(ValueError, match="no cell"):
        credit_line.publish("a", 1, -1, position_if_absent=0)
    with pytest.raises(ValueError, match="never gives"):
        credit_line.reserve("a", -1)


@pytest.mark.slow
def test_processes_reserve_every_credit_once(redis_url: str, credit_line: RedisCredits) -> None:
    """Workers of several machines give out exactly what is there."""
    credit_line.publish("a", 1_403, 1, position_if_absent=1_000)
    with get_context("spawn").Pool(4) as pool:
        results = pool.starmap(redis_workers.reserve_all, [(redis_url, "a", 4)] * 4, chunksize=1)
    assert sorted(end for ends in results for end in ends) == list(range(1_004, 1_403, 4))


def test_a_restarted_server_is_found_again_and_one_that_is_away_is_said_at_once(redis_server: str) -> None:
    """Lost connections and scripts are made anew; without a server the gateway admits and alerts, credits refuse."""
    with running_redis() as url:
        state = RedisState(url, answer_seconds_max=10)
        limiter, credit_line = RedisLimiter(state), RedisCredits(state)
        assert limiter.admit(RULES).allowed
        with Redis.from_url(url) as client:
            client.script_flush()
            client.client_kill_filter(_type="normal", skipme=True)
        assert limiter.admit(RULES).remaining == 7
    for ask in (lambda: limiter.admit(RULES), lambda: limiter.peek(RULES[0]), lambda: credit_line.reserve("a", 1)):
        with pytest.raises(StateDownError):
            ask()
    state.close()


def test_a_silent_server_holds_nobody_for_long(silent_server: str) -> None:
    """After a few calls that waited in vain the next do not wait, until the server had a moment."""
    limiter = RedisLimiter(RedisState(silent_server, answer_seconds_max=0.05))
    for _ in range(TIMEOUTS_IN_A_ROW):
        with pytest.raises(StateDownError) as late:
            limiter.admit(RULES)
        assert isinstance(late.value.__cause__, TimeoutError)
    started = time.perf_counter()
    with pytest.raises(StateDownError) as unasked:
        limiter.admit(RULES)
    assert time.perf_counter() - started < 0.05
    assert isinstance(unasked.value.__cause__, ConnectionError)


def test_a_refusing_server_is_down_and_tells_no_secret(redis_server: str) -> None:
    """A wrong password is an outage, and the right one stands in no message."""
    with ExitStack() as stack:
        url = stack.enter_context(running_redis())
        with Redis.from_url(url) as client:
            client.config_set("requirepass", "right-one")
        with pytest.raises(StateDownError) as refusal:
            RedisLimiter(RedisState(f"{url}?password=wrong-one")).admit(RULES)
        assert "-one" not in f"{refusal.value} {refusal.value.__cause__}"


def test_a_change_is_known_here_at_once_and_elsewhere_within_the_poll(
    redis_state: RedisState, states: list[SharedState]
) -> None:
    """A revoked key is refused by this machine's next request, and by every other machine's after one look."""
    here = RedisGeneration(redis_state, states[0], poll_seconds=60)
    worker = RedisGeneration(redis_state, states[0], poll_seconds=60)
    elsewhere = RedisGeneration(redis_state, states[1], poll_seconds=0)
    before = [one.generation() for one in (here, worker, elsewhere)]
    here.bump_generation()
    assert here.generation() != before[0]
    assert worker.generation() != before[1]
    assert elsewhere.generation() != before[2]
    assert elsewhere.generation() == elsewhere.generation()


def test_without_redis_changes_are_known_on_their_own_machine(silent_server: str, states: list[SharedState]) -> None:
    """Workers go on with what they know; who made the change hears that others were not told."""
    generation = RedisGeneration(RedisState(silent_server, answer_seconds_max=0.05), states[0])
    before = generation.generation()
    with pytest.raises(StateDownError):
        generation.bump_generation()
    assert generation.generation() != before
