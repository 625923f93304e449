"""The gate: reserves what a call costs before the work, exactly, for all workers at once and without a database.

Called by the gateway between parsing and executing; `publish` by whoever committed a change of an account's credits.
The decision is one step in shared state, on the account's cell. Only an account that has no cell, or whose month is
new, costs a transaction. Without shared state, or without the database where it is needed, nothing is admitted.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from backend.core.clock import Clock
from backend.core.errors import InsufficientCredits, Unavailable
from backend.core.logging import get_logger
from backend.engine.limits.credit_cells import CreditLine, NotEnough, UnknownAccount
from backend.engine.limits.errors import StateError
from backend.services.credit_allowance import ensure_credits, month_of
from backend.services.credit_ledger import CREDITS, IDS_PER_QUERY, lock_one, write
from backend.services.transactions import begin_writing

STRETCH = 1 << 32
"""How far beyond the last known ceiling a new stretch of the number line begins: further than calls can have reserved
that the database has not seen, and small enough for two million of them below 2^53, where Redis' numbers end."""
ATTEMPTS_MAX = 4
REMEMBERED_MAX = 100_000
log = get_logger(__name__)


class CreditGate:
    """Admits calls whose account can pay for them."""

    def __init__(self, cells: CreditLine, sessions: sessionmaker[Session], clock: Clock) -> None:
        self._cells = cells
        self._sessions = sessions
        self._clock = clock
        self._present: dict[str, str] = {}
        """Accounts that were seen to have the allowance of a month, and which."""

    def reserve(self, account_id: str, amount: int) -> int:
        """Take credits out of an account's reach until the call's record says what became of them.

        Args:
            amount: at least 1.

        Returns:
            Where the reservation ends on the account's number line.

        Raises:
            InsufficientCredits: the account has less.
            Unavailable: nobody can tell at the moment.
        """
        try:
            return self._reserve(account_id, amount)
        except (StateError, SQLAlchemyError, OSError) as error:
            message = "Credits cannot be reserved at the moment; nothing was charged"
            raise Unavailable(message, internal=repr(error)) from error

    def publish(self, account_id: str) -> None:
        """Tell shared state what an account may spend, after a commit that changed it.

        Never raises: the change is committed, and the sweep publishes again what was lost here.
        """
        self.publish_all([account_id])

    def publish_all(self, account_ids: Iterable[str]) -> None:
        """Tell shared state what some accounts may spend; never raises."""
        ordered = list(account_ids)
        try:
            for place in range(0, len(ordered), IDS_PER_QUERY):
                self._publish_some(ordered[place : place + IDS_PER_QUERY])
        except (SQLAlchemyError, StateError, OSError):
            log.exception("credits_not_published", alert=True, accounts=len(ordered))

    def renew(self, account_id: str) -> None:
        """Grant the allowance of the present month, unless that has happened, and tell shared state."""
        with self._sessions.begin() as session:
            begin_writing(session)
            ensure_credits(session, account_id, self._clock.now(), reached=self.reached(account_id))
        self.publish(account_id)

    def reached(self, account_id: str) -> int | None:
        """Give how far an account's reservations went; None without a cell, or while shared state is down."""
        try:
            return self._cells.position(account_id)
        except (StateError, OSError):
            return None

    def _reserve(self, account_id: str, amount: int) -> int:
        for _ in range(ATTEMPTS_MAX):
            try:
                return self._cells.reserve(account_id, amount).end
            except UnknownAccount:
                self._begin_stretch(account_id)
            except NotEnough as refusal:
                if not self._renew(account_id):
                    raise InsufficientCredits(amount, max(0, refusal.remaining)) from None
        message = f"the cell of {account_id} does not stay"
        raise StateError(message)

    def _publish_some(self, account_ids: list[str]) -> None:
        columns = CREDITS.c.account_id, CREDITS.c.current_credits, CREDITS.c.reserved_position, CREDITS.c.version
        with self._sessions() as session:
            rows = session.execute(select(*columns).where(CREDITS.c.account_id.in_(account_ids))).all()
        for account_id, credits_left, known, version in rows:
            # A cell that is absent is made at the account's next call, where its stretch is chosen.
            if self._cells.position(account_id) is not None:
                self._cells.publish(account_id, credits_left + known, version, position_if_absent=known)

    def _begin_stretch(self, account_id: str) -> None:
        """Make the cell of an account that has none: it is new, or shared state was lost.

        What was lost may have admitted calls that the database has not seen, up to the ceiling of then. So the new
        stretch begins beyond it: their records still settle, as late ones, and no position is given out twice. The cell
        is made under the row's lock, and out of what is committed: of several workers here, one makes it.
        """
        with self._sessions.begin() as session:
            begin_writing(session)
            now = self._clock.now()
            ensure_credits(session, account_id, now)
            standing = lock_one(session, account_id, now)
            if self._cells.position(account_id) is None:
                standing.reserved_position = max(standing.ceiling, standing.reserved_position) + STRETCH
                write(session, [standing], now)
        with self._sessions.begin() as session:
            begin_writing(session)
            standing = lock_one(session, account_id, now)
            if self._cells.position(account_id) is None:
                beginning = standing.reserved_position
                self._cells.publish(account_id, standing.ceiling, standing.version, position_if_absent=beginning)

    def _renew(self, account_id: str) -> bool:
        """Grant the allowance of a month that has just begun; tell whether another try is worth it."""
        month = month_of(self._clock.now())
        if self._present.get(account_id) == month:
            return False
        with self._sessions() as session:
            known = session.scalar(select(CREDITS.c.allowance_month).where(CREDITS.c.account_id == account_id))
        is_new = known is not None and known < month
        if is_new:
            self.renew(account_id)
        if len(self._present) >= REMEMBERED_MAX:
            self._present.clear()
        self._present[account_id] = month
        return is_new
