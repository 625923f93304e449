"""exported_apis: a model served at its own endpoint. Columns as the reference document names them, then ours."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import JSON, ForeignKey, Index, Integer, String, func
from sqlalchemy.orm import Mapped, mapped_column, relationship

from backend.models.base import Base, UTCDateTime

if TYPE_CHECKING:
    from backend.models.ml_model import MLModel


class ExportedAPI(Base):
    """A served endpoint: `status` is active, inactive or error."""

    __tablename__ = "exported_apis"
    __table_args__ = (Index("idx_api_key", "api_key"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    model_id: Mapped[int] = mapped_column(ForeignKey("ml_models.id", ondelete="CASCADE"), index=True)
    api_key: Mapped[str] = mapped_column(String(64), unique=True)
    """SHA-256 hex of the current key: exactly 64 characters. The key itself is never stored."""
    api_endpoint: Mapped[str] = mapped_column(String(255), unique=True)
    status: Mapped[str] = mapped_column(String(20), default="active", server_default="active")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, server_default=func.current_timestamp())
    last_used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    total_requests: Mapped[int] = mapped_column(Integer, default=0, server_default="0")

    account_id: Mapped[str] = mapped_column(ForeignKey("dev_accounts.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    key_id: Mapped[str] = mapped_column(String(64))
    """Public id of the current key in dev_app_keys."""
    allowed_origins: Mapped[list[str]] = mapped_column(JSON, default=list)
    """Origins that browsers may call from; empty means any."""

    model: Mapped[MLModel] = relationship(back_populates="exported_api", lazy="joined")
