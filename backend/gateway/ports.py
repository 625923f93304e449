"""What the gateway needs from outside it, as Protocols; `backend.bootstrap` plugs in the real ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from backend.engine.limits.windows import Decision, Policy
from backend.services.directory_service import Grant


class Directory(Protocol):
    """Knows every key."""

    def grant(self, key: str) -> Grant | None:
        """Give what a key may do, or None for one that may do nothing (unknown, revoked, expired)."""
        ...


class Limiter(Protocol):
    """Decides admission, exactly, for all workers at once."""

    def admit(self, policies: Sequence[Policy]) -> Decision:
        """Count the call against every policy, or against none when one refuses."""
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
