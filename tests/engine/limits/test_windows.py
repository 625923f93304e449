from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.engine.limits.limiter import StateLimiter
from backend.engine.limits.rules import Policy
from backend.engine.limits.state import SharedState
from tests.engine.limits.conftest import HandClock


def admitted(limiter: StateLimiter, policies: Sequence[Policy], attempts: int) -> int:
    return sum(limiter.admit(policies).allowed for _ in range(attempts))


def test_a_call_leaves_the_window_exactly_when_it_is_one_window_old(limiter: StateLimiter, clock: HandClock) -> None:
    """The 101st call inside a minute is refused, and admitted the very nanosecond the first one is a minute old."""
    policy = (Policy("plan", "k", 100, 60.0),)
    for _ in range(100):
        assert limiter.admit(policy).allowed
        clock.forward(0.1)
    clock.forward(49.999_999_999)
    refused = limiter.admit(policy)
    assert not refused.allowed
    assert refused.retry_after == pytest.approx(1e-9, abs=1e-12)
    clock.now += 1
    assert limiter.admit(policy).allowed
    assert not limiter.admit(policy).allowed


def test_a_decision_says_where_the_window_stands(limiter: StateLimiter, clock: HandClock) -> None:
    """Headers are honest: remaining counts this call, reset is when the window is empty or a place free."""
    policy = Policy("plan", "k", 2, 10.0)
    started = clock.now / 1e9
    first = limiter.admit((policy,))
    assert (first.allowed, first.policy, first.limit, first.remaining) == (True, policy, 2, 1)
    assert first.reset_at == pytest.approx(started + 10)
    assert first.retry_after == 0
    clock.forward(4)
    assert limiter.admit((policy,)).reset_at == pytest.approx(started + 14)
    refused = limiter.admit((policy,))
    assert (refused.allowed, refused.remaining) == (False, 0)
    assert refused.reset_at == pytest.approx(started + 10)
    assert refused.retry_after == pytest.approx(6)


def test_peek_and_usage_count_nothing(limiter: StateLimiter, clock: HandClock) -> None:
    """Showing a limit on a page costs the caller nothing."""
    policy = Policy("plan", "k", 1, 10.0)
    assert [limiter.peek(policy).remaining for _ in range(3)] == [1, 1, 1]
    assert limiter.usage(policy) == (0, clock.now / 1e9)
    limiter.admit((policy,))
    assert not limiter.peek(policy).allowed
    assert limiter.usage(policy) == (1, clock.now / 1e9)
    limiter.forget("k")
    assert limiter.peek(policy).allowed


def test_one_refusal_counts_nowhere(limiter: StateLimiter) -> None:
    """Several limits are one decision: a call its key refuses is not taken from the plan."""
    plan, key = Policy("plan", "plan:1", 10, 60.0), Policy("key", "key:1", 3, 60.0)
    assert admitted(limiter, (plan, key), 8) == 3
    refused = limiter.admit((plan, key))
    assert refused.policy is key
    assert limiter.peek(plan).remaining == 7


def test_the_binding_policy_is_the_tightest_or_the_last_to_free_a_place(limiter: StateLimiter) -> None:
    """A caller that waits as told is not refused by the other policy that refused too."""
    minute, day = Policy("minute", "m", 2, 60.0), Policy("day", "d", 2, 86400.0)
    assert limiter.admit((Policy("wide", "w", 9, 60.0), minute, day)).policy is minute
    limiter.admit((minute, day))
    assert limiter.admit((minute, day)).policy is day


def test_policies_with_one_key_look_at_the_same_calls(limiter: StateLimiter, clock: HandClock) -> None:
    """A minute's and a day's limit over one counter count each call once."""
    policies = (Policy("minute", "k", 5, 60.0), Policy("day", "k", 40, 86400.0))
    total = 0
    for _ in range(20):
        total += admitted(limiter, policies, 7)
        clock.forward(60)
    assert total == 40
    assert limiter.usage(policies[1]).calls == 40


def test_a_changed_limit_holds_at_once_and_keeps_the_history(limiter: StateLimiter, clock: HandClock) -> None:
    """An UPDATE of a limit neither forgives the calls already made nor forgets them."""
    assert admitted(limiter, (Policy("plan", "k", 100, 60.0),), 150) == 100
    assert admitted(limiter, (Policy("plan", "k", 10, 60.0),), 5) == 0
    assert admitted(limiter, (Policy("plan", "k", 5000, 60.0),), 6000) == 4900
    clock.forward(60)
    assert admitted(limiter, (Policy("plan", "k", 10, 60.0),), 50) == 10
    assert admitted(limiter, (Policy("plan", "k", 0, 60.0),), 5) == 0


def test_a_limit_of_nothing_refuses_the_first_call(limiter: StateLimiter) -> None:
    """Zero means none, not unlimited."""
    refused = limiter.admit((Policy("off", "k", 0, 60.0),))
    assert (refused.allowed, refused.remaining) == (False, 0)
    assert refused.retry_after == pytest.approx(60)


