import pytest

from backend.engine.limits import layout
from backend.engine.limits.limiter import StateLimiter
from backend.engine.limits.rules import TokenBucket
from backend.engine.limits.state import SharedState
from tests.engine.limits.conftest import HandClock

KEY_DEFAULT = TokenBucket("per-key", "k", 600, 100)


def admitted(limiter: StateLimiter, bucket: TokenBucket, attempts: int) -> int:
    return sum(limiter.admit((bucket,)).allowed for _ in range(attempts))


def test_a_full_bucket_serves_its_burst_and_then_its_pace(limiter: StateLimiter, clock: HandClock) -> None:
    """Burst 600 and sustained 100 a minute: 600 at once, then one every 600 ms, to the nanosecond."""
    assert admitted(limiter, KEY_DEFAULT, 700) == 600
    clock.forward(0.599_999_999)
    assert not limiter.admit((KEY_DEFAULT,)).allowed
    clock.now += 1
    assert admitted(limiter, KEY_DEFAULT, 5) == 1
    clock.forward(60)
    assert admitted(limiter, KEY_DEFAULT, 200) == 100
    clock.forward(360)
    assert admitted(limiter, KEY_DEFAULT, 700) == 600
    clock.forward(86_400)
    assert admitted(limiter, KEY_DEFAULT, 700) == 600


def test_a_decision_says_where_the_bucket_stands(limiter: StateLimiter, clock: HandClock) -> None:
    """Remaining counts this call, reset is when the bucket is full again or the next token is there."""
    bucket = TokenBucket("per-key", "k", 2, 6)
    started = clock.now / 1e9
    first = limiter.admit((bucket,))
    assert (first.allowed, first.policy, first.limit, first.remaining) == (True, bucket, 2, 1)
    assert first.reset_at == pytest.approx(started + 10)
    assert limiter.peek(bucket).remaining == 1
    assert limiter.peek(bucket).reset_at == pytest.approx(started + 10)
    assert limiter.admit((bucket,)).remaining == 0
    clock.forward(4)
    refused = limiter.admit((bucket,))
    assert (refused.allowed, refused.remaining) == (False, 0)
    assert refused.retry_after == pytest.approx(6)
    assert (bucket.limit, bucket.window_seconds) == (2, 20.0)


def test_a_caller_that_waits_as_told_is_admitted(limiter: StateLimiter, clock: HandClock) -> None:
    """Retry-After is neither too short nor too long, for calls of any cost."""
    bucket = TokenBucket("per-key", "k", 10, 7)
    assert limiter.admit((bucket,), 9).allowed
    for cost in (2, 10, 5):
        refused = limiter.admit((bucket,), cost)
        clock.now += round(refused.retry_after * 1e9) - 1_000
        assert not limiter.admit((bucket,), cost).allowed
        clock.now += 2_000
        assert limiter.admit((bucket,), cost).allowed


@pytest.mark.parametrize("bucket", [TokenBucket("off", "k", 0, 100), TokenBucket("off", "k", 100, 0)])
def test_a_bucket_of_nothing_refuses_the_first_call(limiter: StateLimiter, bucket: TokenBucket) -> None:
    """Zero means none, not unlimited, and a minute is a wait that can be told."""
    refused = limiter.admit((bucket,))
    assert (refused.allowed, refused.limit, refused.remaining) == (False, 0, 0)
    assert refused.retry_after == pytest.approx(60)


def test_a_call_larger_than_the_bucket_never_fits(limiter: StateLimiter) -> None:
    """It is refused with the remaining tokens untouched."""
    bucket = TokenBucket("per-key", "k", 10, 60)
    refused = limiter.admit((bucket,), 11)
    assert (refused.allowed, refused.remaining) == (False, 10)
    assert refused.retry_after == pytest.approx(10)


def test_a_changed_capacity_holds_at_once_and_keeps_the_level(limiter: StateLimiter) -> None:
    """Neither a larger nor a smaller burst forgives the tokens already used."""
    assert admitted(limiter, TokenBucket("b", "k", 100, 60), 150) == 100
    assert admitted(limiter, TokenBucket("b", "k", 10, 60), 5) == 0
    assert admitted(limiter, TokenBucket("b", "k", 130, 60), 50) == 30


def test_a_changed_pace_keeps_the_used_tokens(limiter: StateLimiter, clock: HandClock) -> None:
    """Tokens count, not the time they take: a slower refill sets nothing free, a faster one locks nobody out."""
    fast, slow = TokenBucket("b", "k", 100, 600), TokenBucket("b", "k", 100, 6)
    assert admitted(limiter, fast, 60) == 60
    assert limiter.peek(slow).remaining == 40
    assert admitted(limiter, slow, 100) == 40
    assert limiter.admit((slow,)).retry_after == pytest.approx(10)
    assert limiter.admit((fast,)).retry_after == pytest.approx(0.1)
    clock.forward(0.1)
    assert admitted(limiter, fast, 5) == 1


def test_changing_the_pace_to_and_fro_gives_nothing(limiter: StateLimiter) -> None:
    """An owner who turns his own limit up and down all day gets the burst once."""
    total = 0
    for turn in range(200):
        total += admitted(limiter, TokenBucket("b", "k", 50, (7, 1000, 59)[turn % 3]), 3)
    assert total == 50


def test_a_clock_that_jumps_back_admits_no_more(limiter: StateLimiter, clock: HandClock) -> None:
    """Setting the clock back stops the refill until time catches up; it never refills twice."""
    bucket = TokenBucket("b", "k", 10, 60)
    assert admitted(limiter, bucket, 6) == 6
    clock.forward(-3600)
    assert admitted(limiter, bucket, 10) == 4
    clock.forward(3599)
    assert admitted(limiter, bucket, 10) == 0
    clock.forward(3)
    assert admitted(limiter, bucket, 10) == 2


def test_a_pace_changed_while_the_clock_is_back_sets_nothing_free(limiter: StateLimiter, clock: HandClock) -> None:
    """Even both at once leave the level where it was."""
    assert admitted(limiter, TokenBucket("b", "k", 100, 60), 100) == 100
    clock.forward(-3600)
    assert admitted(limiter, TokenBucket("b", "k", 100, 6000), 5) == 0
    clock.forward(3600)
    assert admitted(limiter, TokenBucket("b", "k", 100, 6000), 5) == 0


def test_a_pace_lost_by_a_kill_reads_as_used_up(state: SharedState, limiter: StateLimiter) -> None:
    """Between the two stores of a change nobody knows the level: too strict rather than too lax, for one bucket."""
    bucket = TokenBucket("b", "k", 10, 60)
    assert admitted(limiter, bucket, 3) == 3
    place = state.acquire((bucket.counter,))[0]
    place.words[place.at + layout.INTERVAL] = 0
    state.release()
    refused = limiter.admit((bucket,))
    assert not refused.allowed
    assert refused.retry_after == pytest.approx(1)


@pytest.mark.parametrize(("capacity", "per_minute"), [(-1, 1), (1, -1), (10**12, 1)])
def test_a_bucket_without_meaning_is_refused(capacity: int, per_minute: int) -> None:
    """A negative number, or a refill that outlives everybody, is a mistake."""
    with pytest.raises(ValueError, match="no bucket"):
        TokenBucket("b", "k", capacity, per_minute)
