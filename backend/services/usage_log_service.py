"""The log of calls: the viewer's own, newest first, narrowed, continued from a cursor, followed live.

Called by the log routes and the export. Says which calls are wanted; `call_search` finds them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, exists, select
from sqlalchemy.orm import Session

from backend.core.errors import InvalidInput, NotFound
from backend.core.moments import MICROSECOND, microseconds_of, moment_of
from backend.engine.metering.buckets import ERROR_STATUS
from backend.engine.metering.day_use import MS, SERVER_ERROR_STATUS
from backend.models import BodyErasure, CallAccount, CallPlace, db
from backend.schemas.log import LogDetailOut, LogOut
from backend.services.access import Viewer
from backend.services.call_search import STATUS_MAX, Search, calls_since, newest_calls, places_of
from backend.services.log_cursor import cursor_of, read_cursor
from backend.services.paging import Page, PageRequest
from backend.services.request_log_service import read_body
from backend.services.usage_rows import DAYS

LATE = timedelta(minutes=10)
"""How much later than its neighbours a call may be folded and still be seen by who follows the log."""
NOUN = "Call"
MOST_CALLS = "api"
"""The source of nearly all calls."""


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
    moment_us, row_id = read_cursor(after)
    search = _search(db.session(), wanted, viewer)
    if search is None:
        return []
    since_us = max(0, moment_us - LATE // MICROSECOND)
    return _shown(db.session(), calls_since(db.session(), search, since_us, row_id, limit)[::-1])


def read_call(request_id: str, *, viewer: Viewer) -> LogDetailOut:
    """Give one call with its bodies.

    Raises:
        NotFound: no such call, or not the viewer's to see.
    """
    # Texts that cannot be ids are not put to the database, which could not even hold some of them.
    is_id = request_id.isascii() and request_id.isprintable()
    search = _search(db.session(), LogFilter(request_id=request_id), viewer) if is_id and request_id else None
    rows = [] if search is None else newest_calls(db.session(), search, None, 1)
    if not rows:
        raise NotFound(noun=NOUN)
    (shown,) = _shown(db.session(), rows[:1])
    is_to_go = exists().where(BodyErasure.api_id == shown.api_id)
    bodies = (None, None) if db.session.scalar(select(is_to_go)) else (rows[0].request_data, rows[0].response_data)
    request, response = map(read_body, bodies)
    return LogDetailOut(**shown.model_dump(), request_data=request, response_data=response)


def calls_before(session: Session, wanted: LogFilter, part: PageRequest, *, viewer: Viewer) -> Page[LogOut]:
    """Give a page of the viewer's calls as `list_calls` does, in a session of the caller's.

    Raises:
        InvalidInput: a cursor that no list gave.
    """
    after = read_cursor(part.cursor) if part.cursor else None
    search = _search(session, wanted, viewer)
    rows = [] if search is None else newest_calls(session, search, after, part.limit)
    shown = _shown(session, rows[: part.limit])
    return Page(shown, shown[-1].cursor if len(rows) > part.limit else None)


def _shown(session: Session, rows: Sequence[Row[Any]]) -> list[LogOut]:
    places = places_of(session, rows)
    return [_out(row, *places[row.place_id]) for row in rows]


def _out(row: Row[Any], place: CallPlace, key_name: str | None) -> LogOut:
    return LogOut(
        cursor=cursor_of(row.occurred_at_us, row.id),
        request_id=row.request_id,
        occurred_at=moment_of(row.occurred_at_us),
        method=place.method,
        endpoint=place.endpoint,
        kind=place.kind,
        api_id=place.api_id,
        key_id=place.key_id,
        key_name=key_name,
        app_id=place.app_id,
        environment=place.environment,
        source=place.source,
        status=row.status,
        latency_ms=row.response_time * MS,
        bytes_in=row.request_bytes,
        bytes_out=row.response_bytes,
        rows=row.rows,
        credits=row.credits,
        is_overage=row.is_overage,
        ip=row.remote_address,
        country=row.country,
        error_message=row.error_message,
    )


def _search(session: Session, wanted: LogFilter, viewer: Viewer) -> Search | None:
    """Give the search for the viewer's own calls that are wanted; None when the viewer never called."""
    statuses = _statuses(wanted.status)
    number = session.scalar(select(CallAccount.id).where(CallAccount.account_id == viewer.account_id))
    if number is None:
        return None
    places: list[ColumnElement[bool]] = []
    usage = [DAYS.c.account_id == viewer.account_id]
    for name in ("key_id", "app_id", "endpoint"):
        if value := getattr(wanted, name):
            places.append(getattr(CallPlace, name) == value)
            usage.append(DAYS.c[name] == value)
    environments = [one for one in (wanted.environment, viewer.environment) if one]
    places += [CallPlace.environment == one for one in environments]
    usage += [DAYS.c.environment == one for one in environments]
    if wanted.source:
        places.append(CallPlace.source == wanted.source)
    if statuses.least >= SERVER_ERROR_STATUS:
        usage.append(DAYS.c.server_errors > 0)
    elif statuses.least >= ERROR_STATUS:
        usage.append(DAYS.c.errors > 0)
    # Most calls are live ones of the API's callers: that they are wanted narrows nothing.
    is_narrow = any((wanted.key_id, wanted.app_id, wanted.endpoint, "test" in environments))
    return Search(
        account_number=number,
        places=tuple(places),
        are_few=is_narrow or wanted.source not in {"", MOST_CALLS},
        least=statuses.least,
        most=statuses.most,
        begins_us=None if wanted.begins is None else microseconds_of(wanted.begins),
        ends_us=None if wanted.ends is None else microseconds_of(wanted.ends),
        request_id=wanted.request_id,
        days_called=lambda: set(session.scalars(select(DAYS.c.day).where(*usage).distinct())),
    )


def _statuses(wanted: str) -> Statuses:
    """Read a status, a class or a word.

    Raises:
        InvalidInput: none of them.
    """
    if wanted in {"", "success", "error"}:
        return Statuses(
            ERROR_STATUS if wanted == "error" else 0, ERROR_STATUS - 1 if wanted == "success" else STATUS_MAX
        )
    if len(wanted) == 3 and wanted.endswith("xx") and wanted[0].isdecimal():
        return Statuses(int(wanted[0]) * 100, int(wanted[0]) * 100 + 99)
    if len(wanted) == 3 and wanted.isdecimal():
        return Statuses(int(wanted), int(wanted))
    raise InvalidInput("status: no status, class or outcome", details={"field": "status"})
