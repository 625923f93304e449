"""api_usage_events and api_usage_rollups_day: who called what, per call and per day.

Days are written by the journal's fold only. Accounts, apps, keys and APIs are kept by value: usage outlives them. Calls
are a view of the tables of calls; see `call.py`.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, Date, Float, Index, Integer, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.models.base import Base, UTCDateTime
from backend.models.call_views import View
from backend.models.credit import LongId


class APIUsageEvent(View):
    """One metered call."""

    __tablename__ = "api_usage_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[str]
    occurred_at: Mapped[datetime] = mapped_column(UTCDateTime)
    account_id: Mapped[str]
    """Who is charged: the owner of the key, or who plays in the playground."""
    key_id: Mapped[str | None]
    app_id: Mapped[str | None]
    api_id: Mapped[int | None]
    environment: Mapped[str]
    """live or test."""
    source: Mapped[str]
    """api, playground or internal."""
    kind: Mapped[str]
    method: Mapped[str]
    endpoint: Mapped[str]
    status: Mapped[int]
    latency: Mapped[float]
    """Milliseconds."""
    bytes: Mapped[int]
    """Request and response bodies together."""
    bytes_in: Mapped[int]
    bytes_out: Mapped[int]
    rows: Mapped[int]
    credits: Mapped[int]
    is_overage: Mapped[bool]
    """Admitted beyond the daily quota."""
    ip: Mapped[str | None]
    country: Mapped[str | None]
    """ISO 3166-1 alpha-2, where a local database knows the address."""
    error_message: Mapped[str | None]


class APIUsageRollupDay(Base):
    """The calls of one UTC day with one key on one endpoint; kept for ever."""

    __tablename__ = "api_usage_rollups_day"
    __table_args__ = (
        # Named by hand: the usual name would be longer than PostgreSQL's names may be.
        UniqueConstraint(
            "day", "account_id", "key_id", "environment", "endpoint", name="uq_api_usage_rollups_day_place"
        ),
        Index("ix_api_usage_rollups_day_account", "account_id", "day"),
        Index("ix_api_usage_rollups_day_key", "key_id", "day"),
        Index("ix_api_usage_rollups_day_app", "app_id", "day"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(LongId, primary_key=True, autoincrement=True)
    day: Mapped[date] = mapped_column(Date)
    account_id: Mapped[str] = mapped_column(String(36))
    key_id: Mapped[str] = mapped_column(String(64), default="", server_default="")
    """Empty for calls without a key: those of the playground."""
    app_id: Mapped[str | None] = mapped_column(String(36))
    environment: Mapped[str] = mapped_column(String(10))
    endpoint: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(50))
    calls: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    errors: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    """Answers of 400 and above."""
    server_errors: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    limited: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    """Answers 429."""
    latency_ms_sum: Mapped[float] = mapped_column(Float, default=0.0, server_default="0")
    latency_ms_p95: Mapped[float | None] = mapped_column(Float)
    latency_ms_p99: Mapped[float | None] = mapped_column(Float)
    sketch: Mapped[bytes | None] = mapped_column(LargeBinary)
    """A QuantileSketch of the latencies in seconds; P95 and P99 are read out of it."""
    bytes_in: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    bytes_out: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    rows: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    credits: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
