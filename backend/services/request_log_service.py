"""The log of an API's calls, newest first, continued from a cursor.

Called by the monitoring routes. The only part of monitoring that reads raw rows: always a bounded number of them, along
an index.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from backend.core import jsontools
from backend.core.errors import NotFound
from backend.core.moments import moment_of
from backend.engine.metering.buckets import ERROR_STATUS
from backend.models import APIMetricDay, CallPlace, ExportedAPI, db
from backend.schemas.monitoring import APIRequestOut
from backend.services.access import Viewer, visible
from backend.services.call_search import STATUS_MAX, Search, newest_calls, places_of
from backend.services.log_cursor import cursor_of, read_cursor
from backend.services.paging import Page, PageRequest


@dataclass(frozen=True, slots=True)
class CallFilter:
    """Which calls are wanted; empty text asks nothing."""

    status: str = ""
    """`success` or `error`."""
    request_id: str = ""


def list_requests(api_id: int, wanted: CallFilter, part: PageRequest, *, viewer: Viewer) -> Page[APIRequestOut]:
    """Give a page of an API's calls.

    Raises:
        InvalidInput: a cursor that no list gave.
        NotFound: no such API, or not the viewer's to see.
    """
    owned = visible(select(ExportedAPI.id), ExportedAPI.account_id, viewer).where(ExportedAPI.id == api_id)
    if db.session.scalar(owned) is None:
        raise NotFound(noun="API")
    after = read_cursor(part.cursor) if part.cursor else None
    rows = newest_calls(db.session(), search_of(db.session(), api_id, wanted), after, part.limit)
    shown = rows[: part.limit]
    places = places_of(db.session(), shown)
    return Page(
        [_out(row, places[row.place_id][0]) for row in shown],
        cursor_of(shown[-1].occurred_at_us, shown[-1].id) if len(rows) > part.limit else None,
    )


def search_of(session: Session, api_id: int, wanted: CallFilter) -> Search:
    """Give the search for an API's calls that are wanted."""

    def days_called() -> set[date]:
        days = session.scalars(select(APIMetricDay.day_timestamp).where(APIMetricDay.api_id == api_id))
        return {day.date() for day in days}

    return Search(
        api_id=api_id,
        least=ERROR_STATUS if wanted.status == "error" else 0,
        most=ERROR_STATUS - 1 if wanted.status == "success" else STATUS_MAX,
        request_id=wanted.request_id,
        days_called=days_called,
    )


def _out(row: Row[Any], place: CallPlace) -> APIRequestOut:
    return APIRequestOut(
        id=row.id,
        request_id=row.request_id,
        api_id=row.api_id,
        timestamp=moment_of(row.occurred_at_us),
        status_code=row.status,
        response_time=row.response_time,
        cpu_usage=row.cpu_usage,
        memory_usage=row.memory_usage,
        request_data=read_body(row.request_data),
        response_data=read_body(row.response_data),
        error_message=row.error_message,
        rows=row.rows,
        key_id=place.key_id,
    )


def read_body(logged: str | None) -> object:
    """Give a body as JSON where it is; callers send anything, and what is no JSON is shown as the text it was."""
    if logged is None:
        return None
    try:
        return jsontools.loads(logged)
    except jsontools.JSONDecodeError:
        return logged
