"""Plans: what an account may use. The only place that says so; routes, limits and pages derive from it.

Source: the reference documents (Free 100, Pro 500, Business 1000 calls a minute; keys burst 600, sustained 100 a
minute, 1,000,000 a day).
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Plan:
    """One plan. What an owner may set of a key is bounded by it; an administrator may go beyond."""

    name: str
    title: str
    calls_per_minute: int
    """Of all keys of one environment together: an exact sliding window.

    A key whose own sustained limit was set beyond it is not held by it.
    """
    burst_max: int
    daily_quota_max: int
    monthly_credits: int
    """Granted at the beginning of each UTC month; what is left of them expires with it."""


FREE = Plan("free", "Free", 100, 600, 1_000_000, 10_000)
PRO = Plan("pro", "Pro", 500, 3_000, 5_000_000, 250_000)
BUSINESS = Plan("business", "Business", 1_000, 6_000, 20_000_000, 2_000_000)
PLANS = MappingProxyType({plan.name: plan for plan in (FREE, PRO, BUSINESS)})

KEY_BURST = 600
KEY_SUSTAINED = 100
KEY_DAILY_QUOTA = 1_000_000
TEST_KEY_DAILY_QUOTA = 10_000
"""Calls with test keys cost nothing, so their number a day is small, whatever the plan."""


def plan_named(name: str) -> Plan:
    """Give a plan; a name that no release knows is the smallest plan, never the largest."""
    return PLANS.get(name, FREE)
