"""ml_models: a trained model that was uploaded and accepted, one row per version."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, BigInteger, ForeignKey, String, Text, func
from sqlalchemy.orm import Mapped, mapped_column, relationship

from backend.models.base import Base, UTCDateTime

if TYPE_CHECKING:
    from backend.models.account import Account
    from backend.models.exported_api import ExportedAPI


class MLModel(Base):
    """An accepted artefact with the contract that was read out of it."""

    __tablename__ = "ml_models"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("dev_accounts.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    """Counts the uploads of one name by one account, from 1."""
    description: Mapped[str] = mapped_column(Text, default="", server_default="")
    framework: Mapped[str] = mapped_column(String(50), default="scikit-learn", server_default="scikit-learn")
    task: Mapped[str] = mapped_column(String(50))
    estimator: Mapped[str] = mapped_column(String(200))
    file_name: Mapped[str] = mapped_column(String(255))
    """As the uploader named it; never used as a path."""
    artefact: Mapped[str] = mapped_column(String(255))
    """Where the artefact store keeps it, relative to the store."""
    file_bytes: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    sklearn_version: Mapped[str | None] = mapped_column(String(50))
    contract: Mapped[dict[str, Any]] = mapped_column(JSON)
    warnings: Mapped[list[str]] = mapped_column(JSON, default=list)
    compiled: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    """What came of compiling it, as services/compile_service.py writes it; null until that was tried."""
    runtime: Mapped[str] = mapped_column(String(20), default="auto", server_default="auto")
    """auto: the compiled form where it is proven and faster. scikit-learn: never."""
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, server_default=func.current_timestamp())

    account: Mapped[Account] = relationship(lazy="joined")
    exported_api: Mapped[list[ExportedAPI]] = relationship(back_populates="model", passive_deletes=True)
