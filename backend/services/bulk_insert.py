"""Many rows in one statement, faster than the toolkit writes them: half of a fold is writing rows.

Called by the fold. Values arrive as the database takes them; nothing is converted here.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from backend.core.jsontools import dumps
from backend.services.bucket_rows import moment_of
from backend.services.transactions import is_sqlite

SECONDS_REMEMBERED = 4_096

Values = tuple[Any, ...]


def insert_rows(session: Session, table: Table, columns: Sequence[str], rows: Sequence[Values]) -> None:
    """Insert rows of plain values, moments as `stored_moment` gives them.

    Raises:
        IntegrityError: a row contradicts a constraint; none is in.
        DataError: a value that its column cannot hold; none is in.
    """
    if not rows:
        return
    connection, names = session.connection(), tuple(columns)
    if is_sqlite(session):
        connection.exec_driver_sql(_one_by_one(table, names), list(rows))
    else:
        # One statement and one round trip, however many rows; arrays would be written out in Python, item by item.
        document = dumps([dict(zip(names, row, strict=True)) for row in rows]).decode()
        connection.exec_driver_sql(_as_records(table, names), (document,))


def stored_moment(microseconds: int) -> str:
    """Give the moment that many microseconds after 1970 as both databases take it, and as SQLite compares it."""
    seconds, rest = divmod(microseconds, 1_000_000)
    return f"{_stored_second(seconds)}.{rest:06d}"


@lru_cache(SECONDS_REMEMBERED)
def _stored_second(seconds: int) -> str:
    return moment_of(seconds * 1_000_000).replace(tzinfo=None).isoformat(" ")


@cache
def _one_by_one(table: Table, columns: tuple[str, ...]) -> str:
    places = ", ".join("?" for _ in columns)
    return f"INSERT INTO {table.name} ({_listed(columns)}) VALUES ({places})"  # noqa: S608 - names of our own tables


@cache
def _as_records(table: Table, columns: tuple[str, ...]) -> str:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    shape = ", ".join(f'"{name}" {table.c[name].type.compile(dialect)}' for name in columns)
    return (
        f"INSERT INTO {table.name} ({_listed(columns)})"  # noqa: S608 - as above
        f" SELECT * FROM json_to_recordset(%s::json) AS given({shape})"
    )


def _listed(columns: tuple[str, ...]) -> str:
    return ", ".join(f'"{name}"' for name in columns)
