"""Binding: makes one decision of those of several rules. Used by every limiter, wherever it counts."""

from collections.abc import Sequence

from backend.engine.limits.rules import Decision


def bind(decisions: Sequence[Decision]) -> Decision:
    """Give the binding decision, as Decision says; with it what a daily quota has to say, the charging one first."""
    binding = beyond = None
    for decision in decisions:
        if binding is None or _is_tighter(decision, binding):
            binding = decision
        if decision.overage and (beyond is None or decision.overage == "charge"):
            beyond = decision
    if binding is None:
        raise ValueError("a decision needs a rule")
    if beyond is None or not binding.allowed:
        return binding
    return binding._replace(overage=beyond.overage, exceeded=beyond.exceeded)


def _is_tighter(decision: Decision, other: Decision) -> bool:
    if not (decision.allowed and other.allowed):
        return not decision.allowed and (other.allowed or decision.reset_at > other.reset_at)
    if decision.policy.can_refuse and other.policy.can_refuse:
        return decision.remaining < other.remaining
    return decision.policy.can_refuse or (not other.policy.can_refuse and decision.remaining < other.remaining)
