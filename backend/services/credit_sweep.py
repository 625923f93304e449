"""The sweep: gives back what was reserved by calls that never finished, and repairs what shared state has not heard.

Called by the background process every few seconds. A worker that is killed between reserving and recording leaves a
reservation without a record: a gap below later records, which the settlement made a hold, or an end of the number line
that no record ever reaches, which becomes a hold here. Holds older than `hold_seconds` are released; should the record
come after all, the settlement charges it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from backend.engine.credit_line import length
from backend.engine.limits.credit_cells import CreditLine
from backend.services.credit_allowance import month_of
from backend.services.credit_gate import CreditGate
from backend.services.credit_ledger import CREDITS, Standing, lock, write
from backend.services.credit_settlement import HOLDS, Hold, HoldChanges, change_holds, open_holds
from backend.services.spans import floor_hour
from backend.services.transactions import begin_writing

ACCOUNTS_PER_STEP = 200
ACCOUNTS_PER_LOOK = 1_000
RECENT = timedelta(minutes=5)
"""Accounts that changed since are looked at in every sweep, the others in turn."""
OVERLAP = timedelta(minutes=1)
"""More than the clocks of two machines differ."""
EXPIRED = "Calls that never finished"


@dataclass(frozen=True, slots=True)
class Trail:
    """A position that no record had reached when it was seen first."""

    position: int
    seen_at: datetime


class CreditSweep:
    """Remembers between sweeps what it saw; one a background process."""

    def __init__(
        self, sessions: sessionmaker[Session], cells: CreditLine, gate: CreditGate, hold_seconds: float
    ) -> None:
        self._sessions = sessions
        self._cells = cells
        self._gate = gate
        self._hold_seconds = hold_seconds
        self._trails: dict[str, Trail] = {}
        self._published_at: datetime | None = None
        self._renewed_hour: datetime | None = None
        self._turn = ""

    def sweep(self, now: datetime, *, is_caught_up: bool) -> None:
        """Do what is due.

        Args:
            is_caught_up: the journal is folded. Otherwise records may be waiting in it, and nothing is given back.
        """
        self._publish(now)
        if is_caught_up:
            self._hold_trails(now)
            self._gate.publish_all(release_expired(self._sessions, now, self._hold_seconds))
        self._renew(now)

    def _renew(self, now: datetime) -> None:
        """Grant the allowances of a new month, at its turn and once an hour for whoever was missed.

        Some in each sweep: the fold goes on in between, and whoever calls meanwhile is served by the gate.
        """
        hour = floor_hour(now)
        if hour == self._renewed_hour:
            return
        due = select(CREDITS.c.account_id).where(CREDITS.c.allowance_month < month_of(now))
        with self._sessions() as session:
            account_ids = session.scalars(due.order_by(CREDITS.c.account_id).limit(ACCOUNTS_PER_STEP)).all()
        for account_id in account_ids:
            self._gate.renew(account_id)
        if len(account_ids) < ACCOUNTS_PER_STEP:
            self._renewed_hour = hour

    def _publish(self, now: datetime) -> None:
        """Publish what changed lately again: whoever committed it may have been killed before telling."""
        changed = select(CREDITS.c.account_id)
        if self._published_at is not None:
            changed = changed.where(CREDITS.c.updated_at >= self._published_at - OVERLAP)
        with self._sessions() as session:
            account_ids = session.scalars(changed).all()
        self._gate.publish_all(account_ids)
        self._published_at = now

    def _hold_trails(self, now: datetime) -> None:
        """Make holds of positions that a sweep ago were reserved, and that no record has reached since."""
        stale: dict[str, Trail] = {}
        for account_id, known in self._looked_at(now):
            reached, trail = self._cells.position(account_id), self._trails.get(account_id)
            if reached is None or reached <= known:
                self._trails.pop(account_id, None)
            elif trail is not None and trail.position > known:
                stale[account_id] = trail
            else:
                self._trails[account_id] = Trail(reached, now)
        for account_id, trail in stale.items():
            hold_trail(self._sessions, account_id, trail, now)
            del self._trails[account_id]

    def _looked_at(self, now: datetime) -> list[tuple[str, int]]:
        """Give accounts and how far the database knows them: those of lately, those with a trail, some of the rest."""
        columns = CREDITS.c.account_id, CREDITS.c.reserved_position
        recent = select(*columns).where(CREDITS.c.updated_at >= now - RECENT)
        others = select(*columns).where(CREDITS.c.account_id > self._turn)
        others = others.order_by(CREDITS.c.account_id).limit(ACCOUNTS_PER_LOOK)
        with self._sessions() as session:
            found = {row.account_id: row.reserved_position for row in session.execute(recent)}
            rest = session.execute(others).all()
            found |= {row.account_id: row.reserved_position for row in rest}
            trailing = [account_id for account_id in self._trails if account_id not in found]
            known = select(*columns).where(CREDITS.c.account_id.in_(trailing[:ACCOUNTS_PER_STEP]))
            found |= {row.account_id: row.reserved_position for row in session.execute(known)}
        self._turn = rest[-1].account_id if len(rest) == ACCOUNTS_PER_LOOK else ""
        return list(found.items())


def hold_trail(sessions: sessionmaker[Session], account_id: str, trail: Trail, now: datetime) -> None:
    """Make a hold of what lies between the last record and a position, unless records have come meanwhile."""
    with sessions.begin() as session:
        begin_writing(session)
        for standing in lock(session, [account_id]).values():
            span = standing.reserved_position, trail.position
            amount = span[1] - span[0]
            if amount > 0:
                changes = HoldChanges()
                changes.open(account_id, [span], trail.seen_at)
                standing.move("hold", {"available": -amount, "held": amount})
                standing.reserved_position = trail.position
                change_holds(session, changes)
                write(session, [standing], now)


def release_expired(sessions: sessionmaker[Session], now: datetime, hold_seconds: float) -> set[str]:
    """Give back what was held longer than that; give the accounts, for the caller to publish."""
    before = now - timedelta(seconds=hold_seconds)
    living = HOLDS.join(CREDITS, CREDITS.c.account_id == HOLDS.c.account_id)
    due = select(HOLDS.c.account_id).select_from(living).where(HOLDS.c.seen_at < before).distinct()
    with sessions() as session:
        account_ids = session.scalars(due.limit(ACCOUNTS_PER_STEP)).all()
    if not account_ids:
        return set()
    with sessions.begin() as session:
        begin_writing(session)
        standings = lock(session, account_ids)
        holds = open_holds(session, list(standings))
        changes = HoldChanges()
        for account_id, standing in standings.items():
            _release(standing, [hold for hold in holds.get(account_id, ()) if hold.seen_at < before], changes)
        change_holds(session, changes)
        changed = [standing for standing in standings.values() if standing.movements]
        write(session, changed, now)
    return {standing.account_id for standing in changed}


def _release(standing: Standing, holds: list[Hold], changes: HoldChanges) -> None:
    amount = length(hold.span for hold in holds)
    if amount:
        standing.move("release", {"available": amount, "held": -amount}, reason=EXPIRED)
        changes.gone += [hold.id for hold in holds]
