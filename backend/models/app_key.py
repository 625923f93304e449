"""dev_app_keys and api_key_quotas: every API key, whichever door minted it, and what it may use."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Integer, String, func
from sqlalchemy.orm import Mapped, mapped_column, relationship

from backend.models.base import Base, UTCDateTime


class APIKeyQuota(Base):
    """What a key may use. An SQL UPDATE here takes effect within a second, without a restart."""

    __tablename__ = "api_key_quotas"

    key_id: Mapped[str] = mapped_column(ForeignKey("dev_app_keys.key_id", ondelete="CASCADE"), primary_key=True)
    sustained_limit: Mapped[int] = mapped_column(Integer, default=100, server_default="100")
    """Calls admitted within any 60 seconds, exactly; 0 refuses every call."""


class AppKey(Base):
    """An API key as digest and visible ends. Revoked keys stay listed with their reason."""

    __tablename__ = "dev_app_keys"

    key_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    """Public id, `ak_live_...` or `ak_test_...`."""
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    """SHA-256 hex of the whole key."""
    account_id: Mapped[str] = mapped_column(ForeignKey("dev_accounts.id", ondelete="CASCADE"), index=True)
    api_id: Mapped[int | None] = mapped_column(ForeignKey("exported_apis.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    environment: Mapped[str] = mapped_column(String(10), default="live", server_default="live")
    visible_prefix: Mapped[str] = mapped_column(String(32))
    last_four: Mapped[str] = mapped_column(String(4))
    scopes: Mapped[list[str]] = mapped_column(JSON, default=list)
    replaces_key_id: Mapped[str | None] = mapped_column(String(64))
    """The key this one took over from, by value."""
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, server_default=func.current_timestamp())
    expires_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    revoked_reason: Mapped[str | None] = mapped_column(String(500))
    last_used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    quota: Mapped[APIKeyQuota] = relationship(lazy="joined", cascade="all, delete-orphan", passive_deletes=True)
