"""body_erasures: deleted APIs whose calls may still hold what was sent and answered.

Written by whoever deletes an API, in the same transaction; a row goes once the last body has.
"""

from __future__ import annotations

from sqlalchemy import Integer
from sqlalchemy.orm import Mapped, mapped_column

from backend.models.base import Base


class BodyErasure(Base):
    """One deleted API."""

    __tablename__ = "body_erasures"

    api_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
