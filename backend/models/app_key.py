"""dev_app_keys and api_key_quotas: every API key, whichever door minted it, and what it may use."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, BigInteger, Boolean, ForeignKey, Integer, LargeBinary, String, false, func
from sqlalchemy.orm import Mapped, mapped_column, relationship

from backend.models.base import Base, UTCDateTime


class APIKeyQuota(Base):
    """What a key may use. An SQL UPDATE here takes effect within a second, without a restart.

    Without a burst limit the sustained limit is an exact sliding window; with one, the two are a token bucket.
    """

    __tablename__ = "api_key_quotas"

    key_id: Mapped[str] = mapped_column(ForeignKey("dev_app_keys.key_id", ondelete="CASCADE"), primary_key=True)
    sustained_limit: Mapped[int] = mapped_column(Integer, default=100, server_default="100")
    """Calls a minute: admitted within any 60 seconds, or tokens refilled; 0 refuses every call."""
    burst_limit: Mapped[int | None] = mapped_column(Integer)
    """Capacity of the token bucket."""
    daily_quota: Mapped[int | None] = mapped_column(BigInteger)
    """Calls a UTC day; none for no quota."""
    overage_action: Mapped[str] = mapped_column(String(10), default="block", server_default="block")
    """What happens beyond the daily quota: block, warn or charge."""


class AppKey(Base):
    """An API key as digest and visible ends. Revoked keys stay listed with their reason."""

    __tablename__ = "dev_app_keys"

    key_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    """Public id, `ak_live_...` or `ak_test_...`."""
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    """SHA-256 hex of the whole key."""
    account_id: Mapped[str] = mapped_column(ForeignKey("dev_accounts.id", ondelete="CASCADE"), index=True)
    api_id: Mapped[int | None] = mapped_column(ForeignKey("exported_apis.id", ondelete="CASCADE"), index=True)
    app_id: Mapped[str | None] = mapped_column(String(36), index=True)
    """The app it was made for, by value: revoked keys are listed for longer than an app lives."""
    name: Mapped[str] = mapped_column(String(200))
    environment: Mapped[str] = mapped_column(String(10), default="live", server_default="live")
    visible_prefix: Mapped[str] = mapped_column(String(32))
    last_four: Mapped[str] = mapped_column(String(4))
    scopes: Mapped[list[str]] = mapped_column(JSON, default=list)
    allowed_origins: Mapped[list[str]] = mapped_column(JSON, default=list, server_default="[]")
    """Origins that may send it; empty for any, and for callers that are no browsers."""
    allowed_addresses: Mapped[list[str]] = mapped_column(JSON, default=list, server_default="[]")
    """Addresses and networks that may send it; empty for any."""
    signature_schemes: Mapped[list[str]] = mapped_column(JSON, default=list, server_default="[]")
    """v1, v0: how requests may be signed with it; empty where the secret is not kept."""
    is_signature_required: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    """Refuse the bare key: only signed requests pass."""
    encrypted_secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    """AES-256-GCM with the key id as associated data; only of keys that sign."""
    replaces_key_id: Mapped[str | None] = mapped_column(String(64), unique=True, index=True)
    """The key this one took over from, by value; of two that would take over at once the database refuses one."""
    counted_as: Mapped[str | None] = mapped_column(String(64))
    """The first key of its line, whose counters it goes on with; none for the first itself."""
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, server_default=func.current_timestamp())
    expires_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    revoked_reason: Mapped[str | None] = mapped_column(String(500))
    last_used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    quota: Mapped[APIKeyQuota] = relationship(lazy="joined", cascade="all, delete-orphan", passive_deletes=True)
