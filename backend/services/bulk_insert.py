"""Many rows in one statement, faster than the toolkit writes them: half of a fold is writing rows.

Called by the fold. Values arrive as the database takes them, moments as `stored_moment` gives them and JSON as text;
nothing is converted here but bytes, which PostgreSQL's JSON cannot hold.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import chain, islice
from typing import Any

from sqlalchemy import JSON, Connection, Table
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from backend.core.jsontools import dumps
from backend.services.transactions import is_sqlite

Values = tuple[Any, ...]
ROWS_PER_STATEMENT = 100


def insert_rows(session: Session, table: Table, columns: Sequence[str], fields: Sequence[Sequence[Any]]) -> None:
    """Insert rows of plain values.

    Args:
        fields: what each column holds, row by row; all equally long.

    Raises:
        IntegrityError: a row contradicts a constraint; the transaction has to be given up, since others may be in.
        DataError: a value that its column cannot hold; likewise.
    """
    if not fields[0]:
        return
    many, single = divmod(len(fields[0]), ROWS_PER_STATEMENT)
    connection, names = session.connection(), tuple(columns)
    rows = zip(*fields, strict=True)
    if not is_sqlite(session):
        with _named_errors(connection):
            # The toolkit knows no COPY: this is psycopg's own.
            cursor: Any = connection.connection.cursor()
            with cursor, cursor.copy(_copied(table, names)) as copy:
                for row in rows:
                    copy.write_row(row)
        return
    if single:
        connection.exec_driver_sql(_one_by_one(table, names), list(islice(rows, single)))
    if many:
        values = chain.from_iterable(rows)
        width = len(names) * ROWS_PER_STATEMENT
        connection.exec_driver_sql(_many_at_once(table, names), [tuple(islice(values, width)) for _ in range(many)])


def put_rows(
    session: Session,
    table: Table,
    columns: Sequence[str],
    rows: Sequence[Values],
    *,
    keys: Sequence[str],
    changed: Sequence[str],
) -> None:
    """Insert rows, or make the rows that have the same key what they say.

    Args:
        keys: the columns of a unique constraint. PostgreSQL's rows must be in their order, so that two writers wait
            for each other and never both at once.
        changed: the columns that rows which exist take over; with none of them they stay as they are.
    """
    if not rows:
        return
    connection, names = session.connection(), tuple(columns)
    conflict = _conflict(tuple(keys), tuple(changed))
    if is_sqlite(session):
        connection.exec_driver_sql(_one_by_one(table, names) + conflict, list(rows))
    else:
        # One statement and one round trip, however many rows; arrays would be written out in Python, item by item.
        document = dumps([dict(zip(names, map(_as_json, row), strict=True)) for row in rows]).decode()
        connection.exec_driver_sql(_as_records(table, names) + conflict, (document,))


@contextmanager
def _named_errors(connection: Connection) -> Iterator[None]:
    """Give the errors of a COPY, which the toolkit does not see, the names that it would give them."""
    driver: Any = connection.dialect.loaded_dbapi
    try:
        yield
    except driver.IntegrityError as error:
        raise IntegrityError("COPY", None, error) from error
    except driver.DataError as error:
        raise DataError("COPY", None, error) from error


def _as_json(value: object) -> object:
    return f"\\x{value.hex()}" if isinstance(value, bytes) else value


@cache
def _one_by_one(table: Table, columns: tuple[str, ...]) -> str:
    places = ", ".join("?" for _ in columns)
    return f"INSERT INTO {table.name} ({_listed(columns)}) VALUES ({places})"  # noqa: S608 - names of our own tables


@cache
def _many_at_once(table: Table, columns: tuple[str, ...]) -> str:
    """Give the statement for some rows: it opens the indexes and counts ids once, which is a third of an insert.

    OR FAIL, since the transaction is given up anyway: otherwise SQLite keeps copies of what a statement changes.
    """
    row = f"({', '.join('?' for _ in columns)})"
    rows = ", ".join([row] * ROWS_PER_STATEMENT)
    return f"INSERT OR FAIL INTO {table.name} ({_listed(columns)}) VALUES {rows}"  # noqa: S608 - as above


@cache
def _copied(table: Table, columns: tuple[str, ...]) -> str:
    return f"COPY {table.name} ({_listed(columns)}) FROM STDIN"


@cache
def _as_records(table: Table, columns: tuple[str, ...]) -> str:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    is_json = {name: isinstance(table.c[name].type, JSON) for name in columns}
    shape = ", ".join(
        f'"{name}" {"TEXT" if is_json[name] else table.c[name].type.compile(dialect)}' for name in columns
    )
    given = ", ".join(f'"{name}"::JSON' if is_json[name] else f'"{name}"' for name in columns)
    return (
        f"INSERT INTO {table.name} ({_listed(columns)})"  # noqa: S608 - as above
        f" SELECT {given} FROM json_to_recordset(%s::json) AS given({shape})"
    )


@cache
def _conflict(keys: tuple[str, ...], changed: tuple[str, ...]) -> str:
    if not changed:
        return f" ON CONFLICT ({_listed(keys)}) DO NOTHING"
    changes = ", ".join(f'"{name}" = excluded."{name}"' for name in changed)
    return f" ON CONFLICT ({_listed(keys)}) DO UPDATE SET {changes}"


def _listed(columns: tuple[str, ...]) -> str:
    return ", ".join(f'"{name}"' for name in columns)
