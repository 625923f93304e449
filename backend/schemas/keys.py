"""Shapes of API keys: what the three doors take, and what they answer."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

from backend.core.plans import KEY_BURST, KEY_DAILY_QUOTA, KEY_SUSTAINED
from backend.engine.allowed import networks_of
from backend.engine.key_limits import Binding, Overage
from backend.engine.keys import Environment
from backend.engine.scopes import PREDICT_ANY, READ, is_scope
from backend.schemas.common import Answer, Body, Line, Moment, PageQuery, Whole
from backend.schemas.export import CALLS_PER_MINUTE_MAX, GRACE_SECONDS_MAX, Origins

CALLS_A_DAY_MAX = 1_000_000_000_000
ROTATION_GRACE_SECONDS = 7 * 24 * 3_600
LIST_LENGTH_MAX = 200


def _scope(text: str) -> str:
    """Refuse a word that is no scope."""
    if not is_scope(text):
        raise PydanticCustomError("scope", "A scope is expected, such as predict:* or read; see GET /api/dev/scopes")
    return text


def _address(text: str) -> str:
    """Refuse what is neither an address nor a network."""
    try:
        networks_of([text])
    except ValueError:
        raise PydanticCustomError("address", "An IP address or a network is expected, such as 203.0.113.0/24") from None
    return text


def _moment(value: object) -> object:
    """Read RFC 3339; a moment without a zone could mean any of 26 hours."""
    if not isinstance(value, str):
        return value
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or not 1970 <= moment.year <= 9000:
        raise PydanticCustomError("date_time", "A moment is expected, such as 2030-12-31T23:59:59Z")
    return moment


Scope = Annotated[str, StringConstraints(max_length=50), AfterValidator(_scope), Field(examples=["predict:*", "read"])]
Scopes = Annotated[list[Scope], Field(min_length=1, max_length=LIST_LENGTH_MAX)]
Address = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=50),
    AfterValidator(_address),
    Field(examples=["203.0.113.0/24"]),
]
Addresses = Annotated[
    list[Address], Field(max_length=50, description="Addresses and networks that may send it; empty for any.")
]
MomentIn = Annotated[
    datetime,
    BeforeValidator(_moment),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2030-12-31T23:59:59Z"]}),
]
AppId = Annotated[str, StringConstraints(min_length=1, max_length=36, pattern=r"^[0-9A-Za-z-]+$")]
Reason = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=500, pattern=r"^[^\x00]*$"), Field(examples=["Key leaked"])
]
CallsPerMinute = Annotated[Whole, Field(ge=0, le=CALLS_PER_MINUTE_MAX)]


class LimitsIn(Body):
    """Limits of a key; what is left out stays, or is the default of a new key."""

    burst_limit: Annotated[
        CallsPerMinute | None,
        Field(description="Capacity of the token bucket; null for an exact window of the sustained limit."),
    ] = KEY_BURST
    sustained_limit: Annotated[
        CallsPerMinute, Field(description="Calls a minute: refill of the bucket, or calls in any 60 seconds.")
    ] = KEY_SUSTAINED
    daily_quota: Annotated[
        Annotated[Whole, Field(ge=0, le=CALLS_A_DAY_MAX)] | None, Field(description="Calls a UTC day; null for none.")
    ] = KEY_DAILY_QUOTA
    overage_action: Annotated[Overage, Field(description="What happens beyond the daily quota.")] = "block"


class NewKeyIn(Body):
    """A new key; its name is enough."""

    name: Annotated[Line, Field(examples=["Backend Prod"])]
    environment: Annotated[Environment, Field(description="A key that makes keys makes its own kind.")] = "live"
    app_id: AppId | None = None
    scopes: Annotated[Scopes, Field(default_factory=lambda: [PREDICT_ANY])]
    expires_at: MomentIn | None = None
    allowed_origins: Annotated[Origins, Field(default_factory=list)]
    allowed_addresses: Annotated[Addresses, Field(default_factory=list)]
    signing: Annotated[bool, Field(description="Keep the secret, encrypted, so that requests may be signed.")] = False
    signature_required: Annotated[bool, Field(description="Refuse the bare key.")] = False
    limits: LimitsIn | None = None


class NewAppKeyIn(Body):
    """A new key of an app; it can sign."""

    key_type: Literal["api_key"] = "api_key"
    environment: Environment
    name: Annotated[Line, Field(examples=["My Test Key"])]
    scopes: Annotated[Scopes, Field(default_factory=lambda: [PREDICT_ANY])]
    expires_at: MomentIn | None = None
    allowed_origins: Annotated[Origins, Field(default_factory=list)]
    allowed_addresses: Annotated[Addresses, Field(default_factory=list)]
    signing: bool = True
    signature_required: bool = False
    limits: LimitsIn | None = None


class IssueKeyIn(Body):
    """A new key for a machine."""

    name: Annotated[Line, Field(examples=["Production API Key"])]
    permissions: Annotated[Scopes, Field(default_factory=lambda: [READ], examples=[["read", "write"]])]
    rate_limit: Annotated[
        Whole | None,
        Field(ge=0, le=CALLS_PER_MINUTE_MAX, description="Calls in any 60 seconds; the installation's default."),
    ] = None
    expires_at: MomentIn | None = None
    environment: Environment = "live"


class ChangeKeyIn(Body):
    """What to change of a key; what is left out stays."""

    name: Line | None = None
    allowed_origins: Origins | None = None
    allowed_addresses: Addresses | None = None
    signature_required: bool | None = None


class RevokeIn(Body):
    """Why a key ends."""

    reason: Reason | None = None


class RotateIn(Body):
    """How the present key ends."""

    grace_seconds: Annotated[
        Whole,
        Field(ge=0, le=GRACE_SECONDS_MAX, description="How long the present key goes on working; 0 ends it now."),
    ] = ROTATION_GRACE_SECONDS


class KeysQuery(PageQuery):
    """Which keys."""

    environment: Environment | None = None
    app_id: AppId | None = None
    status: Literal["active", "expiring", "expired", "revoked"] | None = None


class LimitsOut(Answer):
    """A key's limits, and what they come to together with its account's plan."""

    burst_limit: int | None
    sustained_limit: int
    window_seconds: Literal[60] = 60
    daily_quota: int | None
    overage_action: Overage
    plan: str
    plan_limit: Annotated[int, Field(description="Calls a minute of all keys of one environment together.")]
    plan_applies: Annotated[bool, Field(description="False for a key that was lifted beyond its plan.")]
    binding: Annotated[Binding, Field(description="The policy that gives the daily ceiling.")]
    effective_per_minute: int
    effective_daily_ceiling: int


class KeyOut(Answer):
    """A key as lists show it; the key itself is never among it."""

    id: Annotated[str, Field(examples=["ak_live_4fzs..."])]
    key_id: str
    name: str
    app_id: str | None
    app_name: str | None
    api_id: Annotated[int | None, Field(description="The exported API that it was minted for.")]
    environment: Environment
    key_masked: Annotated[str, Field(examples=["mp_live_...a1b2"])]
    scopes: list[str]
    status: Literal["active", "expiring", "expired", "revoked"]
    created_at: Moment
    expires_at: Moment | None
    last_used_at: Moment | None
    revoked_at: Moment | None
    revoked_reason: str | None
    replaces_key_id: str | None
    replaced_by_key_id: str | None
    allowed_origins: list[str]
    allowed_addresses: list[str]
    signature_schemes: list[str]
    signature_required: bool
    limits: LimitsOut


class CreatedKeyOut(KeyOut):
    """A key just made; `api_key` is shown this once."""

    api_key: str
    warnings: list[str]


class CreatedAppKeyOut(KeyOut):
    """A key of an app just made; `secret` is shown this once."""

    secret: str
    warnings: list[str]


class RotatedKeyOut(KeyOut):
    """The key that took over, shown this once under both names."""

    api_key: str
    secret: str
    previous_key_id: str
    previous_key_expires_at: Annotated[Moment, Field(description="When the previous key stops working.")]


class IssuedKeyOut(Answer):
    """A key just issued; `api_key` is shown this once."""

    key_id: str
    api_key: str
    name: str
    created_at: Moment
    expires_at: Moment | None
    permissions: list[str]
    rate_limit: int
    warnings: list[str]


class ListedKeyOut(KeyOut):
    """A key with its rights by this door's names."""

    permissions: list[str]
    rate_limit: int


class ScopeOut(Answer):
    """A scope that may be put into a key."""

    scope: str
    title: str
    description: str
