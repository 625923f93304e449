"""Credit cells: how far each account has reserved its credits, decided without a database.

Called before every metered call that costs something, and by whoever commits a change of credits. A reservation of n
takes [position, position + n) of the account's number line while that stays under the ceiling. What became of it is the
ledger's business. Cells never expire.
"""

from typing import NamedTuple, Protocol

from backend.engine.limits.layout import CEILING, EDITION, HEAD, KIND
from backend.engine.limits.naming import CounterKind, counter_name
from backend.engine.limits.place import Place
from backend.engine.limits.quick import QuickCell
from backend.engine.limits.state import SharedState
from backend.engine.native.admission import admission

# Doubles inside Redis count exactly up to here.
CREDITS_MAX = (1 << 53) - 1
_ACCOUNTS_MAX = 1 << 16
_new = tuple.__new__
_WHOLE = int(CounterKind.CREDITS)


class UnknownAccount(LookupError):
    """The account has no cell yet: publish its ceiling and try again."""


class NotEnough(Exception):
    """The account has fewer credits left than were asked for."""

    def __init__(self, remaining: int) -> None:
        super().__init__(f"{remaining} left")
        self.remaining = remaining


class Reservation(NamedTuple):
    """Where a reservation ends on the account's number line, and how many credits are left after it."""

    end: int
    remaining: int


class CreditLine(Protocol):
    """Reservations of every account, exact for everybody who shares the state."""

    def reserve(self, account_id: str, amount: int) -> Reservation:
        """Take the next `amount` credits of the account, all or none.

        Args:
            account_id: whose.
            amount: credits, 0 or more.

        Raises:
            UnknownAccount: it has no cell.
            NotEnough: the ceiling is nearer.
            StateError: the state cannot answer; nothing was taken.
        """
        ...

    def publish(self, account_id: str, ceiling: int, version: int, *, position_if_absent: int) -> bool:
        """Say how far the account may go, unless somebody knew better already.

        Args:
            account_id: whose.
            ceiling: where reservations must end at the latest; below 0 counts as 0.
            version: of what the ceiling was computed from; an older or equal one than the cell's is ignored.
            position_if_absent: where the account stands as far as the database knows. A new cell starts there; one
                that stands lower has lost reservations (a power cut) and is moved up to it, whatever the version.

        Returns:
            Whether the ceiling was taken.

        Raises:
            StateError: the state cannot answer.
        """
        ...

    def position(self, account_id: str) -> int | None:
        """Give where the account's last reservation ended, or None without a cell."""
        ...

    def ceiling(self, account_id: str) -> int | None:
        """Give where its reservations must end, or None without a cell."""
        ...


class _Account(NamedTuple):
    """What is kept of an account between its calls: the names of its counters, and its cell as C knows it."""

    names: tuple[str]
    cell: QuickCell | None


class CreditCells:
    """The credit line of one machine, in the shared file."""

    def __init__(self, state: SharedState) -> None:
        """Keep the cells in `state`."""
        self._state = state
        self._quick = admission()
        self._known: dict[str, _Account] = {}

    def reserve(self, account_id: str, amount: int) -> Reservation:
        """Take credits; see CreditLine."""
        if amount < 0:
            raise ValueError("a reservation takes, it never gives")
        account = self._known.get(account_id) or self._remember(account_id)
        cell = account.cell
        if cell is not None:
            taken = cell.reserve(amount)
            if taken is not None:
                end, ceiling = taken
                return _new(Reservation, (end, ceiling - end))
        place = self._state.acquire(account.names)[0]
        try:
            if cell is not None:
                cell.learn(place)
            if not _is_whole(place):
                raise UnknownAccount
            words, at = place.words, place.at
            end, ceiling = place.head + amount, words[at + CEILING]
            if end > ceiling:
                raise NotEnough(max(0, ceiling - place.head))
            words[at + HEAD] = end
            return _new(Reservation, (end, ceiling - end))
        finally:
            self._state.release()

    def publish(self, account_id: str, ceiling: int, version: int, *, position_if_absent: int) -> bool:
        """Set a ceiling; see CreditLine."""
        checked_credits(ceiling, version, position_if_absent)
        place = self._state.acquire((_name(account_id),))[0]
        try:
            is_new = not _is_whole(place)
            if is_new:
                self._state.reserve({place: 0}, now=self._state.clock(), cost=0)
            words, at = place.words, place.at
            if is_new or place.head < position_if_absent:
                words[at + HEAD] = position_if_absent
            is_taken = is_new or version > words[at + EDITION]
            if is_taken:
                # The ceiling first: killed before the next store, whoever publishes this version again is heard.
                words[at + CEILING] = max(0, ceiling)
                words[at + EDITION] = version
            if is_new:
                words[at + KIND] = CounterKind.CREDITS
            return is_taken
        finally:
            self._state.release()

    def position(self, account_id: str) -> int | None:
        """Give where the account's last reservation ended, or None without a cell."""
        place = self._state.acquire((_name(account_id),))[0]
        try:
            return place.head if _is_whole(place) else None
        finally:
            self._state.release()

    def ceiling(self, account_id: str) -> int | None:
        """Give where its reservations must end, or None without a cell."""
        place = self._state.acquire((_name(account_id),))[0]
        try:
            return place.words[place.at + CEILING] if _is_whole(place) else None
        finally:
            self._state.release()

    def _remember(self, account_id: str) -> _Account:
        if len(self._known) >= _ACCOUNTS_MAX:
            self._known.clear()
        cell = None if self._quick is None else QuickCell(self._quick, self._state)
        account = self._known[account_id] = _Account((_name(account_id),), cell)
        return account


def checked_credits(ceiling: int, version: int, position: int) -> None:
    """Refuse numbers that a cell cannot hold.

    Raises:
        ValueError: a version or a position below 0, or anything beyond CREDITS_MAX.
    """
    if min(version, position) < 0 or max(ceiling, version, position) > CREDITS_MAX:
        raise ValueError(f"ceiling {ceiling}, version {version}, position {position} make no cell")


def _is_whole(place: Place) -> bool:
    return place.at != 0 and place.words[place.at + KIND] == _WHOLE


def _name(account_id: str) -> str:
    return counter_name(CounterKind.CREDITS, account_id)
