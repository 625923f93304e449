"""api_requests and api_usage_events: what the documents name, shown out of the tables of calls.

Called by the migrations and by whoever makes or drops a day. PostgreSQL's views name `calls`, of which the days are
parts; SQLite's are made anew with each day and name every table of calls.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import DDL, MetaData, event

from backend.models.base import Base
from backend.models.partitions import CALLS, MOMENT

_SQLITE_MOMENT = (
    f"strftime('%Y-%m-%d %H:%M:%S', c.{MOMENT} / 1000000, 'unixepoch') || printf('.%06d', c.{MOMENT} % 1000000)"
)
_POSTGRESQL_MOMENT = f"timestamp 'epoch' + c.{MOMENT} * interval '1 microsecond'"
_SHOWN = {
    "api_requests": (
        (
            "c.id, c.api_id, c.request_data, c.response_data, c.response_time, c.status AS status_code,"
            " c.error_message, c.cpu_usage, c.memory_usage, {moment} AS timestamp, c.request_id, p.key_id, p.model_id,"
            " c.rows, c.request_bytes, c.response_bytes, c.remote_address"
        ),
        "JOIN call_places p ON p.id = c.place_id JOIN exported_apis a ON a.id = c.api_id",
    ),
    "api_usage_events": (
        (
            "c.id, c.request_id, {moment} AS occurred_at, p.account_id, p.key_id, p.app_id, p.api_id, p.environment,"
            " p.source, p.kind, p.method, p.endpoint, c.status, c.response_time * 1000.0 AS latency,"
            " c.request_bytes + c.response_bytes AS bytes, c.request_bytes AS bytes_in, c.response_bytes AS bytes_out,"
            " c.rows, c.credits, c.is_overage, c.remote_address AS ip, c.country, c.error_message"
        ),
        "JOIN call_places p ON p.id = c.place_id WHERE p.account_id IS NOT NULL",
    ),
}
VIEWS = tuple(_SHOWN)


class View(Base):
    """What is read like a table and is none: migrations and comparisons know nothing of it."""

    __abstract__ = True
    metadata = MetaData()


def drop_views() -> list[str]:
    """Give the statements that drop the views."""
    return [f"DROP VIEW IF EXISTS {name}" for name in VIEWS]


def create_views(dialect: str, tables: Sequence[str]) -> list[str]:
    """Give the statements that make the views of some tables of calls, at least one."""
    is_lite = dialect == "sqlite"
    moment = _SQLITE_MOMENT if is_lite else _POSTGRESQL_MOMENT
    made_as = "CREATE VIEW IF NOT EXISTS" if is_lite else "CREATE OR REPLACE VIEW"
    made = []
    for name, (columns, joins) in _SHOWN.items():
        shown = columns.format(moment=moment)
        parts = [f"SELECT {shown} FROM {table} c {joins}" for table in tables]  # noqa: S608 - names of our own
        made.append(f"{made_as} {name} AS {' UNION ALL '.join(parts)}")
    return made


for _dialect in ("sqlite", "postgresql"):
    for _statement in create_views(_dialect, [CALLS]):
        _made = DDL(_statement.replace("%", "%%")).execute_if(dialect=_dialect)  # type: ignore[no-untyped-call]
        event.listen(Base.metadata, "after_create", _made)
