"""The log as a file: CSV or JSON, written as it is read, so that its length costs no memory.

Called by the export route. Each part is read in a transaction of its own: a slow download holds nothing open.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session, sessionmaker

from backend.core.jsontools import dumps
from backend.core.moments import MICROSECOND
from backend.schemas.log import LogOut
from backend.services.access import Viewer
from backend.services.paging import PageRequest
from backend.services.usage_log_service import LogFilter, calls_before

ROWS_PER_PART = 1_000
FORMULA_STARTS = (*"=+-@\t\r\n", *"\uff1d\uff0b\uff0d\uff20")
"""The last four are full-width."""
COLUMNS = tuple(name for name in LogOut.model_fields if name != "cursor")


def export_calls(
    sessions: sessionmaker[Session], wanted: LogFilter, file_format: str, now: datetime, *, viewer: Viewer
) -> Iterator[bytes]:
    """Give the viewer's calls up to now, newest first, as the bytes of a file, part by part.

    Args:
        file_format: csv or json.
        now: calls after it are left out, so that a busy account's file ends.
    """
    last = now + MICROSECOND
    if wanted.ends is None or wanted.ends > last:
        wanted = replace(wanted, ends=last)
    parts = _parts(sessions, wanted, viewer)
    return _csv(parts) if file_format == "csv" else _json(parts)


def _parts(sessions: sessionmaker[Session], wanted: LogFilter, viewer: Viewer) -> Iterator[Sequence[LogOut]]:
    cursor: str | None = ""
    while cursor is not None:
        with sessions() as session:
            found = calls_before(session, wanted, PageRequest(ROWS_PER_PART, cursor), viewer=viewer)
        cursor = found.next_cursor
        yield found.rows


def _csv(parts: Iterable[Sequence[LogOut]]) -> Iterator[bytes]:
    """Write RFC 4180: a header, then one line a call, ended by CR LF."""
    yield _lines([COLUMNS])
    for calls in parts:
        yield _lines([_cell(value) for value in _values(call)] for call in calls)


def _json(parts: Iterable[Sequence[LogOut]]) -> Iterator[bytes]:
    """Write one array, a call a line."""
    yield b"["
    separator = b"\n"
    for calls in parts:
        for call in calls:
            yield separator + dumps(dict(zip(COLUMNS, _values(call), strict=True)))
            separator = b",\n"
    yield b"\n]\n"


def _values(call: LogOut) -> list[object]:
    shown = call.model_dump(mode="json")
    return [shown[name] for name in COLUMNS]


def _lines(rows: Iterable[Iterable[object]]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerows(rows)
    return buffer.getvalue().encode()


def _cell(value: object) -> object:
    """Give a cell that spreadsheets show and never run: texts of callers may begin like a formula.

    Source: OWASP, CSV Injection.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value
