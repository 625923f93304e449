"""dev_accounts: who signs in, owns models and APIs, and is metered."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, String, func
from sqlalchemy.orm import Mapped, mapped_column

from backend.models.base import Base, UTCDateTime


class Account(Base):
    """One person or organisation; `role` is user or admin, `plan` is free, pro or business."""

    __tablename__ = "dev_accounts"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    email: Mapped[str] = mapped_column(String(320), unique=True)
    """Lower case; compared as stored."""
    name: Mapped[str] = mapped_column(String(200))
    password_hash: Mapped[str] = mapped_column(String(255))
    role: Mapped[str] = mapped_column(String(20), default="user", server_default="user")
    plan: Mapped[str] = mapped_column(String(20), default="free", server_default="free")
    status: Mapped[str] = mapped_column(String(20), default="active", server_default="active")
    avatar_url: Mapped[str | None] = mapped_column(String(2048))
    redacted_fields: Mapped[list[str]] = mapped_column(JSON, default=list, server_default="[]")
    """Names of JSON fields whose values are never kept in the log."""
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, server_default=func.current_timestamp())
