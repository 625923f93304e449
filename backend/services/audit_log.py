"""An account's own audit trail, as its owner reads it. Called by the audit route; writes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, literal_column, or_, select

from backend.models import Account, AuditEntry, db
from backend.services.access import Viewer
from backend.services.paging import Page, PageRequest, narrowed, page

# As the index has it, and as documents write it: an expression by other means is not found by the index.
_key_id: ColumnElement[str] = literal_column("dev_portal_audit.target->>'key_id'")


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilter:
    """Which entries; an empty text and None are any."""

    action: str = ""
    key_id: str = ""
    begins: datetime | None = None
    ends: datetime | None = None


@dataclass(frozen=True, slots=True)
class SeenActor:
    """Who did it, as the owner of the trail may know them."""

    type: str
    account_id: str | None
    email: str | None
    key_id: str | None


@dataclass(frozen=True, slots=True)
class SeenEntry:
    """An entry and who did it. Where an administrator came from is theirs: no address, no user agent."""

    row: AuditEntry
    actor: SeenActor

    @property
    def ip(self) -> str | None:
        """Give the address it came from."""
        return None if self.actor.type == "admin" else self.row.ip

    @property
    def user_agent(self) -> str | None:
        """Give the program it came from."""
        return None if self.actor.type == "admin" else self.row.user_agent


def list_entries(viewer: Viewer, wanted: AuditFilter, part: PageRequest) -> Page[SeenEntry]:
    """Give a part of the viewer's own trail, newest first; administrators too see only their own here."""
    statement = select(AuditEntry).where(AuditEntry.account_id == viewer.account_id)
    if viewer.environment is not None:
        # A key learns nothing of the keys of the other environment, whose ids name it.
        own = _key_id.like(f"ak\\_{viewer.environment}\\_%", escape="\\")
        statement = statement.where(or_(_key_id.is_(None), own))
    rows = db.session.scalars(narrowed(_filtered(statement, wanted), AuditEntry.seq, part)).all()
    emails = _emails(row.actor for row in rows)
    seen = [SeenEntry(row, _seen(row.actor, emails)) for row in rows]
    return page(seen, [row.seq for row in rows], part)


def _filtered(statement: Select[AuditEntry], wanted: AuditFilter) -> Select[AuditEntry]:
    """Narrow a statement to what was asked for."""
    if wanted.action:
        statement = statement.where(AuditEntry.action == wanted.action)
    if wanted.key_id:
        statement = statement.where(_key_id == wanted.key_id)
    if wanted.begins is not None:
        statement = statement.where(AuditEntry.created_at >= wanted.begins)
    if wanted.ends is not None:
        statement = statement.where(AuditEntry.created_at < wanted.ends)
    return statement


def _emails(actors: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Give the addresses of accounts that acted, administrators on other people's things left out."""
    ids = {actor["account_id"] for actor in actors if actor["account_id"] is not None and actor["type"] != "admin"}
    found = db.session.execute(select(Account.id, Account.email).where(Account.id.in_(ids)))
    return {row.id: row.email for row in found}


def _seen(actor: Mapping[str, Any], emails: Mapping[str, str]) -> SeenActor:
    return SeenActor(actor["type"], actor["account_id"], emails.get(actor["account_id"]), actor["key_id"])
