from collections import Counter
from multiprocessing.pool import Pool
from pathlib import Path

import pytest

from backend.engine.limits.layout import DAY_NS
from backend.engine.limits.rules import DailyQuota, Policy, Rule
from tests.engine.limits import mixed_workers

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("before", "limit"),
    [
        pytest.param(0, 2, id="new counters"),
        pytest.param(3, 5, id="counting"),
        pytest.param(15, 18, id="growing ring"),
    ],
)
def test_a_kill_at_any_instruction_leaves_every_kind_of_counter_right(
    path: Path, pool: Pool, before: int, limit: int
) -> None:
    """Wherever a mixed decision dies its call counts once or not at all under each rule, and the next goes on."""
    killed, wrong = pool.apply(mixed_workers.kill_at_every_step, (str(path),), {"before": before, "limit": limit})
    assert wrong == []
    assert killed > 25


def test_a_kill_while_the_pace_changes_sets_nothing_free(path: Path, pool: Pool) -> None:
    """At worst the bucket reads as used up, and one refill later it serves again."""
    killed, wrong = pool.apply(mixed_workers.kill_a_change_of_pace, (str(path),))
    assert wrong == []
    assert killed > 10


@pytest.mark.parametrize("is_new", [True, False])
def test_a_kill_while_a_ceiling_is_published_is_healed_by_the_next(path: Path, pool: Pool, *, is_new: bool) -> None:
    """A cell is whole or absent; its position is never lost, and a publication lost half-way can be repeated."""
    killed, wrong = pool.apply(mixed_workers.kill_a_publication, (str(path),), {"is_new": is_new})
    assert wrong == []
    assert killed > 5


def test_a_kill_while_credits_are_reserved_takes_all_or_none(path: Path, pool: Pool) -> None:
    """A reservation is one store."""
    killed, wrong = pool.apply(mixed_workers.kill_a_reservation, (str(path),))
    assert wrong == []
    assert killed > 5


def test_kills_at_random_never_admit_or_reserve_too_much(path: Path, tmp_path: Path, pool: Pool) -> None:
    """Processes dying all the time, all kinds made and taken over: no limit is passed, no credit given out twice."""
    acks_path = tmp_path / "acks"
    pool.apply(mixed_workers.kill_at_random, (str(path), str(acks_path), 150))
    acks = mixed_workers.read_acks(acks_path)
    assert len(acks) > 300
    ends = [end for *_, end in acks]
    assert len(set(ends)) == len(ends)
    assert all(end % 3 == 0 for end in ends)
    calls: dict[int, list[tuple[int, int]]] = {}
    for turn, asked, decided, _ in acks:
        calls.setdefault(turn, []).append((asked, decided))
    for turn, spans in calls.items():
        first, last = (sorted(moments) for moments in zip(*spans, strict=True))
        assert all(fits(rule, first, last) for rule in mixed_workers.kill_rules(turn)), turn


def fits(rule: Rule, asked: list[int], decided: list[int]) -> bool:
    """Say whether calls keep to a rule, of which the n-th was decided between the n-th moments of both lists."""
    if isinstance(rule, DailyQuota):
        return max(Counter(at // DAY_NS for at in asked).values()) <= rule.limit
    beyond = range(rule.limit, len(asked))
    if isinstance(rule, Policy):
        return all(decided[n] - asked[n - rule.limit] >= rule.window_ns for n in beyond)
    return all(
        decided[later] - asked[first] >= (later - first + 1 - rule.limit) * rule.interval_us * 1000
        for later in beyond
        for first in range(later - rule.limit + 1)
    )
