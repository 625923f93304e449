"""What a process remembers, each value trusted only while nothing has changed since it was worked out.

Used by the directory for keys and APIs, and by the gateway for callers that it let through. Bounded, since it is
callers who choose the names.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

ENTRIES_MAX = 20_000

NameT = TypeVar("NameT", bound=Hashable)
ValueT = TypeVar("ValueT")


class Remembered(Generic[NameT, ValueT]):
    """Values by name, each trusted only under the generation it was worked out in.

    Args:
        generation: gives what must be unchanged for a value to be trusted.
    """

    def __init__(self, generation: Callable[[], object]) -> None:
        self.generation = generation
        self._entries: dict[NameT, tuple[object, ValueT]] = {}

    def known(self, name: NameT) -> ValueT | None:
        """Give the value if it is remembered and nothing has changed since."""
        entry = self._entries.get(name)
        return entry[1] if entry is not None and entry[0] == self.generation() else None

    def keep(self, name: NameT, value: ValueT, generation: object) -> None:
        """Remember a value.

        Args:
            generation: as it was before the value was worked out, so that a change meanwhile makes it old and never
                wrong.
        """
        if len(self._entries) >= ENTRIES_MAX:
            # Unknown names are remembered too; a flood of them must not grow the process.
            self._entries.clear()
        self._entries[name] = generation, value
