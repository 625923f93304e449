"""How the database is opened: the same for Flask-SQLAlchemy, the jobs and the migrations.

Called by app and bootstrap. Knows SQLite and PostgreSQL; reads no settings.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import orjson
from sqlalchemy import Engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection

BUSY_SECONDS = 15.0
CACHE_MB = 2
FOLD_CACHE_MB = 24
CHECKPOINT_PAGES = 4_000
"""16 MB: each fold changes hundreds of pages, many of them those of the fold before."""


def engine_options(uri: str) -> dict[str, Any]:
    """Give `create_engine`'s options for a database."""
    options: dict[str, Any] = {"json_serializer": _json_text, "json_deserializer": orjson.loads}
    if uri.startswith("sqlite"):
        return {**options, "connect_args": {"timeout": BUSY_SECONDS}}
    # A connection that the server closed overnight is replaced, not handed to a request.
    return {**options, "pool_pre_ping": True}


def install_sqlite_pragmas(engine: Engine, *, cache_mb: int = CACHE_MB, checks_parents: bool = True) -> None:
    """Make every new SQLite connection enforce foreign keys and write ahead; nothing for other databases.

    Args:
        checks_parents: whether foreign keys are enforced. Whoever holds the rows that its own refer to needs no look at
            them for each.
        cache_mb: pages that a connection keeps. Whoever writes much in one transaction needs more: what does not fit
            is written out in the middle of it, and read again.
    """
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", partial(_set_pragmas, cache_mb=cache_mb, checks_parents=checks_parents))


def _set_pragmas(connection: DBAPIConnection, _record: object, *, cache_mb: int, checks_parents: bool) -> None:
    """Set what SQLite forgets between connections.

    WAL lets readers go on while one process writes; with it, synchronous=NORMAL loses nothing when a
    process dies and only the last commits when the machine does. What is deleted is overwritten where its page is
    written anyway: some builds of SQLite write each page that a dropped day frees, which takes many times as long.
    """
    cursor = connection.cursor()
    for pragma in (
        f"foreign_keys={checks_parents:d}",
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "secure_delete=FAST",
        f"cache_size={-cache_mb * 1_024}",
        f"wal_autocheckpoint={CHECKPOINT_PAGES}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _json_text(value: object) -> str:
    """Write a JSON column; keys of any plain type become text, as the standard library has them."""
    return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()
