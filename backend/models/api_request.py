"""api_requests: the calls of the APIs that exist. Columns as the reference document names them, then ours.

A view of the tables of calls; see `call.py`.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, backref, foreign, mapped_column, relationship, remote

from backend.models.base import UTCDateTime
from backend.models.call_views import View
from backend.models.exported_api import ExportedAPI


class APIRequest(View):
    """A call as it was answered."""

    __tablename__ = "api_requests"

    id: Mapped[int] = mapped_column(primary_key=True)
    api_id: Mapped[int]
    request_data: Mapped[str | None]
    """JSON of the inputs as sent; cut when over LOG_BODY_BYTES_MAX."""
    response_data: Mapped[str | None]
    response_time: Mapped[float]
    """Seconds."""
    status_code: Mapped[int]
    error_message: Mapped[str | None]
    cpu_usage: Mapped[float | None]
    """Percent: the thread's CPU time over the call's wall time."""
    memory_usage: Mapped[float | None]
    """MB resident in the worker, sampled once a second."""
    timestamp: Mapped[datetime] = mapped_column(UTCDateTime)

    request_id: Mapped[str]
    key_id: Mapped[str | None]
    model_id: Mapped[int | None]
    rows: Mapped[int]
    request_bytes: Mapped[int]
    response_bytes: Mapped[int]
    remote_address: Mapped[str | None]

    api: Mapped[ExportedAPI] = relationship(
        primaryjoin=lambda: foreign(APIRequest.api_id) == remote(ExportedAPI.id),
        viewonly=True,
        backref=backref("requests", viewonly=True),
    )
