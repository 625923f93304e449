"""The place of a call in a log that is read newest first: its moment and its row.

Called by the services that list calls. A cursor is opaque to clients and holds no secret.
"""

from __future__ import annotations

from backend.services.paging import ID_MAX, BadCursor, decoded, encoded

MICROSECONDS_MAX = 253_402_300_799_999_999
"""The end of the year 9999, the last that a datetime holds."""


def cursor_of(moment_us: int, row_id: int) -> str:
    """Give the cursor of a row, its moment in microseconds since 1970."""
    return encoded(f"{moment_us}.{row_id}")


def read_cursor(cursor: str) -> tuple[int, int]:
    """Read the moment and the row out of a cursor.

    Raises:
        BadCursor: it is none that a list gave.
    """
    try:
        moment, row_id = (int(part) if part.isdigit() else -1 for part in decoded(cursor).split("."))
    except ValueError:
        raise BadCursor from None
    if not (0 <= moment <= MICROSECONDS_MAX and 0 <= row_id <= ID_MAX):
        raise BadCursor
    return moment, row_id
