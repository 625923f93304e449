"""Shapes of administration: accounts as administrators see and change them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from backend.schemas.common import Answer, Body, Line, Moment, PageQuery, Whole
from backend.schemas.credits import LedgerEntryOut

ACCOUNTS_DEFAULT = 50
AMOUNT_MAX = 10**12
PlanName = Literal["free", "pro", "business"]
StatusName = Literal["active", "suspended"]


def _something(amount: int) -> int:
    """Refuse an adjustment by nothing."""
    if amount == 0:
        raise PydanticCustomError("non_zero", "An amount other than 0 is expected")
    return amount


class AccountsQuery(PageQuery):
    """Which accounts."""

    limit: Annotated[int, Field(ge=1, le=200)] = ACCOUNTS_DEFAULT
    email: Annotated[str, Field(max_length=320, pattern=r"^[^\x00]*$", description="A part of the address.")] = ""


class AccountChangeIn(Body):
    """What to change; what is left out stays."""

    plan: PlanName | None = None
    status: StatusName | None = None


class AccountOut(Answer):
    """An account as administrators see it."""

    id: str
    email: str
    name: str
    role: Literal["user", "admin"]
    plan: str
    status: StatusName
    created_at: Moment
    current_credits: int
    api_count: int
    key_count: Annotated[int, Field(description="Keys that work.")]


class AdjustmentIn(Body):
    """Credits to give, or to take where below 0."""

    amount: Annotated[Whole, Field(ge=-AMOUNT_MAX, le=AMOUNT_MAX), AfterValidator(_something)]
    reason: Annotated[Line, Field(description="The account's owner reads it.")]


class AdjustmentOut(Answer):
    """What the account has then, and the movement."""

    current_credits: int
    entry: LedgerEntryOut
