import threading
from multiprocessing.pool import Pool
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.engine.limits.limiter import StateLimiter
from backend.engine.limits.rules import DailyQuota, Policy, Rule, TokenBucket
from backend.engine.limits.state import SharedState
from tests.engine.limits import mixed_workers
from tests.engine.limits.arrivals import Arrival, arrivals
from tests.engine.limits.conftest import HandClock
from tests.engine.limits.model import Model
from tests.engine.limits.workers import NOW


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=arrivals, odd_ns=st.booleans())
def test_it_decides_as_lists_levels_and_counts_on_paper_would(
    state: SharedState, steps: list[Arrival], *, odd_ns: bool
) -> None:
    """Any mix of rules, changing limits and paces, a clock that jumps: the decision is the definition's."""
    clock, model = HandClock(), Model()
    limiter = StateLimiter(state, clock)
    for key in "ab":
        limiter.forget(key)
    for wait_us, rules, cost in steps:
        clock.now += wait_us * 1000 + odd_ns
        decision = limiter.admit(rules, cost)
        assert (decision.allowed, decision.overage) == model.admit(rules, cost, clock.now)


def test_a_refusal_of_any_rule_counts_under_none(limiter: StateLimiter) -> None:
    """A call refused by its day takes no token and no place in the plan's window."""
    plan, bucket = Policy("plan", "plan", 10, 60.0), TokenBucket("per-key", "key", 10, 60)
    day = DailyQuota("daily-quota", "key", 2)
    answers = [limiter.admit((bucket, plan, day)) for _ in range(4)]
    assert [answer.allowed for answer in answers] == [True, True, False, False]
    assert answers[3].policy is day
    assert [limiter.peek(rule).remaining for rule in (plan, bucket, day)] == [8, 8, 0]


def test_the_same_key_counts_apart_as_window_bucket_and_day(limiter: StateLimiter) -> None:
    """Kinds of counters never meet, whatever the keys are called."""
    rules: tuple[Rule, ...] = (Policy("w", "k", 5, 60.0), TokenBucket("b", "k", 4, 60), DailyQuota("d", "k", 9))
    limiter.admit(rules[:1])
    limiter.admit(rules[1:2], 2)
    limiter.admit(rules[2:], 3)
    assert [limiter.peek(rule).remaining for rule in rules] == [4, 2, 6]
    limiter.forget("k")
    assert [limiter.peek(rule).remaining for rule in rules] == [5, 4, 9]


def test_a_quota_that_only_warns_is_never_the_binding_limit(limiter: StateLimiter) -> None:
    """A caller that is still served does not read "nothing remains"; what it went beyond is said apart."""
    window, day = Policy("plan", "k", 50, 60.0), DailyQuota("daily-quota", "k", 1, "warn")
    assert limiter.admit((window, day)).overage is None
    beyond = limiter.admit((window, day))
    assert (beyond.allowed, beyond.policy, beyond.remaining) == (True, window, 48)
    assert (beyond.overage, beyond.exceeded) == ("warn", day)
    alone = limiter.admit((day,))
    assert (alone.allowed, alone.policy, alone.remaining, alone.overage) == (True, day, 0, "warn")


def test_of_two_quotas_beyond_the_one_that_charges_is_told(limiter: StateLimiter) -> None:
    """A call that costs more says so, whatever else it goes beyond."""
    warn, charge = DailyQuota("soft", "a", 0, "warn"), DailyQuota("paid", "b", 0, "charge")
    assert limiter.admit((warn, charge)).exceeded is charge
    assert limiter.admit((charge, warn)).exceeded is charge


def test_a_refused_call_is_not_charged_for(limiter: StateLimiter) -> None:
    """Overage belongs to admitted calls."""
    full, charge = Policy("plan", "k", 0, 60.0), DailyQuota("paid", "k", 0, "charge")
    refused = limiter.admit((charge, full))
    assert (refused.allowed, refused.policy, refused.overage) == (False, full, None)


def test_threads_get_exactly_the_limit(state: SharedState, clock: HandClock) -> None:
    """Threads of one worker share every counter without losing or doubling a call."""
    limiter = StateLimiter(state, clock)
    rules = (Policy("p", "k", 900, 60.0), TokenBucket("b", "k", 700, 60), DailyQuota("d", "k", 800))
    admitted = []

    def call() -> None:
        admitted.append(sum(limiter.admit(rules).allowed for _ in range(200)))

    threads = [threading.Thread(target=call) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(admitted) == 700
    assert [limiter.peek(rule).remaining for rule in rules] == [200, 0, 100]


@pytest.mark.slow
def test_eight_processes_get_exactly_the_limit_of_every_rule(path: Path, pool: Pool) -> None:
    """Whichever rule is the tightest, all workers together admit its limit and count it everywhere."""
    window, day = Policy("p", "k", 1000, 60.0), DailyQuota("d", "k", 900)
    tight, soft = TokenBucket("b", "k", 500, 100), DailyQuota("s", "soft", 100, "charge")
    state = SharedState.open(path)
    limiter = StateLimiter(state, lambda: NOW)
    answers = pool.starmap(mixed_workers.hammer, [(str(path), (window, tight, day, soft), 120)] * 8, chunksize=1)
    assert [sum(column) for column in zip(*answers, strict=True)] == [500, 400]
    assert [limiter.peek(rule).remaining for rule in (window, tight, day)] == [500, 0, 400]
    state.close()
