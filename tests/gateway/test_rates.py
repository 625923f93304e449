"""What a caller is told of its limits."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.engine.limits.limiter import StateLimiter
from backend.engine.limits.rules import DailyQuota, Policy, Rule, TokenBucket
from backend.engine.limits.state import SharedState
from backend.gateway.rates import LimitReached, rate_headers

WINDOW = Policy("plan", "k", 2, 60.0)
BUCKET = TokenBucket("per-key", "k", 3, 7)
DAY = DailyQuota("daily-quota", "k", 1)


@pytest.fixture
def limiter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StateLimiter]:
    now = time.time_ns()
    # The headers count down by the wall clock: on a busy machine a second passes between two lines of a test.
    monkeypatch.setattr("backend.gateway.rates.time.time", lambda: now / 1e9)
    state = SharedState.open(tmp_path / "limits.bin")
    yield StateLimiter(state, lambda: now)
    state.close()


def test_the_headers_name_the_binding_rule_whatever_its_sort(limiter: StateLimiter) -> None:
    """Clients pace themselves by one pair of numbers and need not know how it came about."""
    headers = dict(rate_headers(limiter.admit((WINDOW, BUCKET))))
    assert headers["RateLimit-Policy"] == '"plan";q=2;w=60'
    assert (headers["X-RateLimit-Limit"], headers["X-RateLimit-Remaining"]) == ("2", "1")
    headers = dict(rate_headers(limiter.admit((BUCKET,))))
    assert headers["RateLimit-Policy"] == '"per-key";q=3;w=26'
    assert headers["RateLimit"] == '"per-key";r=1;t=18'
    headers = dict(rate_headers(limiter.admit((DAY,))))
    assert headers["RateLimit-Policy"] == '"daily-quota";q=1;w=86400'
    assert int(headers["X-RateLimit-Reset"]) % 86_400 == 0
    assert "X-Quota-Warning" not in headers
    assert "Retry-After" not in headers


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (WINDOW, "Rate limit exceeded: 2 calls in 60 seconds"),
        (BUCKET, "Rate limit exceeded: bursts of 3 calls, 7 more a minute"),
        (DAY, "Daily quota exceeded: 1 calls in a UTC day"),
    ],
)
def test_a_refusal_says_which_limit_and_when_to_return(limiter: StateLimiter, rule: Rule, message: str) -> None:
    """The reader of an error knows what to ask for and a program knows how long to wait."""
    limiter.admit((rule,), rule.limit)
    refusal = LimitReached(limiter.admit((rule, Policy("wide", "wide", 9, 1.0))))
    assert refusal.message == message
    assert refusal.details["policy"] == rule.name
    assert refusal.details["limit"] == rule.limit
    assert refusal.details.get("per_minute") == (7 if rule is BUCKET else None)
    headers = dict(rate_headers(refusal.decision))
    assert headers["X-RateLimit-Remaining"] == "0"
    assert 0 <= int(headers["Retry-After"]) - refusal.decision.retry_after <= 1


@pytest.mark.parametrize("overage", ["warn", "charge"])
def test_a_call_beyond_a_soft_quota_is_told_so(limiter: StateLimiter, overage: str) -> None:
    """Nobody is billed twice the price without a word, and what remains is told of the limit that can refuse."""
    soft = DailyQuota("daily-quota", "k", 1, overage)  # type: ignore[arg-type]
    assert "X-Quota-Warning" not in dict(rate_headers(limiter.admit((WINDOW, soft))))
    headers = dict(rate_headers(limiter.admit((Policy("plan", "k", 9, 60.0), soft))))
    assert headers["X-Quota-Warning"] == f'"daily-quota";q=1;action={overage}'
    assert headers["RateLimit"].startswith('"plan";r=7;')


def test_without_a_decision_nothing_is_claimed() -> None:
    """A limiter that is down says nothing of limits."""
    assert rate_headers(None) == []
