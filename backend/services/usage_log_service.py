"""The log of calls: the viewer's own, newest first, narrowed, continued from a cursor, followed live.

Called by the log routes and the export. Always a bounded number of rows along an index: each way to narrow the log has
an index in the log's own order, and this file says which of them leads.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, Select, literal_column, select
from sqlalchemy.orm import Session

from backend.core.errors import InvalidInput, NotFound
from backend.engine.metering.buckets import ERROR_STATUS
from backend.engine.metering.day_use import SERVER_ERROR_STATUS
from backend.models import APIRequest, APIUsageEvent, AppKey, db
from backend.schemas.log import LogDetailOut, LogOut
from backend.services.access import Viewer
from backend.services.log_cursor import cursor_of, read_cursor
from backend.services.paging import Page, PageRequest
from backend.services.request_log_service import read_body
from backend.services.time_paging import newest_first

LATE = timedelta(minutes=10)
"""How much later than its neighbours a call may be folded and still be seen by who follows the log."""
NOUN = "Call"
EVENT = APIUsageEvent
# As text: a bound parameter would hide the partial indexes from the planner.
IS_ERROR = EVENT.status >= literal_column("400")
IS_SERVER_ERROR = EVENT.status >= literal_column("500")
IS_TEST = EVENT.environment == literal_column("'test'")
IS_NO_API_CALL = EVENT.source != literal_column("'api'")


class Statuses(NamedTuple):
    """A range of statuses, both ends included."""

    least: int
    most: int


@dataclass(frozen=True, slots=True)
class LogFilter:
    """Which calls; empty text and None ask nothing."""

    key_id: str = ""
    app_id: str = ""
    endpoint: str = ""
    status: str = ""
    """A status, a class such as 4xx, `success` or `error`."""
    begins: datetime | None = None
    ends: datetime | None = None
    """Not included."""
    request_id: str = ""
    environment: str = ""
    source: str = ""


def list_calls(wanted: LogFilter, part: PageRequest, *, viewer: Viewer) -> Page[LogOut]:
    """Give a page of the viewer's calls, newest first.

    Raises:
        InvalidInput: a cursor that no list gave.
    """
    return calls_before(db.session(), wanted, part, viewer=viewer)


def follow_calls(wanted: LogFilter, after: str, limit: int, *, viewer: Viewer) -> list[LogOut]:
    """Give what was recorded since a call, at most `limit` of it, the oldest first to be given, newest first.

    Follows the order of recording and not that of the calls, so that a call that was recorded late is not missed.

    Raises:
        InvalidInput: a cursor that no list gave.
    """
    moment, row_id = read_cursor(after)
    try:
        since = moment - LATE
    except OverflowError:
        since = moment
    # The sum hides the order from SQLite, which would walk all rows of everybody in it.
    recorded = EVENT.id + 0
    statement = _statement(wanted, viewer).where(EVENT.occurred_at >= since, recorded > row_id)
    rows = db.session.execute(statement.order_by(recorded).limit(limit)).all()
    return [_out(row) for row in reversed(rows)]


def read_call(request_id: str, *, viewer: Viewer) -> LogDetailOut:
    """Give one call with its bodies.

    Raises:
        NotFound: no such call, or not the viewer's to see.
    """
    # Texts that cannot be ids are not put to the database, which could not even hold some of them.
    is_id = request_id.isascii() and request_id.isprintable()
    wanted = _statement(LogFilter(request_id=request_id), viewer)
    row = db.session.execute(wanted).one_or_none() if is_id else None
    if row is None:
        raise NotFound(noun=NOUN)
    bodies = select(APIRequest.request_data, APIRequest.response_data).where(APIRequest.request_id == request_id)
    request, response = db.session.execute(bodies).one_or_none() or (None, None)
    return LogDetailOut(**_out(row).model_dump(), request_data=read_body(request), response_data=read_body(response))


def calls_before(session: Session, wanted: LogFilter, part: PageRequest, *, viewer: Viewer) -> Page[LogOut]:
    """Give a page of the viewer's calls as `list_calls` does, in a session of the caller's.

    Raises:
        InvalidInput: a cursor that no list gave.
    """
    after = read_cursor(part.cursor) if part.cursor else None
    newest = newest_first(_statement(wanted, viewer), (EVENT.occurred_at, EVENT.id), after, part.limit)
    rows = session.execute(newest).all()
    shown = [_out(row) for row in rows[: part.limit]]
    return Page(shown, shown[-1].cursor if len(rows) > part.limit else None)


def _out(row: Row[APIUsageEvent, str]) -> LogOut:
    event = row[0]
    return LogOut(
        cursor=cursor_of(event.occurred_at, event.id),
        request_id=event.request_id,
        occurred_at=event.occurred_at,
        method=event.method,
        endpoint=event.endpoint,
        kind=event.kind,
        api_id=event.api_id,
        key_id=event.key_id,
        key_name=row[1],
        app_id=event.app_id,
        environment=event.environment,
        source=event.source,
        status=event.status,
        latency_ms=event.latency,
        bytes_in=event.bytes_in,
        bytes_out=event.bytes_out,
        rows=event.rows,
        credits=event.credits,
        is_overage=event.is_overage,
        ip=event.ip,
        country=event.country,
        error_message=event.error_message,
    )


def _statement(wanted: LogFilter, viewer: Viewer) -> Select[APIUsageEvent, str]:
    """Give the viewer's own calls that are wanted, each with the name of its key."""
    statement = select(EVENT, AppKey.name).outerjoin(AppKey, AppKey.key_id == EVENT.key_id)
    conditions = [*_in_place(wanted, viewer), *_with_status(wanted.status)]
    environments = [one for one in (wanted.environment, viewer.environment) if one]
    conditions += [IS_TEST if one == "test" else EVENT.environment == one for one in environments]
    if wanted.source:
        conditions.append(EVENT.source == wanted.source)
    if wanted.source not in {"", "api"}:
        conditions.append(IS_NO_API_CALL)
    if wanted.begins:
        conditions.append(EVENT.occurred_at >= wanted.begins)
    if wanted.ends:
        conditions.append(EVENT.occurred_at < wanted.ends)
    return statement.where(*conditions)


