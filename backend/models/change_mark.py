"""change_marks: one row whose number database triggers raise whenever keys, limits, APIs or accounts change.

The application announces its own changes through shared state at once; this row is for those that come from outside,
such as an SQL UPDATE typed by an operator. Workers look at it twice a second.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Integer
from sqlalchemy.orm import Mapped, mapped_column

from backend.models.base import Base


class ChangeMark(Base):
    """The single row, id 1."""

    __tablename__ = "change_marks"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    generation: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
