"""Settlement: what answered calls cost leaves the account's credits, exactly once.

Called by the journal's fold inside its transaction, for the records that the database did not hold before; the fold's
exactly-once is therefore the settlement's. Knows the number line as far as `reserved_position`: what a batch leaves
open below its furthest record becomes a hold, which a later record fills or the sweep gives back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Table, delete, func, insert, select
from sqlalchemy.orm import Session

from backend.engine.credit_line import Range, length, merged, without
from backend.engine.metering.calls import Calls, places_by
from backend.models import CreditHold
from backend.services.credit_ledger import IDS_PER_QUERY, Book, Standing, lock, write

HOLDS: Table = CreditHold.__table__  # type: ignore[assignment]
FAILED = "Calls that failed cost nothing"


@dataclass(slots=True)
class Charge:
    """What the records of one account add up to in one batch."""

    ranges: list[Range] = field(default_factory=list)
    cost: int = 0
    calls: int = 0
    """Those that cost something."""


@dataclass(frozen=True, slots=True)
class Hold:
    """A gap on the number line, as the table has it."""

    id: int
    span: Range
    seen_at: datetime


@dataclass(slots=True)
class HoldChanges:
    """What a batch does to the table of holds."""

    gone: list[int] = field(default_factory=list)
    made: list[dict[str, Any]] = field(default_factory=list)

    def open(self, account_id: str, spans: Iterable[Range], seen_at: datetime) -> None:
        """Note new gaps."""
        self.made += [
            {"account_id": account_id, "start": start, "end": end, "seen_at": seen_at} for start, end in spans
        ]


def settle(session: Session, calls: Calls, now: datetime) -> set[str]:
    """Charge calls that the database did not hold before this transaction.

    A call whose hold was given back meanwhile is charged all the same, if need be below 0: the work was done.

    Args:
        calls: any order; those without a reservation are passed over. Calls of deleted APIs belong in it too.
        now: of the fold.

    Returns:
        The accounts whose ceiling moved; the caller publishes them after its commit.
    """
    charges = _by_account(calls)
    standings = lock(session, charges)
    holds = open_holds(session, [name for name in standings if _reaches_back(charges[name], standings[name])])
    changes, moved = HoldChanges(), set[str]()
    for account_id, standing in standings.items():
        before = standing.ceiling
        _charge(standing, charges[account_id], holds.get(account_id, ()), changes, now)
        if standing.ceiling != before:
            moved.add(account_id)
    change_holds(session, changes)
    write(session, standings.values(), now)
    return moved


def open_holds(session: Session, account_ids: Sequence[str]) -> Mapping[str, list[Hold]]:
    """Give the open gaps of some accounts, whose rows are locked."""
    found: dict[str, list[Hold]] = {}
    for place in range(0, len(account_ids), IDS_PER_QUERY):
        some = HOLDS.c.account_id.in_(account_ids[place : place + IDS_PER_QUERY])
        for row in session.execute(select(HOLDS).where(some).order_by(HOLDS.c.id)):
            found.setdefault(row.account_id, []).append(Hold(row.id, (row.start, row.end), row.seen_at))
    return found


def held_credits(session: Session, account_id: str) -> int:
    """Give how many credits the open gaps of an account hold."""
    total = func.sum(HOLDS.c.end - HOLDS.c.start)
    return int(session.scalar(select(total).where(HOLDS.c.account_id == account_id)) or 0)


def change_holds(session: Session, changes: HoldChanges) -> None:
    """Put changed gaps down."""
    for place in range(0, len(changes.gone), IDS_PER_QUERY):
        session.execute(delete(HOLDS).where(HOLDS.c.id.in_(changes.gone[place : place + IDS_PER_QUERY])))
    if changes.made:
        session.execute(insert(HOLDS), changes.made)


def _by_account(calls: Calls) -> dict[str, Charge]:
    charges: dict[str, Charge] = {}
    for account_id, places in places_by(calls.field("account_id")).items():
        holds, ends, costs = calls.at(places, "hold", "hold_end", "credits")
        ranges = [(end - hold, end) for hold, end in zip(holds, ends, strict=True) if hold]
        if ranges:
            # Without a reservation a call costs nothing.
            charges[account_id] = Charge(ranges, sum(costs), len(list(filter(None, costs))))
    return charges


def _reaches_back(charge: Charge, standing: Standing) -> bool:
    """Tell whether a batch may fill holds: whether any of it lies where the database knows the line already."""
    return min(charge.ranges)[0] < standing.reserved_position


def _charge(standing: Standing, charge: Charge, holds: Sequence[Hold], changes: HoldChanges, now: datetime) -> None:
    """Move one account's credits and its part of the number line."""
    covered = merged(charge.ranges)
    filled = _fill(standing.account_id, holds, covered, changes)
    known, reach = standing.reserved_position, max(standing.reserved_position, covered[-1][1])
    gaps = without((known, reach), covered)
    standing.reserved_position = reach
    held = length(gaps)
    if held:
        standing.move("hold", {"available": -held, "held": held})
        changes.open(standing.account_id, gaps, now)
    if charge.cost:
        postings: dict[Book, int] = {"available": filled - charge.cost, "held": -filled, "consumed": charge.cost}
        standing.move("settle", postings, calls=charge.calls)
        standing.month_consumed += charge.cost
        standing.month_calls += charge.calls
    elif filled:
        standing.move("release", {"available": filled, "held": -filled}, reason=FAILED)


def _fill(account_id: str, holds: Sequence[Hold], covered: Sequence[Range], changes: HoldChanges) -> int:
    """Take from the open gaps what records cover; give how much that is."""
    filled = 0
    for hold in holds:
        left = without(hold.span, covered)
        if left != [hold.span]:
            filled += length([hold.span]) - length(left)
            changes.gone.append(hold.id)
            changes.open(account_id, left, hold.seen_at)
    return filled
