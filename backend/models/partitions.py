"""Calls by day: a table for each UTC day, and one for what belongs to none.

Called by the model of calls and by whatever compares it with a database. On PostgreSQL days are the partitions of
`calls`; on SQLite they stand beside it, `calls` itself keeps the rest, and the views of all calls name every day.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import DDL, Table, event

CALLS = "calls"
REST = "rest"
"""Ends the name of the partition of what belongs to no other."""
MOMENT = "occurred_at_us"


def partition_name(day: str) -> str:
    """Give the name of the table of a day, given as YYYYMMDD, or of PostgreSQL's REST."""
    return f"{CALLS}_{day}"


def partition_by_day(table: Table) -> None:
    """Have the table made with what else its database needs: a key and a first partition, or a counter."""
    table.primary_key.ddl_if(dialect="sqlite")
    for dialect, statement in (
        ("postgresql", f"ALTER TABLE {CALLS} ADD CONSTRAINT pk_{CALLS} PRIMARY KEY (id, {MOMENT})"),
        ("postgresql", f"CREATE TABLE {partition_name(REST)} PARTITION OF {CALLS} DEFAULT"),
        # Counts the calls of all days.
        ("sqlite", f"INSERT INTO sqlite_sequence (name, seq) VALUES ('{CALLS}', 0)"),  # noqa: S608 - our own name
    ):
        made = DDL(statement).execute_if(dialect=dialect)  # type: ignore[no-untyped-call]
        event.listen(table, "after_create", made)


def what_is_compared(dialect: str) -> dict[str, Any]:
    """Give Alembic's options that hold a database of this dialect against the models, of which days are none."""

    def has_name(name: str | None, kind: str, _parents: object) -> bool:
        owner, _, day = (name or "").rpartition("_")
        return kind != "table" or owner != CALLS or not (day == REST or day.isdecimal())

    def is_meant(item: Any, _name: str | None, _kind: str, _reflected: bool, _other: object) -> bool:  # noqa: ANN401, FBT001
        return bool(item.info.get("only", dialect) == dialect)

    return {"include_name": has_name, "include_object": is_meant}
