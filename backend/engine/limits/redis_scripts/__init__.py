"""The decisions as Redis takes them: one Lua script each, run there atomically.

Loaded by the Redis implementations of this package, which know no client: whoever can run a script for them is told
which. Each script says at its head what it takes and gives.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from backend.engine.limits.errors import StateDownError
from backend.engine.limits.naming import CounterKind

# In braces: a cluster keeps all keys of one decision on one node.
PREFIX = "{modelport}:"


class ScriptRunner(Protocol):
    """Runs Lua scripts in a Redis server."""

    def run(self, script: str, keys: Sequence[str], arguments: Sequence[str | int]) -> list[int]:
        """Run a script atomically.

        Raises:
            OSError: the server cannot be reached, answers too late, or refuses.
        """
        ...


def script(name: str) -> str:
    """Give a script's text."""
    return (Path(__file__).parent / f"{name}.lua").read_text()


def run(runner: ScriptRunner, text: str, keys: Sequence[str], arguments: Sequence[str | int] = ()) -> list[int]:
    """Run a script.

    Raises:
        StateDownError: Redis cannot answer; nobody knows whether it ran.
    """
    try:
        return runner.run(text, keys, arguments)
    except OSError as error:
        raise StateDownError("Redis does not answer") from error


def redis_key(kind: CounterKind, key: str) -> str:
    """Give the name of a counter in Redis."""
    return f"{PREFIX}{kind.name.lower()}:{key}"
