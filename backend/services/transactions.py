"""Transactions that must begin in a stated way, whatever the database.

Called by the fold, the recount and the scheduled jobs, each on a fresh session.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import CursorResult, Result, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session


def is_sqlite(session: Session) -> bool:
    """Tell whether a session speaks to SQLite."""
    return session.get_bind().dialect.name == "sqlite"


def begin_writing(session: Session) -> None:
    """Begin a transaction that will write.

    SQLite takes its one write lock here and waits for it: a reader that turns writer later is refused at once instead.
    PostgreSQL locks row by row.
    """
    if is_sqlite(session):
        session.connection().exec_driver_sql("BEGIN IMMEDIATE")


def begin_snapshot(session: Session) -> None:
    """Begin a transaction whose every read sees the same moment."""
    if is_sqlite(session):
        session.connection().exec_driver_sql("BEGIN")
    else:
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


def make_durable(session: Session) -> None:
    """Put what was committed on the disk, so that what it came from may be deleted.

    SQLite's write-ahead log is not synced at each commit; PostgreSQL's is.
    """
    if is_sqlite(session):
        session.connection().exec_driver_sql("PRAGMA wal_checkpoint(PASSIVE)")


def insert_into(session: Session, table: Table) -> sqlite.Insert | postgresql.Insert:
    """Give the INSERT of the session's database, which knows ON CONFLICT."""
    return sqlite.insert(table) if is_sqlite(session) else postgresql.insert(table)


def rows_changed(result: Result[Any]) -> int:
    """Give how many rows an INSERT, UPDATE or DELETE changed."""
    return result.rowcount if isinstance(result, CursorResult) else 0
