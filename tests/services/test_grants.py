"""Grants: what a key's rows come to."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from backend.core.plans import TEST_KEY_DAILY_QUOTA
from backend.engine.limits.rules import DailyQuota, Policy, TokenBucket
from backend.engine.sealing import Sealer
from backend.models import Account, APIKeyQuota, AppKey
from backend.services.grants import Signing, grant_of_key, grant_of_session

SEALER = Sealer(b"k" * 32)
PER_KEY = Policy("per-key", "key:ak_live_1@account", 100, 60.0)
PLAN = Policy("plan", "plan:live@account", 100, 60.0)


def key(quota: dict[str, Any] | None = None, **columns: Any) -> AppKey:
    """A key as the database gives it."""
    row: dict[str, Any] = {
        "key_id": "ak_live_1",
        "account_id": "account",
        "environment": "live",
        "scopes": ["predict:*"],
        "allowed_origins": [],
        "allowed_addresses": [],
        "signature_schemes": [],
        "is_signature_required": False,
        "created_at": datetime.now(UTC),
        **columns,
    }
    return AppKey(quota=APIKeyQuota(**{"sustained_limit": 100, "overage_action": "block", **(quota or {})}), **row)


@pytest.mark.parametrize(
    ("quota", "rules"),
    [
        ({}, (PER_KEY, PLAN)),
        ({"sustained_limit": 101}, (Policy("per-key", "key:ak_live_1@account", 101, 60.0),)),
        ({"burst_limit": 600}, (TokenBucket("per-key", "bucket:ak_live_1@account", 600, 100), PLAN)),
        (
            {"daily_quota": 5, "overage_action": "charge"},
            (
                Policy("per-key", "key:ak_live_1@account", 100, 60.0),
                PLAN,
                DailyQuota("daily-quota", "day:ak_live_1@account", 5, "charge"),
            ),
        ),
    ],
)
def test_a_quota_becomes_rules(quota: dict[str, Any], rules: tuple[Any, ...]) -> None:
    """Window or bucket, the plan unless the key was lifted beyond it, and the day."""
    assert grant_of_key(key(quota), "free", SEALER).rules == rules


def test_environments_and_plans_count_apart() -> None:
    """A test key uses up nothing of live callers; a larger plan allows more."""
    test = grant_of_key(key(environment="test"), "pro", SEALER)
    assert Policy("plan", "plan:test@account", 500, 60.0) in test.rules


def test_the_secret_of_a_signing_key_is_opened_for_its_own_row_only() -> None:
    """Sealed bytes that were copied to another key, or sealed with another key, sign nothing."""
    sealed = SEALER.seal(b"the secret", "ak_live_1")
    good = grant_of_key(key(signature_schemes=["v1"], encrypted_secret=sealed), "free", SEALER)
    assert good.signing == Signing(frozenset({"v1"}), is_required=False, secret=b"the secret")
    assert "the secret" not in repr(good)
    moved = grant_of_key(key(key_id="ak_live_2", signature_schemes=["v1"], encrypted_secret=sealed), "free", SEALER)
    lost = grant_of_key(key(signature_schemes=["v1"], encrypted_secret=sealed), "free", Sealer(b"o" * 32))
    assert (moved.signing.secret, lost.signing.secret) == (None, None)


def test_an_address_that_does_not_read_admits_nobody() -> None:
    """What was typed in SQL by mistake closes the key; the addresses beside it still count."""
    assert not grant_of_key(key(allowed_addresses=["nonsense"]), "free", SEALER).admits_address("192.0.2.1")
    assert grant_of_key(key(allowed_addresses=["nonsense", "192.0.2.1"]), "free", SEALER).admits_address("192.0.2.1")


def test_a_session_reaches_its_own_account_and_is_held_by_plan_and_day() -> None:
    """Free test calls from the playground have the bounds of a test key."""
    account = Account(id="account", plan="business")
    live, test = grant_of_session(account, "live"), grant_of_session(account, "test")
    assert live.rules == (Policy("plan", "plan:live@account", 1_000, 60.0),)
    assert test.rules[1:] == (DailyQuota("daily-quota", "day:playground@account", TEST_KEY_DAILY_QUOTA, "block"),)
    assert live.may_call("account", frozenset({"predict:7", "predict:*"}))
    assert not live.may_call("another", frozenset({"predict:7", "predict:*"}))
