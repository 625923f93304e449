from multiprocessing.pool import Pool
from pathlib import Path

import pytest

from tests.engine.limits import workers

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("before", "limit", "keys"),
    [
        pytest.param(3, 5, 1, id="counting"),
        pytest.param(0, 2, 1, id="new counter"),
        pytest.param(15, 18, 1, id="growing ring"),
        pytest.param(15, 18, 2, id="two growing rings"),
        pytest.param(0, 2, 3, id="three new counters"),
    ],
)
def test_a_kill_at_any_instruction_leaves_the_counters_right(
    path: Path, pool: Pool, before: int, limit: int, keys: int
) -> None:
    """Wherever an admission dies its call counts once or not at all, and the next process goes on."""
    scenario = {"before": before, "limit": limit, "keys": keys}
    killed, wrong = pool.apply(workers.kill_at_every_step, (str(path),), scenario)
    assert wrong == []
    assert killed > 25


def test_kills_at_random_never_admit_more_than_the_limit(path: Path, tmp_path: Path, pool: Pool) -> None:
    """Processes dying all the time, counters made, grown and taken over: no window ever holds a call too many."""
    acks_path = tmp_path / "acks"
    assert pool.apply(workers.kill_at_random, (str(path), str(acks_path), 150)) == 40
    acks = workers.read_acks(acks_path)
    assert sum(len(asked) for asked, _ in acks.values()) > 1000
    for bucket, (asked, decided) in acks.items():
        for policy in workers.kill_policies(bucket):
            pairs = zip(asked, decided[policy.limit :], strict=False)
            assert all(later - earlier >= policy.window_ns for earlier, later in pairs), (bucket, policy)
