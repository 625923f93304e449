"""What an account has and had: its credits, its month, its ledger; and what an administrator may change of it.

Called by the routes of the portal and of administration. Prices are not its business: each kind says its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from backend.core.errors import Conflict, Forbidden, NotFound
from backend.core.plans import Plan, plan_named
from backend.models import Account, CreditPosting, CreditTransaction, UserCredits, db
from backend.schemas.credits import LedgerEntryOut, MovementKind
from backend.services import audit_service
from backend.services.access import Viewer
from backend.services.credit_allowance import ensure_credits, month_of
from backend.services.credit_ledger import Movement, lock_one, write
from backend.services.credit_settlement import held_credits
from backend.services.paging import ID_MAX, Page, PageRequest, narrowed, page
from backend.services.runtime import current_runtime

ALERT_AT = 0.8
"""Of the credits there were, the share whose consumption is worth a warning."""
BALANCE_MAX = 10**12


class TooFewCredits(Conflict):
    """An adjustment would take more than there is."""

    def __init__(self, asked: int, available: int) -> None:
        message = f"The account has {available} credits that no call has reserved; {asked} cannot be taken"
        super().__init__(message, details={"asked": asked, "available": available})


class TooManyCredits(Conflict):
    """An adjustment would give more than an account can have."""

    def __init__(self) -> None:
        super().__init__(f"An account has at most {BALANCE_MAX} credits", details={"balance_max": BALANCE_MAX})


@dataclass(frozen=True, slots=True)
class CreditsNow:
    """An account's credits at one moment."""

    current_credits: int
    on_hold: int
    month: str
    month_granted: int
    month_consumed: int
    month_calls: int
    plan: Plan

    @property
    def progress(self) -> float:
        """How much of what there was is consumed: 0 to 1."""
        there_was = self.month_consumed + max(0, self.current_credits)
        return self.month_consumed / there_was if there_was else 0.0

    @property
    def is_alert(self) -> bool:
        """Whether that is worth a warning."""
        return self.progress >= ALERT_AT


def credits_of(viewer: Viewer) -> CreditsNow:
    """Give the viewer's own credits, with the allowance of the present month."""
    row = db.session.get(UserCredits, viewer.account_id)
    if row is None or row.allowance_month < month_of(current_runtime().clock.now()):
        db.session.rollback()
        current_runtime().credits.renew(viewer.account_id)
        row = db.session.get_one(UserCredits, viewer.account_id)
    plan = db.session.scalar(select(Account.plan).where(Account.id == viewer.account_id))
    return CreditsNow(
        current_credits=row.current_credits,
        on_hold=held_credits(db.session(), viewer.account_id),
        month=row.allowance_month,
        month_granted=row.month_granted,
        month_consumed=row.month_consumed,
        month_calls=row.month_calls,
        plan=plan_named(plan or ""),
    )


def ledger_of(viewer: Viewer, part: PageRequest, kind: MovementKind | None = None) -> Page[LedgerEntryOut]:
    """Give the viewer's own movements, newest first."""
    mine = select(CreditTransaction).where(CreditTransaction.account_id == viewer.account_id)
    if kind is not None:
        mine = mine.where(CreditTransaction.kind == kind)
    rows = db.session.scalars(narrowed(mine, CreditTransaction.id, part, id_max=ID_MAX)).all()
    amounts = _amounts([row.id for row in rows])
    return page([_entry(row, amounts.get(row.id, 0), row.created_at) for row in rows], [row.id for row in rows], part)


def adjust(viewer: Viewer, account_id: str, amount: int, reason: str) -> tuple[int, LedgerEntryOut]:
    """Give an account credits, or take some that no call has reserved; give what it has then, and the entry.

    Args:
        amount: below 0 to take.
        reason: shown to the account's owner.

    Raises:
        Forbidden: the viewer is no administrator.
        NotFound: no such account.
        TooFewCredits: more than there is.
    """
    if not viewer.is_admin:
        message = "Only an administrator changes credits"
        raise Forbidden(message)
    if db.session.get(Account, account_id) is None:
        raise NotFound(noun="Account")
    runtime, session = current_runtime(), db.session()
    now, reached = runtime.clock.now(), runtime.credits.reached(account_id)
    ensure_credits(session, account_id, now, reached=reached)
    standing = lock_one(session, account_id, now)
    free = standing.current_credits - standing.in_flight(reached)
    if amount < 0 and free + amount < 0:
        session.rollback()
        raise TooFewCredits(-amount, max(0, free))
    if standing.current_credits + amount > BALANCE_MAX:
        session.rollback()
        raise TooManyCredits
    movement = standing.move(
        "adjust", {"available": amount, "issued": -amount}, reason=reason, actor_id=viewer.account_id
    )
    write(session, [standing], now)
    details = {"amount": amount, "reason": reason, "balance": standing.current_credits}
    audit_service.record("credits.adjusted", account_id=account_id, target={"account_id": account_id}, details=details)
    session.commit()
    runtime.credits.publish(account_id)
    return standing.current_credits, _entry(movement, amount, now)


def _amounts(transaction_ids: Sequence[int]) -> dict[int, int]:
    """Give how much each movement changed the spendable credits."""
    total = func.sum(CreditPosting.amount)
    available = select(CreditPosting.transaction_id, total).where(
        CreditPosting.transaction_id.in_(transaction_ids), CreditPosting.book == "available"
    )
    rows = db.session.execute(available.group_by(CreditPosting.transaction_id))
    return {transaction_id: int(amount) for transaction_id, amount in rows}


def _entry(movement: CreditTransaction | Movement, amount: int, created_at: datetime) -> LedgerEntryOut:
    return LedgerEntryOut(
        id=movement.id,
        kind=movement.kind,  # type: ignore[arg-type]  # the column holds nothing else
        amount=amount,
        balance_after=movement.balance_after,
        calls=movement.calls,
        reason=movement.reason,
        actor_id=movement.actor_id,
        created_at=created_at,
    )
