"""api_usage_events and api_usage_rollups_day: who called what, per call and per day.

Written by the journal's fold only. Accounts, apps, keys and APIs are kept by value: usage outlives them. Bodies are in
api_requests.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    Date,
    Float,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from backend.models.base import Base, UTCDateTime
from backend.models.credit import LongId
from backend.models.partitions import partition_by_day, unique_call

# Conditions of partial indexes. A query must hold them as text: a bound parameter would hide the index.
IS_ERROR = "status >= 400"
IS_SERVER_ERROR = "status >= 500"
IS_TEST = "environment = 'test'"
IS_NO_API_CALL = "source <> 'api'"


def _index_of_few(name: str, condition: str, *columns: str) -> Index:
    """Give an index of the rows that few are."""
    return Index(name, *columns, sqlite_where=text(condition), postgresql_where=text(condition))


class APIUsageEvent(Base):
    """One metered call."""

    __tablename__ = "api_usage_events"
    __table_args__ = (
        # Each way to narrow the log has an index in the log's own order; the status at the end lets whoever looks for
        # rare answers among many calls read the index alone. Of indexes that look alike to it, SQLite takes the one
        # made last, so a migration that makes any of these anew makes the account's first.
        Index("ix_api_usage_events_account", "account_id", "occurred_at", "id", "status", "environment"),
        Index("ix_api_usage_events_key", "key_id", "occurred_at", "id", "status"),
        Index("ix_api_usage_events_endpoint", "account_id", "endpoint", "occurred_at", "id", "status"),
        _index_of_few("ix_api_usage_events_app", "app_id IS NOT NULL", "app_id", "occurred_at", "id", "status"),
        _index_of_few("ix_api_usage_events_errors", IS_ERROR, "account_id", "occurred_at", "id", "status"),
        _index_of_few(
            "ix_api_usage_events_server_errors", IS_SERVER_ERROR, "account_id", "occurred_at", "id", "status"
        ),
        _index_of_few("ix_api_usage_events_test", IS_TEST, "account_id", "environment", "occurred_at", "id", "status"),
        _index_of_few("ix_api_usage_events_source", IS_NO_API_CALL, "account_id", "source", "occurred_at", "id"),
        *unique_call("api_usage_events"),
        {"sqlite_autoincrement": True, "postgresql_partition_by": "RANGE (occurred_at)"},
    )

    id: Mapped[int] = mapped_column(LongId, primary_key=True, autoincrement=True)
    request_id: Mapped[str] = mapped_column(String(64))
    occurred_at: Mapped[datetime] = mapped_column(UTCDateTime)
    account_id: Mapped[str] = mapped_column(String(36))
    """Who is charged: the owner of the key, or who plays in the playground."""
    key_id: Mapped[str | None] = mapped_column(String(64))
    app_id: Mapped[str | None] = mapped_column(String(36))
    api_id: Mapped[int | None] = mapped_column(Integer)
    environment: Mapped[str] = mapped_column(String(10))
    """live or test."""
    source: Mapped[str] = mapped_column(String(20))
    """api, playground or internal."""
    kind: Mapped[str] = mapped_column(String(50))
    method: Mapped[str] = mapped_column(String(10))
    endpoint: Mapped[str] = mapped_column(String(200))
    status: Mapped[int] = mapped_column(Integer)
    latency: Mapped[float] = mapped_column(Float)
    """Milliseconds."""
    bytes: Mapped[int] = mapped_column(BigInteger)
    """Request and response bodies together."""
    bytes_in: Mapped[int] = mapped_column(Integer)
    bytes_out: Mapped[int] = mapped_column(Integer)
    rows: Mapped[int] = mapped_column(Integer)
    credits: Mapped[int] = mapped_column(BigInteger)
    is_overage: Mapped[bool] = mapped_column(Boolean)
    """Admitted beyond the daily quota."""
    ip: Mapped[str | None] = mapped_column(String(45))
    country: Mapped[str | None] = mapped_column(String(2))
    """ISO 3166-1 alpha-2, where a local database knows the address."""
    error_message: Mapped[str | None] = mapped_column(Text)


partition_by_day(APIUsageEvent.__table__)  # type: ignore[arg-type]


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
