"""Guarantees of from where a key may be used."""

from __future__ import annotations

import pytest

from backend.engine.allowed import is_allowed_address, is_allowed_origin, networks_of

NETWORKS = networks_of(["203.0.113.7", "198.51.100.0/24", "2001:db8::/32"])


@pytest.mark.parametrize(
    ("address", "is_allowed"),
    [
        ("203.0.113.7", True),
        ("203.0.113.8", False),
        ("198.51.100.255", True),
        ("198.51.101.0", False),
        ("2001:db8::1", True),
        ("2001:db9::1", False),
        # A dual-stack socket writes IPv4 callers like this.
        ("::ffff:203.0.113.7", True),
        ("::ffff:203.0.113.8", False),
        ("", False),
        ("unix:", False),
    ],
)
def test_only_listed_addresses_may_use_a_key(address: str, is_allowed: bool) -> None:  # noqa: FBT001 - a table
    """A copied key is worth nothing elsewhere."""
    assert is_allowed_address(address, NETWORKS) == is_allowed
    assert is_allowed_address(address, ())


def test_origins_hold_browsers_and_nobody_else() -> None:
    """A page elsewhere cannot use the key; a program, which sends no origin, can."""
    listed = ["https://app.example.com"]

    assert is_allowed_origin("https://app.example.com", listed)
    assert is_allowed_origin("https://APP.example.com", listed)
    assert is_allowed_origin(None, listed)
    assert not is_allowed_origin("https://evil.example.com", listed)
    assert not is_allowed_origin("null", listed)
    assert is_allowed_origin("https://anywhere.example.com", [])


@pytest.mark.parametrize("text", ["", "localhost", "1.2.3", "1.2.3.4/33", "::1/129"])
def test_what_is_no_address_is_refused(text: str) -> None:
    """A list that cannot be read never comes to be stored."""
    with pytest.raises(ValueError, match="does not appear"):
        networks_of([text])
