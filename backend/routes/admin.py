"""Administration of accounts: /api/admin, for sessions of administrators alone."""

from __future__ import annotations

from apiflask import APIBlueprint

from backend.middleware.admin_access import administrators_only
from backend.middleware.idempotency import idempotent
from backend.middleware.openapi import pages, refuses
from backend.middleware.pagination import next_link
from backend.middleware.session_auth import current_viewer
from backend.schemas.admin import AccountChangeIn, AccountOut, AccountsQuery, AdjustmentIn, AdjustmentOut
from backend.services import admin_service, credit_service
from backend.services.admin_service import SeenAccount
from backend.services.paging import PageRequest

admin = APIBlueprint("admin", __name__, url_prefix="/api/admin", tag="Administration")


@admin.get("/accounts")
@administrators_only
@admin.input(AccountsQuery, location="query")
@admin.output(list[AccountOut])  # type: ignore[arg-type]  # APIFlask 3 reads lists, its annotation does not say so
@pages
@refuses(400, 422)
def list_accounts(query_data: AccountsQuery) -> tuple[list[AccountOut], int, dict[str, str]]:
    """Give all accounts, or those with a part of their address, in the order of addresses."""
    part = PageRequest(query_data.limit, query_data.cursor)
    found = admin_service.list_accounts(query_data.email, part)
    return [_out(account) for account in found.rows], 200, next_link(found.next_cursor)


@admin.get("/accounts/<account_id>")
@administrators_only
@admin.output(AccountOut)
@refuses(404)
def read_account(account_id: str) -> AccountOut:
    """Give an account."""
    return _out(admin_service.read_account(account_id))


@admin.patch("/accounts/<account_id>")
@administrators_only
@admin.input(AccountChangeIn)
@admin.output(AccountOut)
@refuses(400, 404, 409, 413, 415, 422)
def change_account(account_id: str, json_data: AccountChangeIn) -> AccountOut:
    """Change an account's plan or status.

    A suspended account is signed out and its keys stop with their next call. Administrators cannot suspend themselves.
    """
    changed = admin_service.change_account(current_viewer(), account_id, plan=json_data.plan, status=json_data.status)
    return _out(changed)


@admin.post("/accounts/<account_id>/credits")
@administrators_only
@idempotent
@admin.input(AdjustmentIn)
@admin.output(AdjustmentOut)
@refuses(400, 404, 409, 413, 415, 422)
def adjust_credits(account_id: str, json_data: AdjustmentIn) -> AdjustmentOut:
    """Give an account credits, or take some that no call has reserved."""
    admin_service.read_account(account_id)
    left, entry = credit_service.adjust(current_viewer(), account_id, json_data.amount, json_data.reason)
    return AdjustmentOut(current_credits=left, entry=entry)


def _out(seen: SeenAccount) -> AccountOut:
    """Give an account as administrators see it."""
    row = seen.row
    return AccountOut.model_validate(
        {
            "id": row.id,
            "email": row.email,
            "name": row.name,
            "role": row.role,
            "plan": row.plan,
            "status": row.status,
            "created_at": row.created_at,
            "current_credits": seen.current_credits,
            "api_count": seen.api_count,
            "key_count": seen.key_count,
        }
    )
