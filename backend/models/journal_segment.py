"""journal_segments: how far each journal file has been folded; changed in the fold's own transaction."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, String, func
from sqlalchemy.orm import Mapped, mapped_column

from backend.models.base import Base, UTCDateTime


class JournalSegment(Base):
    """One journal file by name, with the bytes of it that the database holds already."""

    __tablename__ = "journal_segments"

    name: Mapped[str] = mapped_column(String(200), primary_key=True)
    folded_bytes: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    folded_at: Mapped[datetime] = mapped_column(UTCDateTime, server_default=func.current_timestamp())
