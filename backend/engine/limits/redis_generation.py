"""RedisGeneration: tells several machines to forget what they cached.

Used by the change service in place of SharedState's own number. The workers of the machine that made a change know at
once, through their shared file; those of other machines look into Redis several times a second.
"""

from __future__ import annotations

import time
from typing import Protocol

from backend.core.logging import get_logger
from backend.engine.limits.errors import StateDownError
from backend.engine.limits.redis_scripts import PREFIX, ScriptRunner, run, script

POLL_SECONDS = 0.25
_GENERATION = script("generation")
_KEY = f"{PREFIX}generation"
_SHIFT = 64
log = get_logger(__name__)


class Generation(Protocol):
    """A number that changes when caches must be forgotten."""

    def generation(self) -> int:
        """Give the number."""
        ...

    def bump_generation(self) -> int:
        """Change it for everybody; gives the new one.

        Raises:
            StateError: not everybody could be told.
        """
        ...


class RedisGeneration:
    """The generation of this machine and of all others, as one number."""

    def __init__(self, redis: ScriptRunner, machine: Generation, poll_seconds: float = POLL_SECONDS) -> None:
        """Tell others through `redis`, and this machine's workers through `machine`."""
        self._redis = redis
        self._machine = machine
        self._poll_seconds = poll_seconds
        self._others = 0
        self._look_at = 0.0

    def generation(self) -> int:
        """Give the number; asks Redis when it was last asked `poll_seconds` ago, and else nobody."""
        now = time.monotonic()
        if now >= self._look_at:
            # First, so that only one thread asks.
            self._look_at = now + self._poll_seconds
            try:
                self._others = self._ask(0)
            except StateDownError as error:
                # What is remembered stays trusted meanwhile; changes in the database are looked for there too.
                log.warning("generation_unknown", error=repr(error.__cause__))
        return self._machine.generation() << _SHIFT | self._others

    def bump_generation(self) -> int:
        """Change the number for this machine at once, for others at their next look.

        Raises:
            StateError: others could not be told.
        """
        machine = self._machine.bump_generation()
        self._others = self._ask(1)
        return machine << _SHIFT | self._others

    def _ask(self, raise_by: int) -> int:
        return run(self._redis, _GENERATION, [_KEY], [raise_by])[0]
