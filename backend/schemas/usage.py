"""Shapes of usage. Latencies in milliseconds, rates in percent; null where nothing was called. Days are UTC days."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BeforeValidator, ConfigDict, Field

from backend.schemas.common import Answer, Moment, Query

DAYS_DEFAULT = 30
DAYS_MAX = 366

Milliseconds = Annotated[float, Field(description="Milliseconds.")]
Percent = Annotated[float, Field(description="0 to 100.")]


def _day(value: object) -> object:
    """Read the UTC day of a moment; clients send either."""
    if isinstance(value, str) and "T" in value:
        return value.partition("T")[0]
    return value


Day = Annotated[date, BeforeValidator(_day), Field(description="YYYY-MM-DD, or a moment of that UTC day.")]
IdText = Annotated[str, Field(max_length=64, pattern=r"^[^\x00]*$")]
PathText = Annotated[str, Field(max_length=200, pattern=r"^[^\x00]*$", description="The path that was called.")]
Days = Annotated[int, Field(ge=1, le=DAYS_MAX, description="Up to today, today included.")]


class DaysQuery(Query):
    """How many days."""

    days: Days = DAYS_DEFAULT


class EnvironmentQuery(Query):
    """Which environment; both when left out."""

    environment: Literal["", "live", "test"] = ""


class AppUsageQuery(DaysQuery, EnvironmentQuery):
    """Which days, and of which environment."""


class UsageQuery(DaysQuery, EnvironmentQuery):
    """Which calls, and of which days; `from` and `to` go before `days`."""

    model_config = ConfigDict(populate_by_name=True)

    begins: Annotated[Day | None, Field(alias="from")] = None
    ends: Annotated[Day | None, Field(alias="to", description="The last day, included.")] = None
    key_id: IdText = ""
    app_id: IdText = ""
    endpoint: PathText = ""


class DayOut(Answer):
    """One day; zeros and nulls where nothing was called."""

    day: date
    calls: int
    errors: Annotated[int, Field(description="Answers of 400 and above.")]
    avg_latency_ms: Milliseconds | None
    p95_latency_ms: Milliseconds | None
    p99_latency_ms: Milliseconds | None
    bytes: Annotated[int, Field(description="Request and response bodies together.")]


class ChargedDayOut(DayOut):
    """One day, and what it cost."""

    credits: int


class TotalsOut(Answer):
    """All the calls together."""

    calls: int
    errors: Annotated[int, Field(description="Answers of 400 and above.")]
    error_rate: Percent | None
    limited: Annotated[int, Field(description="Answers 429.")]
    avg_latency_ms: Milliseconds | None
    p95_latency_ms: Milliseconds | None
    p99_latency_ms: Milliseconds | None
    bytes_in: int
    bytes_out: int
    rows: int
    credits: int


class EndpointUseOut(Answer):
    """The calls of one path."""

    endpoint: str
    kind: str
    name: Annotated[str | None, Field(description="Of the API, while it exists.")]
    calls: int
    errors: int
    avg_latency_ms: Milliseconds | None
    p95_latency_ms: Milliseconds | None
    credits: int


class KeyUseOut(Answer):
    """The calls with one key; without an id those of the playground."""

    key_id: str | None
    name: str | None
    environment: str
    calls: int
    errors: int
    credits: int


class UsageOut(Answer):
    """What was called, day by day, by path and by key; most called first."""

    model_config = ConfigDict(populate_by_name=True)

    begins: Annotated[date, Field(alias="from")]
    ends: Annotated[date, Field(alias="to")]
    totals: TotalsOut
    days: list[ChargedDayOut]
    endpoints: list[EndpointUseOut]
    keys: list[KeyUseOut]


class TodayOut(Answer):
    """The present UTC day of a key."""

    calls: int
    daily_quota: int | None
    share: Annotated[float | None, Field(description="Calls over quota; 1 is all of it.")]


class WindowOut(Answer):
    """What is left of the limit that would refuse first."""

    policy: Annotated[str, Field(examples=["per-key"])]
    limit: int
    remaining: int
    reset_at: Moment


class KeyStatsOut(Answer):
    """How a key is used."""

    key_id: str
    name: str
    days: int
    totals: TotalsOut
    series: list[ChargedDayOut]
    today: TodayOut
    window: Annotated[WindowOut | None, Field(description="Null while the limiter does not answer.")]
    last_used_at: Moment | None


class CreditsGlanceOut(Answer):
    """Credits in one line."""

    current_credits: int
    month_consumed: int
    progress: Annotated[float, Field(description="Consumed, of consumed and current together: 0 to 1.")]
    alert: bool
    plan: str


class FirstStepsOut(Answer):
    """What a new account has done already."""

    has_api: bool
    has_app: bool
    has_key: bool
    has_call: bool


class OverviewOut(Answer):
    """The account at a glance."""

    calls_today: int
    calls_30d: int
    error_rate_30d: Percent | None
    p95_latency_ms_30d: Milliseconds | None
    active_keys: int
    credits: CreditsGlanceOut
    days: list[ChargedDayOut]
    endpoints: Annotated[list[EndpointUseOut], Field(max_length=5)]
    first_steps: FirstStepsOut
