"""What the gateway needs from outside it, as Protocols; `backend.bootstrap` plugs in the real ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from backend.engine.keys import Environment
from backend.engine.limits.rules import Decision, Rule
from backend.services.grants import Grant


class Directory(Protocol):
    """Knows every key and account."""

    def grant(self, key: str) -> Grant | None:
        """Give what a key may do, or None for one that may do nothing (unknown, revoked, expired)."""
        ...

    def signer(self, key_id: str) -> Grant | None:
        """Give the same by the key's public id, for requests that are signed with it."""
        ...

    def player(self, account_id: str, environment: Environment) -> Grant | None:
        """Give what a signed-in account may call without a key."""
        ...


class Limiter(Protocol):
    """Decides admission, exactly, for all workers at once."""

    def admit(self, rules: Sequence[Rule]) -> Decision:
        """Count the call against every rule, or against none when one refuses."""
        ...

    def peek(self, rule: Rule) -> Decision:
        """Tell what `admit` would answer, counting nothing."""
        ...


class Credits(Protocol):
    """Reserves what calls cost, exactly, for all workers at once and without a database."""

    def reserve(self, account_id: str, amount: int) -> int:
        """Take credits out of an account's reach until the call's record says what became of them.

        Returns:
            Where the reservation ends on the account's number line.

        Raises:
            InsufficientCredits: the account has less.
            Unavailable: nobody can tell at the moment; the call is not done.
        """
        ...


class Journal(Protocol):
    """Keeps the records of answered calls."""

    def append(self, line: bytes) -> None:
        """Add one encoded record.

        Raises:
            Unavailable: it cannot be kept.
        """
        ...


class Observer(Protocol):
    """Counts for the operator's metrics."""

    @property
    def memory_mb(self) -> float:
        """Resident memory of this worker as last sampled."""
        ...

    def authenticated(self, result: str) -> None:
        """Note how an attempt to authenticate with a key ended."""
        ...

    def answered(self, kind: str, status: int, seconds: float) -> None:
        """Note an answer."""
        ...
