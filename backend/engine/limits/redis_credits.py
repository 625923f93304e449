"""RedisCredits: the credit line of several machines that share a Redis server. Used in place of CreditCells."""

from __future__ import annotations

from backend.engine.limits.credit_cells import NotEnough, Reservation, UnknownAccount, checked_credits
from backend.engine.limits.naming import CounterKind
from backend.engine.limits.redis_scripts import ScriptRunner, redis_key, run, script

_RESERVE, _PUBLISH, _CELL = script("reserve"), script("publish"), script("cell")
_UNKNOWN = -1


class RedisCredits:
    """Reservations in Redis; see CreditLine. An answer lost on the way leaves a gap, released as any unused hold."""

    def __init__(self, redis: ScriptRunner) -> None:
        """Keep the cells in `redis`."""
        self._redis = redis

    def reserve(self, account_id: str, amount: int) -> Reservation:
        """Take credits; see CreditLine."""
        if amount < 0:
            raise ValueError("a reservation takes, it never gives")
        verdict, *numbers = run(self._redis, _RESERVE, [_key(account_id)], [amount])
        if verdict == _UNKNOWN:
            raise UnknownAccount
        if not verdict:
            raise NotEnough(numbers[0])
        return Reservation(*numbers)

    def publish(self, account_id: str, ceiling: int, version: int, *, position_if_absent: int) -> bool:
        """Set a ceiling; see CreditLine."""
        checked_credits(ceiling, version, position_if_absent)
        arguments = [max(0, ceiling), version, position_if_absent]
        return run(self._redis, _PUBLISH, [_key(account_id)], arguments) == [1]

    def position(self, account_id: str) -> int | None:
        """Give where the account's last reservation ended, or None without a cell."""
        cell = run(self._redis, _CELL, [_key(account_id)])
        return cell[0] if cell else None

    def ceiling(self, account_id: str) -> int | None:
        """Give where its reservations must end, or None without a cell."""
        cell = run(self._redis, _CELL, [_key(account_id)])
        return cell[1] if cell else None


def _key(account_id: str) -> str:
    return redis_key(CounterKind.CREDITS, account_id)
