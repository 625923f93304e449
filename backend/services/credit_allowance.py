"""Allowances: each plan's credits of a UTC month, granted once, and what is left of them gone when the month is over.

Called at registration and set-up, by the gate when it meets an account whose month is new, by the background process
at the turn of the month, and when a plan changes. An allowance is spent before anything else, so what is left of it is
what was granted less what the month consumed; bought and adjusted credits stay.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.core.plans import plan_named
from backend.models import Account
from backend.services import audit_service
from backend.services.audit_service import Actor
from backend.services.credit_ledger import Standing, lock_one, write
from backend.services.credit_settlement import held_credits


def month_of(moment: datetime) -> str:
    """Give the month of a UTC moment, as 2026-11."""
    return f"{moment:%Y-%m}"


def ensure_credits(session: Session, account_id: str, now: datetime, *, reached: int | None = None) -> bool:
    """Grant the allowance of the present month, unless that has happened; tell whether it did now.

    Begins with a write. Nothing is committed: the caller's transaction does, and publishes afterwards.

    Args:
        reached: how far reservations went, where that is known: what is admitted and not settled yet is the old
            month's, and does not expire.

    Raises:
        IntegrityError: no such account.
    """
    standing = lock_one(session, account_id, now)
    month = month_of(now)
    # Text in this form compares as the months do; a clock that lags must not grant an old month again.
    if standing.allowance_month >= month:
        return False
    expired = _expire(session, standing, standing.in_flight(reached))
    plan = plan_named(session.scalar(select(Account.plan).where(Account.id == account_id)) or "")
    standing.allowance_month = month
    standing.month_granted, standing.month_consumed, standing.month_calls = 0, 0, 0
    _grant(standing, plan.monthly_credits, f"{plan.title} plan, {month}", f"allowance:{account_id}:{month}")
    write(session, [standing], now)
    if expired:
        _note(session, "credits.expired", standing, {"amount": expired}, now)
    _note(session, "credits.granted", standing, {"amount": plan.monthly_credits, "plan": plan.name}, now)
    return True


def change_of_plan(session: Session, account_id: str, plan_name: str, now: datetime) -> int:
    """Grant what a larger plan gives beyond what the month has had already; give how much that was.

    Changing back and forth within a month grants nothing twice, and a smaller plan takes nothing back.
    """
    ensure_credits(session, account_id, now)
    standing = lock_one(session, account_id, now)
    plan = plan_named(plan_name)
    more = plan.monthly_credits - standing.month_granted
    if more <= 0:
        return 0
    month = standing.allowance_month
    reason = f"Change to the {plan.title} plan, {month}"
    _grant(standing, more, reason, f"allowance:{account_id}:{month}:{plan.name}")
    write(session, [standing], now)
    _note(session, "credits.granted", standing, {"amount": more, "plan": plan.name}, now)
    return more


def _grant(standing: Standing, amount: int, reason: str, idempotency_key: str) -> None:
    """Give credits of the month; the key makes a second time impossible, whoever else writes."""
    standing.move("grant", {"available": amount, "issued": -amount}, reason=reason, idempotency_key=idempotency_key)
    standing.month_granted += amount


def _expire(session: Session, standing: Standing, in_flight: int) -> int:
    """Take away what is left of the month that is over; give how much that was."""
    spent = standing.month_consumed + in_flight + held_credits(session, standing.account_id)
    left = min(standing.month_granted - spent, standing.current_credits - in_flight)
    if left <= 0:
        return 0
    month = standing.allowance_month
    standing.move(
        "expire",
        {"available": -left, "expired": left},
        reason=f"Left of the allowance of {month}",
        idempotency_key=f"expiry:{standing.account_id}:{month}",
    )
    return left


def _note(session: Session, action: str, standing: Standing, details: dict[str, object], now: datetime) -> None:
    """Add an entry to the account's audit trail; nobody asked for it: it is the plan's."""
    whole = {**details, "month": standing.allowance_month}
    audit_service.record(
        action,
        account_id=standing.account_id,
        target={"account_id": standing.account_id},
        details=whole,
        session=session,
        actor=Actor(type="system"),
        at=now,
    )
