"""The log of an API's calls, newest first, continued from a cursor.

Called by the monitoring routes. The only part of monitoring that reads raw rows: always a bounded number of them, along
an index.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Select, select, text

from backend.core import jsontools
from backend.core.errors import NotFound
from backend.models import APIRequest, ExportedAPI, db
from backend.schemas.monitoring import APIRequestOut
from backend.services.access import Viewer, visible
from backend.services.log_cursor import cursor_of, read_cursor
from backend.services.paging import Page, PageRequest
from backend.services.time_paging import newest_first

# As text: a bound parameter would hide the partial index on errors from the planner.
IS_ERROR = text("status_code >= 400")
IS_SUCCESS = text("status_code < 400")


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
    statement = _narrowed(select(APIRequest).where(APIRequest.api_id == api_id), wanted)
    after = read_cursor(part.cursor) if part.cursor else None
    newest = newest_first(statement, (APIRequest.timestamp, APIRequest.id), after, part.limit)
    rows = db.session.scalars(newest).all()
    shown = rows[: part.limit]
    return Page(
        [_out(row) for row in shown], cursor_of(shown[-1].timestamp, shown[-1].id) if len(rows) > part.limit else None
    )


def _narrowed(statement: Select[APIRequest], wanted: CallFilter) -> Select[APIRequest]:
    if wanted.status:
        statement = statement.where(IS_ERROR if wanted.status == "error" else IS_SUCCESS)
    if wanted.request_id:
        statement = statement.where(APIRequest.request_id == wanted.request_id)
    return statement


def _out(row: APIRequest) -> APIRequestOut:
    return APIRequestOut(
        id=row.id,
        request_id=row.request_id,
        api_id=row.api_id,
        timestamp=row.timestamp,
        status_code=row.status_code,
        response_time=row.response_time,
        cpu_usage=row.cpu_usage,
        memory_usage=row.memory_usage,
        request_data=read_body(row.request_data),
        response_data=read_body(row.response_data),
        error_message=row.error_message,
        rows=row.rows,
        key_id=row.key_id,
    )


def read_body(logged: str | None) -> object:
    """Give a body as JSON where it is; callers send anything, and what is no JSON is shown as the text it was."""
    if logged is None:
        return None
    try:
        return jsontools.loads(logged)
    except jsontools.JSONDecodeError:
        return logged
