"""Request ids are ULIDs behind a prefix."""

from __future__ import annotations

import os
import time

import pytest

from backend.core.ids import new_request_id

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def moment_of(request_id: str) -> int:
    """Read the milliseconds back."""
    value = 0
    for character in request_id[4:14]:
        value = value * 32 + ALPHABET.index(character)
    return value


def test_an_id_carries_its_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ids of later calls sort behind earlier ones, across the seconds that share their first characters."""
    moments = [0, 1, 1_023, 1_024, 1_795_919_579_676, 1_795_919_580_000]
    made = []
    for moment in moments:
        monkeypatch.setattr(time, "time_ns", lambda at=moment: at * 1_000_000 + 999_999)
        made.append(new_request_id())
    assert [moment_of(made_id) for made_id in made] == moments
    assert made == sorted(made)


def test_ids_have_one_shape_and_never_repeat() -> None:
    """`req_` and 26 characters of the alphabet, all of which occur about equally often in the random part."""
    made = {new_request_id() for _ in range(20_000)}
    assert len(made) == 20_000
    assert {len(made_id) for made_id in made} == {30}
    random_part = "".join(made_id[14:] for made_id in made)
    expected = len(random_part) / 32
    assert set(random_part) == set(ALPHABET)
    assert all(abs(random_part.count(character) - expected) < 0.05 * expected for character in ALPHABET)
    assert abs(moment_of(new_request_id()) - time.time() * 1e3) < 5_000


def test_a_fork_makes_ids_of_its_own() -> None:
    """What the parent has drawn for its next ids is not drawn again by a worker that was forked meanwhile."""
    new_request_id()
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.write(writer, " ".join(new_request_id() for _ in range(50)).encode())
        os._exit(0)
    os.waitpid(pid, 0)
    theirs = {made_id[14:] for made_id in os.read(reader, 10_000).decode().split()}
    os.close(reader)
    os.close(writer)
    assert len(theirs) == 50
    assert theirs.isdisjoint(new_request_id()[14:] for _ in range(300))
