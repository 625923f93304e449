"""idempotency_records: answers kept for a day, so that a client that lost one can have it again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Integer, LargeBinary, String, func
from sqlalchemy.orm import Mapped, mapped_column

from backend.models.base import Base, UTCDateTime


class IdempotencyRecord(Base):
    """The answer to one Idempotency-Key of one account; encrypted, since it may show a new API key."""

    __tablename__ = "idempotency_records"

    account_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    idempotency_key: Mapped[str] = mapped_column(String(255), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    """SHA-256 of method, path and body: the same key with another request is refused."""
    status: Mapped[int | None] = mapped_column(Integer)
    """None while the first request is being answered."""
    answer: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, server_default=func.current_timestamp(), index=True)
