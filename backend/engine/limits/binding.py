"""Binding: makes one decision of those of several rules. Used by every limiter, wherever it counts."""

from collections.abc import Sequence
from operator import attrgetter

from backend.engine.limits.rules import Decision


def bind(decisions: Sequence[Decision]) -> Decision:
    """Give the binding decision, as Decision says; with it what a daily quota has to say, the charging one first."""
    if len(decisions) == 1:
        return decisions[0]
    refusals = [decision for decision in decisions if not decision.allowed]
    if refusals:
        return max(refusals, key=attrgetter("reset_at"))
    limits = [decision for decision in decisions if decision.policy.can_refuse] or decisions
    binding = min(limits, key=attrgetter("remaining"))
    beyond = [decision for decision in decisions if decision.overage]
    if not beyond:
        return binding
    worst = next((decision for decision in beyond if decision.overage == "charge"), beyond[0])
    return binding._replace(overage=worst.overage, exceeded=worst.exceeded)
