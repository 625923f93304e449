"""An account's own credits and their ledger: /api/dev/credits."""

from __future__ import annotations

from apiflask import APIBlueprint

from backend.endpoints import CATALOGUE
from backend.middleware.access import access
from backend.middleware.openapi import pages, refuses
from backend.middleware.pagination import next_link
from backend.middleware.session_auth import current_viewer
from backend.schemas.credits import CreditPlanOut, CreditsOut, LedgerEntryOut, LedgerQuery, MonthOut, PriceOut
from backend.services.credit_service import CreditsNow, credits_of, ledger_of
from backend.services.paging import PageRequest

credits_blueprint = APIBlueprint("credits", __name__, url_prefix="/credits", tag="Credits")


@credits_blueprint.get("")
@access("portal:read")
@credits_blueprint.output(CreditsOut)
def read_credits() -> CreditsOut:
    """Give what can be spent, what the month consumed, and what calls cost."""
    return _out(credits_of(current_viewer()))


@credits_blueprint.get("/ledger")
@access("portal:read")
@credits_blueprint.input(LedgerQuery, location="query")
@credits_blueprint.output(list[LedgerEntryOut])  # type: ignore[arg-type]  # APIFlask 3 reads lists
@pages
@refuses(400, 422)
def list_ledger(query_data: LedgerQuery) -> tuple[list[LedgerEntryOut], int, dict[str, str]]:
    """Give the movements of one's own credits, newest first."""
    found = ledger_of(current_viewer(), PageRequest(query_data.limit, query_data.cursor), query_data.kind)
    return list(found.rows), 200, next_link(found.next_cursor)


def _out(now: CreditsNow) -> CreditsOut:
    plan = now.plan
    return CreditsOut(
        current_credits=now.current_credits,
        on_hold=now.on_hold,
        month=MonthOut(month=now.month, consumed=now.month_consumed, calls=now.month_calls, granted=now.month_granted),
        plan=CreditPlanOut(
            name=plan.name,
            title=plan.title,
            monthly_credits=plan.monthly_credits,
            calls_per_minute=plan.calls_per_minute,
        ),
        progress=now.progress,
        alert=now.is_alert,
        prices=[
            PriceOut(kind=kind.name, title=kind.title, unit=kind.unit, credits=kind.unit_price) for kind in CATALOGUE
        ],
    )
