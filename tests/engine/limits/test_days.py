import pytest

from backend.engine.limits.limiter import StateLimiter
from backend.engine.limits.rules import DailyQuota
from tests.engine.limits.conftest import HandClock

DAY = 86_400


def admitted(limiter: StateLimiter, quota: DailyQuota, attempts: int) -> int:
    return sum(limiter.admit((quota,)).allowed for _ in range(attempts))


def to_midnight(clock: HandClock) -> None:
    """Let time pass until a UTC day begins."""
    clock.now += -clock.now % (DAY * 10**9)


def test_a_quota_is_for_a_utc_day(limiter: StateLimiter, clock: HandClock) -> None:
    """The day ends at midnight UTC, not a day after the first call, and not a nanosecond earlier."""
    quota = DailyQuota("daily-quota", "k", 5)
    to_midnight(clock)
    clock.forward(DAY - 1)
    assert admitted(limiter, quota, 9) == 5
    clock.now += 10**9 - 1
    refused = limiter.admit((quota,))
    assert (refused.allowed, refused.policy, refused.limit, refused.remaining) == (False, quota, 5, 0)
    assert refused.retry_after == pytest.approx(1e-9, abs=1e-12)
    clock.now += 1
    assert limiter.admit((quota,)).reset_at == clock.now / 1e9 + DAY
    assert admitted(limiter, quota, 9) == 4


@pytest.mark.parametrize("overage", ["warn", "charge"])
def test_beyond_the_quota_calls_are_admitted_counted_and_reported(limiter: StateLimiter, overage: str) -> None:
    """Soft quotas say of each call beyond them what follows, and of none before."""
    quota = DailyQuota("daily-quota", "k", 3, overage)  # type: ignore[arg-type]
    answers = [limiter.admit((quota,)) for _ in range(5)]
    assert [answer.overage for answer in answers] == [None, None, None, overage, overage]
    assert [answer.remaining for answer in answers] == [2, 1, 0, 0, 0]
    assert limiter.admit((quota,), 2).exceeded is quota
    assert (limiter.peek(quota).remaining, limiter.peek(quota).overage) == (0, overage)
    assert not limiter.peek(DailyQuota("daily-quota", "k", 7)).allowed
    assert limiter.peek(DailyQuota("daily-quota", "k", 8)).remaining == 1


def test_a_changed_quota_or_action_keeps_the_count(limiter: StateLimiter) -> None:
    """An UPDATE of the quota neither forgives calls nor forgets them."""
    assert admitted(limiter, DailyQuota("d", "k", 10), 20) == 10
    assert admitted(limiter, DailyQuota("d", "k", 5), 3) == 0
    assert admitted(limiter, DailyQuota("d", "k", 12), 5) == 2
    assert limiter.admit((DailyQuota("d", "k", 12, "charge"),)).overage == "charge"
    assert not limiter.admit((DailyQuota("d", "k", 13, "block"),)).allowed
    assert admitted(limiter, DailyQuota("d", "k", 0), 3) == 0


def test_a_clock_that_jumps_back_over_midnight_stays_in_the_later_day(limiter: StateLimiter, clock: HandClock) -> None:
    """Nobody gets yesterday's quota again, or today's twice."""
    quota = DailyQuota("d", "k", 10)
    to_midnight(clock)
    assert admitted(limiter, quota, 6) == 6
    clock.forward(-1)
    assert admitted(limiter, quota, 9) == 4
    clock.forward(2)
    assert admitted(limiter, quota, 9) == 0
    clock.forward(DAY)
    assert admitted(limiter, quota, 19) == 10


@pytest.mark.parametrize(("limit", "overage"), [(-1, "block"), (1, "forgive")])
def test_a_quota_without_meaning_is_refused(limit: int, overage: str) -> None:
    """A negative limit or an action nobody knows is a mistake, not "unlimited"."""
    with pytest.raises(ValueError, match="no quota"):
        DailyQuota("d", "k", limit, overage)  # type: ignore[arg-type]