def test_a_clock_that_jumps_back_admits_no_more(limiter: StateLimiter, clock: HandClock) -> None:
    """Setting the machine's clock back does not hand out a second window."""
    policy = (Policy("plan", "k", 10, 60.0),)
    assert admitted(limiter, policy, 6) == 6
    clock.forward(-3600)
    assert admitted(limiter, policy, 10) == 4
    assert limiter.admit(policy).retry_after == pytest.approx(3660)
    clock.forward(3660)
    assert admitted(limiter, policy, 20) == 10


def test_a_call_may_cost_several(limiter: StateLimiter) -> None:
    """A batch is admitted whole or not at all, and says when it would fit."""
    policy = (Policy("rows", "k", 100, 60.0),)
    assert limiter.admit(policy, 60).remaining == 40
    refused = limiter.admit(policy, 41)
    assert (refused.allowed, refused.remaining) == (False, 40)
    assert limiter.admit(policy, 40).remaining == 0
    assert limiter.admit(policy, 101).retry_after == pytest.approx(60)


@pytest.mark.parametrize(("limit", "window"), [(-1, 60.0), (1, 0.0), (1, -1.0)])
def test_a_policy_without_meaning_is_refused(limit: int, window: float) -> None:
    """A negative limit or an empty window is a mistake, not "unlimited"."""
    with pytest.raises(ValueError, match="no policy"):
        Policy("p", "k", limit, window)


def test_a_decision_needs_a_policy_and_a_cost(limiter: StateLimiter) -> None:
    """No policy at all must not read as admitted."""
    with pytest.raises(ValueError, match="needs"):
        limiter.admit(())
    with pytest.raises(ValueError, match="needs"):
        limiter.admit((Policy("p", "k", 1, 1.0),), 0)


_step = st.tuples(
    st.integers(0, 400),
    st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=3),
    st.integers(0, 40),
    st.sampled_from([100, 250, 1000]),
    st.integers(1, 3),
)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(_step, max_size=120), lead=st.integers(0, 60))
def test_it_decides_as_a_plain_list_of_times_would(
    state: SharedState, steps: list[tuple[int, list[str], int, int, int]], lead: int
) -> None:
    """Rings, growth and binary search change nothing: the decision is the definition's, for any order of calls."""
    clock = HandClock()
    limiter = StateLimiter(state, clock)
    times: dict[str, list[int]] = {key: [] for key in "abc"}
    for key in times:
        limiter.admit((Policy("p", key, 1, 1000 / 1e9),))
        limiter.forget(key)
    start: list[tuple[int, list[str], int, int, int]] = [(1, ["a"], 60, 1000, 1)] * lead
    for wait, keys, limit, window, cost in start + steps:
        clock.now += wait
        policies = [Policy("p", key, limit + number, float(window) / 1e9) for number, key in enumerate(keys)]
        since = clock.now - window
        fits = all(sum(at > since for at in times[policy.key]) + cost <= policy.limit for policy in policies)
        assert limiter.admit(policies, cost).allowed is fits
        for key in set(keys) if fits else ():
            times[key] += [clock.now] * cost


def test_windows_of_two_lengths_over_one_counter_stay_exact_as_its_ring_turns(
    limiter: StateLimiter, clock: HandClock
) -> None:
    """The place where a window began last time is a guess that another window, a jump or a turn must not spoil."""
    policies = Policy("short", "k", 5, 1.0), Policy("long", "k", 40, 10.0)
    counted: list[int] = []
    for step in range(2_000):
        clock.now += (7_000_000, 90_000_000, 450_000_000, 0)[step * step % 7 % 4]
        if step % 400 == 399:
            clock.forward(11)
        now = clock.now
        within = [sum(stamp > now - policy.window_ns for stamp in counted) for policy in policies]
        allowed = all(count < policy.limit for count, policy in zip(within, policies, strict=True))
        assert limiter.admit(policies).allowed is allowed
        if allowed:
            counted.append(now)
    assert len(counted) > 300


def test_an_entry_that_was_taken_over_is_not_counted_in_any_more(path: Path, clock: HandClock) -> None:
    """A process that looked at its counter before knows by the count of changes that it has to look again."""
    state = SharedState.open(path, entries=64, clock=clock)
    limiter = StateLimiter(state, clock)
    mine = Policy("mine", "mine", 3, 1.0)
    assert limiter.admit((mine,)).allowed
    clock.forward(5)
    for number in range(300):
        # Each expires at once, so that the next may take whichever entry is on its way, ours too.
        limiter.admit((Policy("flood", f"flood{number}", 2, 1e-9),))
        clock.now += 2
    assert [limiter.admit((mine,)).remaining for _ in range(3)] == [2, 1, 0]
    assert not limiter.admit((mine,)).allowed
    state.close()
