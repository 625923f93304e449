"""Copies an installation's SQLite database into an empty PostgreSQL one, which is what a growing installation moves to.

    .venv/bin/python -m scripts.move_to_postgresql --home instance --database postgresql+psycopg://...

Stop the server before, and set DATABASE_URL to the new database afterwards: keys, models and the journal stay where
they are. The new database is migrated first and filled in one transaction, so that a copy that fails can be made again.
The SQLite file is only read; this release must have been started on it once.
"""

from __future__ import annotations

import argparse
import sqlite3
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask_migrate import upgrade
from sqlalchemy import Connection, Engine, Table, create_engine, text
from sqlalchemy.orm import sessionmaker
from sqlalchemy.pool import NullPool

from backend.app import create_app
from backend.config import ROOT, Settings
from backend.core.moments import microseconds_of
from backend.models import Base, db
from backend.models.engine_options import engine_options
from backend.models.partitions import CALLS
from backend.services.call_days import make_days

ROWS_PER_FETCH = 10_000
MADE_BY_MIGRATIONS = "change_marks"
"""The one table that a migration fills."""


class NotEmpty(RuntimeError):
    """The database to be filled holds something already."""


class NotMigrated(RuntimeError):
    """The SQLite file has the tables of another release."""


def move(home: Path, database: str) -> dict[str, int]:
    """Copy every table; give how many rows each had.

    Raises:
        NotEmpty: there are accounts or calls in the new database.
        NotMigrated: the tables of the two are not the same.
        SQLAlchemyError, sqlite3.Error: a database is not to be had; nothing was copied.
    """
    settings = Settings(
        modelport_home=home, models_store=home / "models", database_url=database, demo=False, web_root=ROOT / "none"
    )
    file = home / "modelport.db"
    with create_app(settings).app_context():
        upgrade(directory=str(ROOT / "migrations"))
        db.engine.dispose()
    engine = create_engine(database, poolclass=NullPool, **engine_options(database))
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as source:
        _require_migrated(source, engine)
        made = "SELECT name FROM sqlite_master WHERE type = 'table' AND name GLOB 'calls_[0-9]*' ORDER BY name"
        days = [name for (name,) in source.execute(made)]
        make_days(sessionmaker(engine), [_begin_of(day) for day in days], datetime.now(UTC))
        with engine.begin() as target:
            _require_empty(target)
            target.execute(text(f"DELETE FROM {MADE_BY_MIGRATIONS}"))  # noqa: S608 - our own name
            copied = {name: _copy(source, name, target, table) for name, table in _tables(days)}
            for table in Base.metadata.sorted_tables:
                _count_on(target, table)
    return copied


def _tables(days: Sequence[str]) -> Iterator[tuple[str, Table]]:
    """Give SQLite's tables in the order in which they refer to each other, each with the one it is copied into."""
    for table in Base.metadata.sorted_tables:
        yield table.name, table
        # PostgreSQL finds the part of each call itself.
        yield from ((day, table) for day in days if table.name == CALLS)


def _begin_of(day: str) -> int:
    """Give the first microsecond of the day that a table is named for."""
    return microseconds_of(datetime.strptime(f"{day.removeprefix(f'{CALLS}_')}+0000", "%Y%m%d%z"))


def _require_migrated(source: sqlite3.Connection, engine: Engine) -> None:
    versions = "SELECT version_num FROM alembic_version"
    (found,) = source.execute(versions).fetchone()
    with engine.connect() as target:
        expected = target.scalar(text(versions))
    if found != expected:
        raise NotMigrated(
            f"the SQLite tables are of version {found}, expected {expected}: start this release on it once"
        )


def _require_empty(target: Connection) -> None:
    for name in ("dev_accounts", CALLS):
        if target.scalar(text(f"SELECT EXISTS (SELECT 1 FROM {name})")):  # noqa: S608 - our own names
            raise NotEmpty(f"{name}: no rows expected, there are some: a new database is needed")


def _copy(source: sqlite3.Connection, name: str, target: Connection, table: Table) -> int:
    columns = ", ".join(f'"{column.name}"' for column in table.columns)
    rows: Iterator[Sequence[Any]] = source.execute(f"SELECT {columns} FROM {name}")  # noqa: S608 - names of our own
    total, begun = 0, time.monotonic()
    driver: Any = target.connection
    # The toolkit knows no COPY: this is psycopg's own.
    with driver.cursor() as cursor, cursor.copy(f"COPY {table.name} ({columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
            total += 1
    print(f"{name:>24} {total:>12,} rows in {time.monotonic() - begun:,.1f} s", flush=True)
    return total


def _count_on(target: Connection, table: Table) -> None:
    """Let new rows be numbered after those that were copied."""
    for column in table.columns:
        named = {"table": table.name, "column": column.name}
        sequence = target.scalar(text("SELECT pg_get_serial_sequence(:table, :column)"), named)
        if sequence is not None:
            last = f"(SELECT coalesce(max({column.name}), 0) + 1 FROM {table.name})"  # noqa: S608 - names of our own
            target.execute(text(f"SELECT setval('{sequence}', {last}, false)"))


def main() -> int:
    """Move one installation; give the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, required=True, help="MODELPORT_HOME of the installation")
    parser.add_argument("--database", required=True, help="URL of an empty PostgreSQL database")
    given = parser.parse_args()
    if not (given.home / "modelport.db").is_file():
        print(f"{given.home}: no modelport.db there", file=sys.stderr)
        return 1
    try:
        move(given.home, given.database)
    except (NotEmpty, NotMigrated) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
