"""api_metrics (per UTC hour), api_metrics_day and api_metrics_minute (kept a few hours): what monitoring reads."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from backend.models.base import Base, UTCDateTime


class _BucketColumns:
    """The sums, peaks and sketch of one API's calls in one span of time."""

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)
    request_count: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    avg_response_time: Mapped[float | None] = mapped_column(Float)
    """Seconds."""
    success_count: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    error_count: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    avg_cpu_usage: Mapped[float | None] = mapped_column(Float)
    """Percent."""
    avg_memory_usage: Mapped[float | None] = mapped_column(Float)
    """MB."""

    response_time_sum: Mapped[float] = mapped_column(Float, default=0.0, server_default="0")
    response_time_min: Mapped[float | None] = mapped_column(Float)
    response_time_max: Mapped[float | None] = mapped_column(Float)
    cpu_usage_sum: Mapped[float] = mapped_column(Float, default=0.0, server_default="0")
    cpu_usage_max: Mapped[float | None] = mapped_column(Float)
    memory_usage_sum: Mapped[float] = mapped_column(Float, default=0.0, server_default="0")
    memory_usage_max: Mapped[float | None] = mapped_column(Float)
    status_codes: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    slowest: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    """The ten slowest calls of the span: request_id, timestamp, response_time, status_code."""
    sketch: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Mergeable quantile sketch of response times in seconds."""

    @declared_attr
    def api_id(cls) -> Mapped[int]:  # noqa: N805 - SQLAlchemy passes the class
        """The API the bucket belongs to."""
        return mapped_column(ForeignKey("exported_apis.id", ondelete="CASCADE"))


class APIMetric(_BucketColumns, Base):
    """One UTC hour of one API."""

    __tablename__ = "api_metrics"
    __table_args__ = (
        UniqueConstraint("api_id", "hour_timestamp"),
        Index("idx_api_metrics_hour", "api_id", "hour_timestamp"),
        Index("ix_api_metrics_hour_only", "hour_timestamp"),
        # Holds the open hours only, so that finding what to recount never reads the past.
        Index(
            "ix_api_metrics_to_recount",
            "hour_timestamp",
            sqlite_where=text("NOT is_recounted AND NOT is_purged"),
            postgresql_where=text("NOT is_recounted AND NOT is_purged"),
        ),
        {"sqlite_autoincrement": True},
    )

    hour_timestamp: Mapped[datetime] = mapped_column(UTCDateTime)
    is_recounted: Mapped[bool] = mapped_column(Boolean, default=False, server_default="0")
    """True once the hour was closed and recounted from the raw rows; false again when late calls are folded."""
    is_purged: Mapped[bool] = mapped_column(Boolean, default=False, server_default="0")
    """True from before its first raw row is purged: from then on the bucket is the only truth."""


class APIMetricMinute(_BucketColumns, Base):
    """One UTC minute of one API; purged after three hours."""

    __tablename__ = "api_metrics_minute"
    __table_args__ = (
        UniqueConstraint("api_id", "minute_timestamp"),
        Index("ix_api_metrics_minute_only", "minute_timestamp"),
    )

    minute_timestamp: Mapped[datetime] = mapped_column(UTCDateTime)


class APIMetricDay(_BucketColumns, Base):
    """One UTC day of one API: what its hours add up to, written with them."""

    __tablename__ = "api_metrics_day"
    __table_args__ = (
        UniqueConstraint("api_id", "day_timestamp"),
        {"sqlite_autoincrement": True},
    )

    day_timestamp: Mapped[datetime] = mapped_column(UTCDateTime)
    hour_counts: Mapped[list[int]] = mapped_column(JSON, default=list)
    """Calls of each of the 24 hours, so that a list's sparklines need no hour rows."""
