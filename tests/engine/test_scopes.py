"""Guarantees of which scope covers which."""

from __future__ import annotations

import pytest

from backend.engine.scopes import FIXED_SCOPES, api_ids_in, covers, is_scope

EVERY = (*FIXED_SCOPES, "predict:7")
COVERED = {
    "predict:7": {"predict:7"},
    "predict:*": {"predict:*", "predict:7"},
    "read": {"read"},
    "write": {"write", "predict:*", "predict:7"},
    "portal:read": {"portal:read"},
    "portal:write": {"portal:write"},
    "portal:*": {"portal:*", "portal:read", "portal:write"},
}


@pytest.mark.parametrize("held", EVERY)
def test_a_scope_covers_what_it_says_and_nothing_else(held: str) -> None:
    """Reading never follows from writing, and no scope reaches into the portal but the portal's own."""
    assert {wanted for wanted in EVERY if covers([held], wanted)} == COVERED[held]


def test_both_halves_of_the_portal_are_the_whole() -> None:
    """A key with both may hand both on in one word."""
    assert covers({"portal:read", "portal:write"}, "portal:*")


@pytest.mark.parametrize("text", [*EVERY, "predict:2147483647"])
def test_scopes_read(text: str) -> None:
    """Every documented word is one."""
    assert is_scope(text)


@pytest.mark.parametrize(
    "text", ["", "admin", "predict:", "predict:0", "predict:07", "predict:x", "predict:-1", "predict:7 ", "*", "READ"]
)
def test_other_words_do_not(text: str) -> None:
    """A typing mistake is refused, not stored as a right that never matches."""
    assert not is_scope(text)


def test_the_apis_that_scopes_name_are_found() -> None:
    """Each is checked against its owner."""
    assert api_ids_in(["predict:7", "read", "predict:*", "predict:12"]) == {7, 12}
