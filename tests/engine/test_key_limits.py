"""Guarantees of what a key's limits come to, and of what an owner may set."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.core.plans import BUSINESS, FREE, PLANS, PRO, Plan
from backend.engine.key_limits import (
    KeyLimits,
    changed_fields,
    default_limits,
    effect_of,
    excesses,
    granted,
    window_limits,
)
from backend.engine.keys import Environment

LIMITS = st.builds(
    KeyLimits,
    burst_limit=st.none() | st.integers(0, 10**6),
    sustained_limit=st.integers(0, 10**6),
    daily_quota=st.none() | st.integers(0, 10**9),
    overage_action=st.sampled_from(["block", "warn", "charge"]),
)
PLAN = st.sampled_from(list(PLANS.values()))
ENVIRONMENT = st.sampled_from(["live", "test"])


@pytest.mark.parametrize(
    ("limits", "plan", "effect"),
    [
        # What a new key comes to on each plan: the plan binds on Free, the key's own bucket on the larger ones.
        (default_limits(FREE, "live"), 100, ("plan", 100, 144_000)),
        (default_limits(PRO, "live"), 500, ("per-key", 100, 144_600)),
        (default_limits(FREE, "test"), 100, ("daily-quota", 100, 10_000)),
        (window_limits(100, "live"), 100, ("per-key", 100, 144_000)),
        (window_limits(10_000, "live"), 100, ("per-key", 10_000, 14_400_000)),
    ],
)
def test_the_documented_keys_come_to_what_they_say(limits: KeyLimits, plan: int, effect: tuple[str, int, int]) -> None:
    """The page never promises more calls a day than the policies together admit."""
    found = effect_of(limits, plan)

    assert (found.binding, found.per_minute, found.daily_ceiling) == effect
    assert found.plan_applies == (limits.sustained_limit <= plan)


def test_a_quota_whose_overage_is_admitted_is_no_ceiling() -> None:
    """Warn and charge let calls through, so the rate is what ends them."""
    limits = KeyLimits(burst_limit=None, sustained_limit=10, daily_quota=5)

    assert effect_of(limits, 100).daily_ceiling == 5
    assert effect_of(replace(limits, overage_action="charge"), 100).daily_ceiling == 14_400


@pytest.mark.parametrize(("burst", "sustained"), [(0, 100), (600, 0), (None, 0)])
def test_a_bucket_without_capacity_or_refill_admits_nothing(burst: int | None, sustained: int) -> None:
    """Zero is how a key is stopped without being revoked."""
    effect = effect_of(KeyLimits(burst_limit=burst, sustained_limit=sustained, daily_quota=None), 100)

    assert (effect.per_minute, effect.daily_ceiling) == (0, 0)


@given(LIMITS, PLAN, ENVIRONMENT)
def test_what_is_granted_is_never_beyond_the_plan_nor_beyond_what_was_asked(
    limits: KeyLimits, plan: Plan, environment: Environment
) -> None:
    """An owner cannot word a wish so that it gets around a ceiling."""
    given_ = granted(limits, plan, environment)

    assert excesses(given_, plan, environment) == []
    assert given_.sustained_limit <= limits.sustained_limit
    assert granted(given_, plan, environment) == given_
    assert changed_fields(limits, given_) == {excess.field for excess in excesses(limits, plan, environment)}


@given(LIMITS, PLAN)
def test_the_ceiling_is_held_by_every_policy_that_applies(limits: KeyLimits, plan: Plan) -> None:
    """No policy alone would stop earlier than the ceiling says."""
    effect = effect_of(limits, plan.calls_per_minute)

    assert effect.daily_ceiling <= 1_440 * effect.per_minute + (limits.burst_limit or 0)
    if effect.plan_applies:
        assert effect.daily_ceiling <= 1_440 * plan.calls_per_minute
    if limits.daily_quota is not None and limits.overage_action == "block":
        assert effect.daily_ceiling <= limits.daily_quota


def test_test_keys_are_few_a_day_on_every_plan() -> None:
    """Their calls cost nothing, so no plan and no overage lets more through."""
    wish = KeyLimits(burst_limit=None, sustained_limit=10, daily_quota=None, overage_action="charge")

    assert granted(wish, BUSINESS, "test") == replace(wish, daily_quota=10_000, overage_action="block")
    assert granted(wish, BUSINESS, "live") == wish
