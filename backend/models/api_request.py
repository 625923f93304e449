"""api_requests: one row per answered call, kept 30 days. Columns as the reference document names them, then ours."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, Float, ForeignKey, Index, Integer, String, Text, func, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from backend.models.base import Base, UTCDateTime
from backend.models.partitions import partition_by_day, unique_call

if TYPE_CHECKING:
    from backend.models.exported_api import ExportedAPI


class APIRequest(Base):
    """A call as it was answered; written only by the journal's fold."""

    __tablename__ = "api_requests"
    __table_args__ = (
        Index("idx_api_requests_timestamp", "api_id", "timestamp"),
        # Rare rows that the request list asks for by themselves.
        Index(
            "ix_api_requests_errors",
            "api_id",
            "timestamp",
            sqlite_where=text("status_code >= 400"),
            postgresql_where=text("status_code >= 400"),
        ),
        *unique_call("api_requests"),
        {"sqlite_autoincrement": True, "postgresql_partition_by": "RANGE (timestamp)"},
    )

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)
    api_id: Mapped[int] = mapped_column(ForeignKey("exported_apis.id", ondelete="CASCADE"))
    request_data: Mapped[str | None] = mapped_column(Text)
    """JSON of the inputs as sent; cut when over LOG_BODY_BYTES_MAX."""
    response_data: Mapped[str | None] = mapped_column(Text)
    response_time: Mapped[float | None] = mapped_column(Float)
    """Seconds."""
    status_code: Mapped[int | None] = mapped_column(Integer)
    error_message: Mapped[str | None] = mapped_column(Text)
    cpu_usage: Mapped[float | None] = mapped_column(Float)
    """Percent: the thread's CPU time over the call's wall time."""
    memory_usage: Mapped[float | None] = mapped_column(Float)
    """MB resident in the worker, sampled once a second."""
    timestamp: Mapped[datetime] = mapped_column(UTCDateTime, server_default=func.current_timestamp())

    request_id: Mapped[str] = mapped_column(String(64))
    key_id: Mapped[str | None] = mapped_column(String(64))
    model_id: Mapped[int | None] = mapped_column(Integer)
    rows: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    request_bytes: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    response_bytes: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    remote_address: Mapped[str | None] = mapped_column(String(45))

    api: Mapped[ExportedAPI] = relationship(back_populates="requests")


partition_by_day(APIRequest.__table__)  # type: ignore[arg-type]
