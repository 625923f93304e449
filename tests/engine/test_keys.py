"""Guarantees of the key format."""

from __future__ import annotations

import math
from hashlib import sha256

import pytest

from backend.engine import keys


@pytest.mark.parametrize("environment", ["live", "test"])
@pytest.mark.parametrize("prefix", ["mp", "a", "sixteenletters00"])
def test_a_minted_key_is_recognised_and_long_enough(prefix: str, environment: keys.Environment) -> None:
    """Every key that can be minted is accepted offline and has the 64 characters the reference asks for."""
    minted = keys.mint_key(prefix, environment)

    assert keys.is_well_formed(minted.secret)
    assert len(minted.secret) >= 64
    assert minted.secret.startswith(f"{prefix}_{environment}_")
    assert minted.visible_prefix == f"{prefix}_{environment}_"
    assert minted.last_four == minted.secret[-4:]


def test_the_digest_is_the_plain_sha256_of_the_whole_key() -> None:
    """An operator can find a key's row with sha256sum."""
    minted = keys.mint_key("mp", "live")

    assert minted.digest == sha256(minted.secret.encode()).hexdigest() == keys.digest(minted.secret)
    assert len(minted.digest) == 64


def test_a_key_has_at_least_154_random_bits() -> None:
    """The random part alone cannot be guessed, whatever the prefix."""
    for prefix in ("mp", "sixteenletters00"):
        minted = keys.mint_key(prefix, "live")
        random_part = minted.secret.removeprefix(minted.visible_prefix)[:-6]
        assert len(random_part) * math.log2(62) >= 154


def test_every_single_character_change_is_refused_offline() -> None:
    """A mistyped key costs no lookup: CRC-32 catches every burst shorter than 32 bits."""
    secret = keys.mint_key("mp", "live").secret
    for place in range(len("mp_live_"), len(secret)):
        other = "A" if secret[place] != "A" else "B"
        assert not keys.is_well_formed(secret[:place] + other + secret[place + 1 :])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "mp_live_",
        "x" * 64,
        "mp_live_" + "a" * 10_000,
        "mp_live_" + "é" * 60,
        "mp_prod_" + "a" * 60,
        "\ud800" * 70,
    ],
)
def test_what_is_no_key_of_ours_is_refused_without_a_crash(text: str) -> None:
    """Any text a client may send as a key is judged, including what cannot be encoded."""
    assert not keys.is_well_formed(text)


def test_a_key_never_appears_in_a_repr() -> None:
    """A minted key that lands in a log line by accident shows no secret."""
    minted = keys.mint_key("mp", "live")

    assert minted.secret not in repr(minted)
    assert minted.secret not in str(minted)


@pytest.mark.parametrize("prefix", ["", "MP", "m-p", "1mp", "m_p", "a" * 17])
def test_a_prefix_whose_keys_would_be_refused_cannot_mint(prefix: str) -> None:
    """A wrong KEY_PREFIX fails at once and by name, not as a 403 at every call."""
    with pytest.raises(ValueError, match="KEY_PREFIX"):
        keys.mint_key(prefix, "live")


def test_masking_shows_the_prefix_and_the_last_four() -> None:
    """A list tells keys apart without giving them away."""
    assert keys.mask("mp_live_", "a1b2") == "mp_live_...a1b2"


def test_key_ids_are_unique_and_name_their_environment() -> None:
    """The public id tells a test key from a live one."""
    ids = {keys.new_key_id("test") for _ in range(100)}

    assert len(ids) == 100
    assert all(key_id.startswith("ak_test_") for key_id in ids)
