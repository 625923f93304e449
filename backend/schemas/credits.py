"""Shapes of credits: what an account has, what calls cost, and the ledger."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from backend.schemas.common import Answer, Moment, PageQuery

ENTRIES_DEFAULT = 50
MovementKind = Literal["grant", "hold", "settle", "release", "purchase", "expire", "adjust"]


class MonthOut(Answer):
    """The present UTC month."""

    month: Annotated[str, Field(examples=["2026-11"])]
    consumed: Annotated[int, Field(description="Credits of the calls that were settled this month.")]
    calls: Annotated[int, Field(description="How many calls those were.")]
    granted: Annotated[int, Field(description="The plan's allowance; what is left of it expires with the month.")]


class CreditPlanOut(Answer):
    """What the plan gives."""

    name: Annotated[str, Field(examples=["free"])]
    title: Annotated[str, Field(examples=["Free"])]
    monthly_credits: int
    calls_per_minute: int


class PriceOut(Answer):
    """What a metered kind costs."""

    kind: Annotated[str, Field(examples=["ml.predict"])]
    title: str
    unit: Annotated[str, Field(examples=["row"])]
    credits: Annotated[int, Field(description="For one unit.")]


class CreditsOut(Answer):
    """An account's credits."""

    current_credits: Annotated[
        int,
        Field(description="What can be spent. Below 0 where a call was answered after its hold had been released."),
    ]
    on_hold: Annotated[int, Field(description="Reserved by calls that have not finished.")]
    month: MonthOut
    plan: CreditPlanOut
    progress: Annotated[float, Field(ge=0, le=1, description="Consumed, of consumed and current together.")]
    alert: Annotated[bool, Field(description="progress has reached 0.8.")]
    prices: list[PriceOut]


class LedgerQuery(PageQuery):
    """Which movements."""

    limit: Annotated[int, Field(ge=1, le=200)] = ENTRIES_DEFAULT
    kind: MovementKind | None = None


class LedgerEntryOut(Answer):
    """One movement of credits."""

    id: int
    kind: MovementKind
    amount: Annotated[int, Field(description="How what can be spent changed; 0 where a hold was settled exactly.")]
    balance_after: int
    calls: Annotated[int, Field(description="How many calls a settlement adds up.")]
    reason: str
    actor_id: Annotated[str | None, Field(description="The account that asked for it; null for the system.")]
    created_at: Moment
