"""What the tests of Redis run in other processes; module level, so that a spawned interpreter can import it."""

from collections.abc import Sequence

from backend.adapters.redis_state import RedisState
from backend.engine.limits.credit_cells import NotEnough
from backend.engine.limits.redis_credits import RedisCredits
from backend.engine.limits.redis_limiter import RedisLimiter
from backend.engine.limits.rules import Rule
from tests.engine.limits.workers import NOW


def hammer(url: str, rules: Sequence[Rule], attempts: int) -> int:
    """Call as fast as possible at one instant; gives how many calls were admitted."""
    limiter = RedisLimiter(RedisState(url, answer_seconds_max=10), lambda: NOW)
    return sum(limiter.admit(rules).allowed for _ in range(attempts))


def reserve_all(url: str, account: str, amount: int) -> list[int]:
    """Reserve until nothing is left; gives where each reservation ended."""
    line, ends = RedisCredits(RedisState(url, answer_seconds_max=10)), []
    try:
        while True:
            ends.append(line.reserve(account, amount).end)
    except NotEnough:
        return ends
