"""Guarantees of sealing."""

from __future__ import annotations

import pytest

from backend.engine.sealing import SealBroken, Sealer

KEY = bytes(range(32))
SEALED = Sealer(KEY).seal(b"mp_test_secret", "ak_test_1")


def test_what_was_sealed_comes_back() -> None:
    """A signing secret can be read by whoever has the key."""
    assert Sealer(KEY).open(SEALED, "ak_test_1") == b"mp_test_secret"


def test_the_same_text_never_seals_alike() -> None:
    """Equal secrets cannot be told from the table, and no nonce comes twice."""
    assert len({Sealer(KEY).seal(b"x", "c") for _ in range(100)}) == 100


def test_sealed_bytes_moved_to_another_row_do_not_open() -> None:
    """Whoever can write the table cannot give one key another one's secret."""
    with pytest.raises(SealBroken):
        Sealer(KEY).open(SEALED, "ak_test_2")


@pytest.mark.parametrize("place", [0, 1, 13, len(SEALED) - 1])
def test_changed_bytes_do_not_open(place: int) -> None:
    """Every bit is authenticated: key id, nonce, text and tag."""
    changed = SEALED[:place] + bytes([SEALED[place] ^ 1]) + SEALED[place + 1 :]
    with pytest.raises(SealBroken):
        Sealer(KEY).open(changed, "ak_test_1")


@pytest.mark.parametrize("length", [0, 1, 12, 13, 20])
def test_bytes_cut_short_do_not_crash(length: int) -> None:
    """A truncated column is refused by name."""
    with pytest.raises(SealBroken):
        Sealer(KEY).open(SEALED[:length], "ak_test_1")


def test_another_key_is_told_apart_by_name() -> None:
    """An operator who lost ENCRYPTION_KEY reads what happened."""
    other = next(key for key in (bytes([n]) * 32 for n in range(9)) if Sealer(key).seal(b"", "")[:1] != SEALED[:1])
    with pytest.raises(SealBroken, match="ENCRYPTION_KEY"):
        Sealer(other).open(SEALED, "ak_test_1")


@pytest.mark.parametrize("length", [0, 16, 31, 33])
def test_a_key_of_another_length_is_refused(length: int) -> None:
    """A weak or mistyped key fails at the start, not at the first secret."""
    with pytest.raises(ValueError, match="32 bytes"):
        Sealer(b"k" * length)


def test_the_key_never_shows() -> None:
    """A sealer that lands in a log line shows nothing."""
    assert repr(Sealer(KEY)) == "Sealer()"
