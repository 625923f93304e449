"""dev_portal_audit: who changed what, when and from where; one hash chain per account.

Append-only: triggers refuse UPDATE and DELETE. Accounts are kept by value, so that the trail outlives them. Written by
the audit service only.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Index, String, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from backend.models.base import Base, UTCDateTime
from backend.models.credit import LongId


class AuditEntry(Base):
    """One thing that happened on an account."""

    __tablename__ = "dev_portal_audit"
    __table_args__ = (
        UniqueConstraint("account_id", "seq"),
        Index("ix_dev_portal_audit_created", "account_id", "created_at"),
        Index("ix_dev_portal_audit_key", text("(target->>'key_id')"), "created_at"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(LongId, primary_key=True, autoincrement=True)
    account_id: Mapped[str] = mapped_column(String(36))
    """Whose things were changed."""
    seq: Mapped[int] = mapped_column(BigInteger)
    """1, 2, 3 ... within the account, without gaps."""
    action: Mapped[str] = mapped_column(String(60))
    """Such as key.created or limits.changed."""
    target: Mapped[dict[str, Any]] = mapped_column(JSON().with_variant(JSONB, "postgresql"))
    """What was changed, by ids: {"key_id": ...}."""
    actor: Mapped[dict[str, Any]] = mapped_column(JSON().with_variant(JSONB, "postgresql"))
    """Who: {"type": "session" | "key" | "admin" | "anonymous" | "command" | "system", "account_id", "key_id"}."""
    details: Mapped[dict[str, Any]] = mapped_column(JSON().with_variant(JSONB, "postgresql"))
    """What changed, before and after; never a secret."""
    ip: Mapped[str | None] = mapped_column(String(45))
    user_agent: Mapped[str | None] = mapped_column(String(300))
    request_id: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    prev_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))
    """SHA-256 over prev_hash and every column above but id, as canonical JSON."""


class AuditHead(Base):
    """The end of an account's chain: what a chain cut short would miss."""

    __tablename__ = "dev_portal_audit_heads"

    account_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    hash: Mapped[str] = mapped_column(String(64), default="", server_default="")
