"""Shared: the three things that must be exact for everybody, in one place for one machine or for several.

Put together by bootstrap and by the background process, which must agree on where credits are counted.
"""

from __future__ import annotations

from dataclasses import dataclass

from backend.engine.limits.credit_cells import CreditCells, CreditLine
from backend.engine.limits.limiter import StateLimiter
from backend.engine.limits.redis_credits import RedisCredits
from backend.engine.limits.redis_generation import Generation, RedisGeneration
from backend.engine.limits.redis_limiter import RedisLimiter
from backend.engine.limits.redis_scripts import ScriptRunner
from backend.engine.limits.rules import Limiter
from backend.engine.limits.state import SharedState


@dataclass(frozen=True, slots=True)
class Shared:
    """Admissions, reservations, and the number that says what was remembered is old."""

    limiter: Limiter
    credits: CreditLine
    generation: Generation


def shared_parts(state: SharedState, redis: ScriptRunner | None) -> Shared:
    """Choose where to count.

    Args:
        state: this machine's mapped file.
        redis: the server that several machines share; None where there is one machine.
    """
    if redis is None:
        return Shared(StateLimiter(state), CreditCells(state), state)
    return Shared(RedisLimiter(redis), RedisCredits(redis), RedisGeneration(redis, state))
