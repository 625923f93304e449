"""Grants: what a caller may do, read once out of its rows so that a call asks memory only.

Built by the directory, held against every call by the gateway. Holds no rule of a single kind.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

from backend.core.logging import get_logger
from backend.core.plans import TEST_KEY_DAILY_QUOTA, plan_named
from backend.engine.allowed import Network, is_allowed_address, is_allowed_origin, networks_of
from backend.engine.keys import Environment
from backend.engine.limits.rules import DailyQuota, Overage, Policy, Rule, RuleSet, TokenBucket
from backend.engine.scopes import PREDICT_ANY, WRITE
from backend.engine.sealing import SealBroken, Sealer
from backend.models import Account, AppKey

WINDOW_SECONDS = 60.0
log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Signing:
    """How requests may be signed with a key; no secret where it is not kept or does not open any more."""

    schemes: frozenset[str] = frozenset()
    is_required: bool = False
    secret: bytes | None = field(default=None, repr=False)


NO_SIGNING = Signing()


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What a caller may do, from where, how often, and who pays for it."""

    account_id: str
    environment: Environment
    scopes: frozenset[str]
    rules: RuleSet
    """Its limits: those of the key and of the plan."""
    key_id: str | None = None
    app_id: str | None = None
    source: str = "api"
    expires_at: datetime | None = None
    signing: Signing = NO_SIGNING
    allowed_origins: frozenset[str] = frozenset()
    allowed_networks: tuple[Network, ...] | None = None
    """None for any."""

    @property
    def is_bound_to_a_place(self) -> bool:
        """Tell whether its owner says from where it may be used."""
        return self.allowed_networks is not None or bool(self.allowed_origins)

    def may_call(self, account_id: str, scopes: frozenset[str]) -> bool:
        """Tell whether a target of an account, callable with any of some scopes, is within its reach."""
        return account_id == self.account_id and not self.scopes.isdisjoint(scopes)

    def admits_origin(self, origin: str | None) -> bool:
        """Tell whether a page may use it; callers that are no browsers send no origin."""
        return is_allowed_origin(origin, self.allowed_origins)

    def admits_address(self, address: str) -> bool:
        """Tell whether it may be used from an address."""
        networks = self.allowed_networks
        # A list of which nothing reads names nobody.
        return networks is None or (networks != () and is_allowed_address(address, networks))


def grant_of_key(key: AppKey, plan: str, sealer: Sealer) -> Grant:
    """Give what a key may do under its account's plan."""
    environment = cast("Environment", key.environment)
    return Grant(
        account_id=key.account_id,
        environment=environment,
        scopes=frozenset(key.scopes),
        rules=rules_of_key(key, plan_rule(key.account_id, plan, environment)),
        key_id=key.key_id,
        app_id=key.app_id,
        expires_at=key.expires_at,
        signing=_signing(key, sealer),
        allowed_origins=frozenset(key.allowed_origins),
        allowed_networks=_networks(key.allowed_addresses) if key.allowed_addresses else None,
    )


def grant_of_session(account: Account, environment: Environment) -> Grant:
    """Give what a signed-in account may call without a key: its own APIs, as often as its plan says."""
    rules: tuple[Rule, ...] = (plan_rule(account.id, account.plan, environment),)
    if environment == "test":
        rules += (DailyQuota("daily-quota", f"day:playground@{account.id}", TEST_KEY_DAILY_QUOTA, "block"),)
    return Grant(
        account_id=account.id,
        environment=environment,
        scopes=frozenset({PREDICT_ANY, WRITE}),
        rules=RuleSet(rules),
        source="playground",
    )


def plan_rule(account_id: str, plan: str, environment: Environment) -> Policy:
    """Give the limit of all calls of an account in one environment."""
    return Policy("plan", f"plan:{environment}@{account_id}", plan_named(plan).calls_per_minute, WINDOW_SECONDS)


def rules_of_key(key: AppKey, plan: Policy) -> RuleSet:
    """Give every limit of a key's calls; one that was lifted beyond its plan is not held by the plan.

    Keys of one line of rotations count together, so that a rotation gives no fresh quota.
    """
    # Named after the account too, so that a call takes one lock for all its limits.
    quota, counter = key.quota, f"{key.counted_as or key.key_id}@{key.account_id}"
    per_minute: Rule = (
        Policy("per-key", f"key:{counter}", quota.sustained_limit, WINDOW_SECONDS)
        if quota.burst_limit is None
        else TokenBucket("per-key", f"bucket:{counter}", quota.burst_limit, quota.sustained_limit)
    )
    rules: tuple[Rule, ...] = (per_minute,)
    if quota.sustained_limit <= plan.limit:
        rules += (plan,)
    if quota.daily_quota is not None:
        action = cast("Overage", quota.overage_action)
        rules += (DailyQuota("daily-quota", f"day:{counter}", quota.daily_quota, action),)
    return RuleSet(rules)


def _signing(key: AppKey, sealer: Sealer) -> Signing:
    if not key.signature_schemes and not key.is_signature_required:
        return NO_SIGNING
    secret = None
    if key.encrypted_secret is not None:
        try:
            secret = sealer.open(key.encrypted_secret, key.key_id)
        except SealBroken as error:
            # The key itself still works: only its signatures cannot be checked.
            log.error("signing_secret_unreadable", key_id=key.key_id, reason=str(error))  # noqa: TRY400
    return Signing(frozenset(key.signature_schemes), key.is_signature_required, secret)


def _networks(listed: Sequence[str]) -> tuple[Network, ...]:
    """Read addresses and networks; one that does not read, typed in SQL by hand, admits nobody."""
    found: list[Network] = []
    for text in listed:
        try:
            found.extend(networks_of([text]))
        except ValueError:
            log.warning("allowed_address_unreadable", text=text)
    return tuple(found)
