"""Names of counters: what they are locked with."""

from __future__ import annotations

from backend.core.plans import BUSINESS
from backend.engine.limits.layout import STRIPES
from backend.engine.limits.naming import locked_with
from backend.engine.limits.place import Place
from backend.services.grants import plan_rule


def test_all_limits_of_an_account_take_one_lock() -> None:
    """One lock for a call, whichever of the account's counters it counts in; each stays a counter of its own."""
    plan = plan_rule("account-1", BUSINESS.name, "live").counter
    key = Place("key:ak_live_1@account-1")
    assert locked_with(plan) == "account-1"
    assert key.stripe == Place(plan).stripe
    assert (key.high, key.low) != (Place(plan).high, Place(plan).low)
    assert len({Place(f"key:1@account-{number}").stripe for number in range(50)}) > 1


def test_whoever_finds_an_entry_knows_its_lock() -> None:
    """An expired entry is taken over under the lock of whose it was, and only what is stored tells that."""
    for name in ("key:ak_live_1@account-1", "replay:1:2", "day\0ak_live_1@account-1"):
        assert Place(name).high % STRIPES == Place(name).stripe
