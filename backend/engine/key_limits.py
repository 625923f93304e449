"""Limits of one key as numbers: what they come to together with the plan, and what a plan lets an owner set.

Pure: reads no row. Called by the services that set limits and by the answers that show them; the gateway builds its
rules from the same columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Literal

from backend.core.plans import KEY_BURST, KEY_DAILY_QUOTA, KEY_SUSTAINED, TEST_KEY_DAILY_QUOTA, Plan
from backend.engine.keys import Environment

Overage = Literal["block", "warn", "charge"]
Binding = Literal["plan", "per-key", "daily-quota"]
MINUTES_A_DAY = 1_440


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyLimits:
    """The columns of api_key_quotas."""

    burst_limit: int | None
    """None: an exact sliding window of the sustained limit; a number: the capacity of a token bucket."""
    sustained_limit: int
    daily_quota: int | None
    overage_action: Overage = "block"


@dataclass(frozen=True, slots=True)
class Effect:
    """What limits come to."""

    plan_applies: bool
    """False for a key whose sustained limit was lifted beyond its plan."""
    binding: Binding
    """The policy that gives the daily ceiling."""
    per_minute: int
    """Calls a minute that can be kept up."""
    daily_ceiling: int
    """The most calls of one UTC day that can be admitted."""


@dataclass(frozen=True, slots=True)
class Excess:
    """One limit beyond what the plan lets an owner set."""

    field: str
    asked: int | str | None
    ceiling: int | str


def effect_of(limits: KeyLimits, plan_calls_per_minute: int) -> Effect:
    """Give what a key's limits come to under a plan.

    A bucket admits its capacity once and its refill for every minute of the day; a window its limit for every minute.
    A quota whose overage is admitted bounds nothing.
    """
    per_minute = 0 if limits.burst_limit == 0 else limits.sustained_limit
    burst = limits.burst_limit if limits.burst_limit is not None and per_minute else 0
    plan_applies = limits.sustained_limit <= plan_calls_per_minute
    ceilings: list[tuple[int, Binding]] = [(MINUTES_A_DAY * per_minute + burst, "per-key")]
    if plan_applies:
        ceilings.append((MINUTES_A_DAY * plan_calls_per_minute, "plan"))
    if limits.daily_quota is not None and limits.overage_action == "block":
        ceilings.append((limits.daily_quota, "daily-quota"))
    # min() keeps the first of equals: the key's own limit is named before the plan's.
    ceiling, binding = min(ceilings, key=lambda pair: pair[0])
    return Effect(plan_applies, binding, per_minute, ceiling)


def default_limits(plan: Plan, environment: Environment) -> KeyLimits:
    """Give what a key made at the portal gets."""
    limits = KeyLimits(burst_limit=KEY_BURST, sustained_limit=KEY_SUSTAINED, daily_quota=KEY_DAILY_QUOTA)
    return granted(limits, plan, environment)


def window_limits(calls_per_minute: int, environment: Environment) -> KeyLimits:
    """Give the limits of a key that is bounded by calls a minute alone; calls with test keys are free, so few a day."""
    daily_quota = TEST_KEY_DAILY_QUOTA if environment == "test" else None
    return KeyLimits(burst_limit=None, sustained_limit=calls_per_minute, daily_quota=daily_quota)


def excesses(limits: KeyLimits, plan: Plan, environment: Environment) -> Sequence[Excess]:
    """Give every limit that is beyond what the plan lets an owner set."""
    is_test = environment == "test"
    daily_max = TEST_KEY_DAILY_QUOTA if is_test else plan.daily_quota_max
    found: list[Excess] = []
    if limits.sustained_limit > plan.calls_per_minute:
        found.append(Excess("sustained_limit", limits.sustained_limit, plan.calls_per_minute))
    if limits.burst_limit is not None and limits.burst_limit > plan.burst_max:
        found.append(Excess("burst_limit", limits.burst_limit, plan.burst_max))
    if limits.daily_quota is None:
        if is_test:
            found.append(Excess("daily_quota", None, daily_max))
    elif limits.daily_quota > daily_max:
        found.append(Excess("daily_quota", limits.daily_quota, daily_max))
    if is_test and limits.overage_action != "block":
        found.append(Excess("overage_action", limits.overage_action, "block"))
    return found


def granted(limits: KeyLimits, plan: Plan, environment: Environment) -> KeyLimits:
    """Give the limits with everything that is beyond the plan put down to its ceiling."""
    ceilings = {excess.field: excess.ceiling for excess in excesses(limits, plan, environment)}
    return replace(limits, **ceilings)  # type: ignore[arg-type]  # each ceiling is of its own field's type


def changed_fields(before: KeyLimits, after: KeyLimits) -> frozenset[str]:
    """Give the names of the limits that differ."""
    old, new = asdict(before), asdict(after)
    return frozenset(name for name in old if old[name] != new[name])
