"""Limits of keys: shown with what they come to, set within the plan by owners and beyond it by administrators.

Called by the limit routes, by whoever makes a key, and when an account changes its plan. Takes effect at the next call
of every worker.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, TypeAlias

from sqlalchemy import select, update

from backend.core.errors import Forbidden
from backend.core.plans import Plan
from backend.engine.key_limits import (
    Effect,
    Excess,
    KeyLimits,
    changed_fields,
    default_limits,
    effect_of,
    excesses,
    granted,
    window_limits,
)
from backend.engine.keys import Environment
from backend.models import APIKeyQuota, AppKey, db
from backend.services import audit_service
from backend.services.access import Viewer
from backend.services.announced import commit_change
from backend.services.key_rights import reached_key
from backend.services.key_service import limits_of
from backend.services.project_roles import Role, require_at_least
from backend.services.runtime import current_runtime


@dataclass(frozen=True, slots=True)
class ShownLimits:
    """A key's limits, its plan, and what the two come to."""

    limits: KeyLimits
    plan: Plan
    effect: Effect


@dataclass(frozen=True, slots=True)
class PortalLimits:
    """The defaults of the portal, but for some limits by their names."""

    changes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WindowLimits:
    """So many calls in any 60 seconds and nothing else; None for the installation's default."""

    calls_per_minute: int | None
    name: str
    """What the door calls it."""


LimitsWish: TypeAlias = PortalLimits | WindowLimits


class BeyondPlan(Forbidden):
    """An owner asked for more than the plan lets owners set."""

    def __init__(self, excess: Excess, plan: Plan) -> None:
        super().__init__(
            f"{excess.field}: {_text(excess.asked)} is beyond the plan {plan.title}, whose ceiling is {excess.ceiling}",
            details={"reason": "plan", "field": excess.field, "ceiling": excess.ceiling, "plan": plan.name},
        )


def shown(limits: KeyLimits, plan: Plan) -> ShownLimits:
    """Give limits with what they come to under a plan."""
    return ShownLimits(limits, plan, effect_of(limits, plan.calls_per_minute))


def read_limits(key_id: str, *, viewer: Viewer) -> ShownLimits:
    """Give a key's limits; administrators read those of every account.

    Raises:
        NotFound: no such key, or not the viewer's.
    """
    reached = reached_key(key_id, viewer, by_administrators=True)
    return shown(limits_of(reached.row), reached.plan)


def change_limits(key_id: str, changes: Mapping[str, Any], *, viewer: Viewer) -> ShownLimits:
    """Set some of a key's limits; what is left out stays.

    Args:
        key_id: public id.
        changes: by the names of KeyLimits.
        viewer: the owner or a member who administers, held to the plan; or an administrator, who is not.

    Raises:
        NotFound: no such key, or not the viewer's.
        BeyondPlan: naming the ceiling; a limit that an administrator lifted may be left as it is.
    """
    reached = reached_key(key_id, viewer, by_administrators=True)
    require_at_least(reached.role, Role.ADMIN)
    row = reached.row
    before = limits_of(row)
    after = replace(before, **changes)
    changed = changed_fields(before, after)
    if not viewer.is_admin:
        beyond = excesses(after, reached.plan, _environment(row))
        for excess in (found for found in beyond if found.field in changed):
            raise BeyondPlan(excess, reached.plan)
    if changed:
        _write(row, after)
        _record(row, before, after)
        commit_change()
    return shown(after, reached.plan)


def granted_limits(
    wish: LimitsWish, plan: Plan, environment: Environment, *, viewer: Viewer
) -> tuple[KeyLimits, list[str]]:
    """Give the limits that a new key gets, and a warning for each that is less than what was asked for.

    Args:
        wish: what the door was asked for.
        plan: of the account that the key will belong to.
        environment: of the key.
        viewer: administrators get what they ask for.
    """
    asked = _asked(wish, plan, environment)
    if viewer.is_admin:
        return asked, []
    called = {"sustained_limit": wish.name} if isinstance(wish, WindowLimits) else {}
    warnings = [
        f"{called.get(excess.field, excess.field)}: {_text(excess.asked)} is beyond the plan {plan.title};"
        f" {excess.ceiling} was granted"
        for excess in excesses(asked, plan, environment)
    ]
    return granted(asked, plan, environment), warnings


def hold_to_plan(account_id: str, before: Plan, after: Plan) -> int:
    """Put the keys of an account whose plan became smaller down to it; the caller commits. Give how many changed.

    A key that an administrator lifted beyond the plan before stays as it is.
    """
    rows: Sequence[AppKey] = db.session.scalars(
        select(AppKey).where(AppKey.account_id == account_id, AppKey.revoked_at.is_(None))
    ).all()
    held = 0
    for row in rows:
        present, environment = limits_of(row), _environment(row)
        if excesses(present, before, environment):
            continue
        lowered = granted(present, after, environment)
        if changed_fields(present, lowered):
            _write(row, lowered)
            _record(row, present, lowered)
            held += 1
    return held


def _asked(wish: LimitsWish, plan: Plan, environment: Environment) -> KeyLimits:
    """Give a wish in full."""
    if isinstance(wish, PortalLimits):
        return replace(default_limits(plan, environment), **wish.changes)
    calls_per_minute = wish.calls_per_minute
    if calls_per_minute is None:
        # Nobody asked for it, so a default beyond the plan is no wish that a warning would answer.
        calls_per_minute = min(current_runtime().key_calls_per_minute, plan.calls_per_minute)
    return window_limits(calls_per_minute, environment)


def _write(row: AppKey, limits: KeyLimits) -> None:
    """Write limits, all in one statement."""
    db.session.execute(update(APIKeyQuota).where(APIKeyQuota.key_id == row.key_id).values(**asdict(limits)))


def _record(row: AppKey, before: KeyLimits, after: KeyLimits) -> None:
    """Note in the audit trail what a key's limits were and are."""
    audit_service.record(
        "limits.changed",
        account_id=row.account_id,
        target={"key_id": row.key_id},
        details={"before": asdict(before), "after": asdict(after)},
    )


def _environment(row: AppKey) -> Environment:
    return "test" if row.environment == "test" else "live"


def _text(asked: int | str | None) -> str:
    """Write a limit that was asked for."""
    return "no limit" if asked is None else str(asked)
