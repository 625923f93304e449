"""Token buckets as one arrival time: the generic cell rate algorithm.

Arithmetic over a counter that the limiter has locked. The value is the theoretical arrival time: when every used token
will have drained. Beside it stand the pace it was counted at and the time of the newest call.
Source: ITU-T I.371, annex A (virtual scheduling); the level drains as in a leaky bucket used as a meter.
"""

import math

from backend.engine.limits.layout import HEAD, INTERVAL, SEEN
from backend.engine.limits.place import Place
from backend.engine.limits.rules import NS, SPAN_US_MAX, US_NS, Decision, TokenBucket, admitted


def judge_bucket(bucket: TokenBucket, place: Place, now: int, cost: int) -> Decision:
    """Decide for one bucket; counts nothing, but brings a level counted at another pace to this one."""
    limit, interval = bucket.limit, bucket.interval_us * US_NS
    at = now
    if place.at:
        at = max(now, place.words[place.at + SEEN])
        if place.head > at and place.words[place.at + INTERVAL] != bucket.interval_us:
            _retune(bucket, place, at)
    busy_until = max(place.head, at)
    room = limit * interval - (busy_until - at)
    left = room - cost * interval
    allowed = left >= 0
    if allowed:
        return admitted(bucket, left // interval, (busy_until + cost * interval) / NS)
    free_at = busy_until + (-(limit - cost) * interval if limit >= cost else limit * interval or 60 * NS)
    return Decision(allowed, bucket, limit, max(0, room) // interval, free_at / NS, (free_at - now) / NS)


def count_in_bucket(bucket: TokenBucket, place: Place, now: int, cost: int) -> None:
    """Use `cost` tokens, by the last store."""
    words, at = place.words, place.at
    now = max(now, words[at + SEEN])
    words[at + SEEN] = now
    words[at + INTERVAL] = bucket.interval_us
    words[at + HEAD] = max(place.head, now) + cost * bucket.interval_us * US_NS


def retuned_us(level_us: int, interval_us: int, bucket: TokenBucket) -> int:
    """Give how long a level takes to drain at the bucket's pace.

    Args:
        level_us: how long it takes at the pace it was counted at.
        interval_us: that pace, us a token; 0 when a kill has lost it, and the bucket is taken for used up.
    """
    if not interval_us:
        return bucket.limit * bucket.interval_us
    # Doubles, in this order: Redis computes the same, to the last bit.
    return min(math.ceil(level_us / interval_us * bucket.interval_us), SPAN_US_MAX)


def _retune(bucket: TokenBucket, place: Place, now: int) -> None:
    words, at = place.words, place.at
    level_us = -(-(place.head - now) // US_NS)
    place.head = now + retuned_us(level_us, words[at + INTERVAL], bucket) * US_NS
    words[at + SEEN] = now
    # Between these two stores nobody knows the pace: a kill leaves a bucket that reads as used up.
    words[at + INTERVAL] = 0
    words[at + HEAD] = place.head
    words[at + INTERVAL] = bucket.interval_us
