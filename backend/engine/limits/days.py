"""Daily quotas: the number of a UTC day and the calls counted in it, packed in one word.

Arithmetic over a counter that the limiter has locked. A new day's first call starts from nothing by its own store.
"""

from backend.engine.limits.layout import DAY_COUNT_MAX, DAY_NS, DAY_SHIFT, HEAD
from backend.engine.limits.place import Place
from backend.engine.limits.rules import NS, DailyQuota, Decision


def judge_day(quota: DailyQuota, place: Place, now: int, cost: int) -> Decision:
    """Decide for one day; counts nothing. A clock that jumped back over midnight stays in the later day."""
    day, count = _today(place, now)
    left = quota.limit - count - cost
    end = (day + 1) * DAY_NS
    fits = left >= 0
    allowed = fits or not quota.can_refuse
    if not allowed:
        return Decision(allowed, quota, quota.limit, max(0, left + cost), end / NS, (end - now) / NS)
    overage, exceeded = (None, None) if fits else (quota.overage, quota)
    return Decision(allowed, quota, quota.limit, max(0, left), end / NS, 0.0, overage, exceeded)


def count_in_day(place: Place, now: int, cost: int) -> None:
    """Count `cost` calls, by one store."""
    day, count = _today(place, now)
    place.words[place.at + HEAD] = day << DAY_SHIFT | min(count + cost, DAY_COUNT_MAX)


def _today(place: Place, now: int) -> tuple[int, int]:
    today, day = now // DAY_NS, place.head >> DAY_SHIFT
    return (day, place.head & DAY_COUNT_MAX) if day >= today else (today, 0)