def _in_place(wanted: LogFilter, viewer: Viewer) -> list[ColumnElement[bool]]:
    """Give the conditions on account, key, app and path, of which one alone can lead into an index.

    SQLite takes the first index that fits, and the account's own would have it look through all other keys' calls. What
    must not lead is compared as text with nothing added, which no index holds.
    """
    named: tuple[tuple[Any, str], ...] = (
        (EVENT.request_id, wanted.request_id),
        (EVENT.key_id, wanted.key_id),
        (EVENT.app_id, wanted.app_id),
        (EVENT.endpoint, wanted.endpoint),
    )
    given = [(column, value) for column, value in named if value]
    # Server errors and calls of the playground are few, and have indexes of the account's own.
    are_few = _statuses(wanted.status).least >= SERVER_ERROR_STATUS or wanted.source not in {"", "api"}
    leads = given[0][0] if given and (wanted.request_id or not are_few) else None
    owner: Any = EVENT.account_id if leads is None or leads is EVENT.endpoint else EVENT.account_id.concat("")
    conditions = [column == value if column is leads else column.concat("") == value for column, value in given]
    return [owner == viewer.account_id, *conditions]


def _with_status(wanted: str) -> list[ColumnElement[bool]]:
    if not wanted:
        return []
    least, most = _statuses(wanted)
    conditions: list[ColumnElement[bool]] = (
        [EVENT.status == least] if least == most else [EVENT.status.between(least, most)]
    )
    # One of the two: SQLite would take the larger index of both.
    if least >= SERVER_ERROR_STATUS:
        conditions.append(IS_SERVER_ERROR)
    elif least >= ERROR_STATUS:
        conditions.append(IS_ERROR)
    return conditions


def _statuses(wanted: str) -> Statuses:
    """Read a status, a class or a word.

    Raises:
        InvalidInput: none of them.
    """
    if wanted in {"", "success", "error"}:
        return Statuses(ERROR_STATUS if wanted == "error" else 0, ERROR_STATUS - 1 if wanted == "success" else 999)
    if len(wanted) == 3 and wanted.endswith("xx") and wanted[0].isdecimal():
        return Statuses(int(wanted[0]) * 100, int(wanted[0]) * 100 + 99)
    if len(wanted) == 3 and wanted.isdecimal():
        return Statuses(int(wanted), int(wanted))
    raise InvalidInput("status: no status, class or outcome", details={"field": "status"})
