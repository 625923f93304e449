"""Calls by day: on PostgreSQL the tables of single calls have a partition for each UTC day, on SQLite they are whole.

Called by the models of these tables, by their migration and by whatever compares both. PostgreSQL wants the time of a
partitioned table in each of its unique keys: a call's id is unique with its time there, and by itself on SQLite.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import DDL, Table, UniqueConstraint, event

BY_DAY = {"api_requests": "timestamp", "api_usage_events": "occurred_at"}
"""The tables that have a partition for each day, and the column that says which."""
REST = "rest"
"""Ends the name of the partition of what belongs to no other."""


def partition_name(table_name: str, day: str) -> str:
    """Give the name of the partition of a day, given as YYYYMMDD, or of the REST."""
    return f"{table_name}_{day}"


def unique_call(table_name: str) -> tuple[UniqueConstraint, UniqueConstraint]:
    """Give what makes the request id of a call unique: the first on SQLite, the second on PostgreSQL."""
    moment = BY_DAY[table_name]
    return (
        UniqueConstraint("request_id", info={"only": "sqlite"}).ddl_if(dialect="sqlite"),
        UniqueConstraint(
            "request_id", moment, name=f"uq_{table_name}_request_id_{moment}", info={"only": "postgresql"}
        ).ddl_if(dialect="postgresql"),
    )


def partition_by_day(table: Table) -> None:
    """Have the table made on PostgreSQL with the primary key and the first partition that it needs there."""
    table.primary_key.ddl_if(dialect="sqlite")
    for statement in first_parts(table.name):
        made = DDL(statement).execute_if(dialect="postgresql")  # type: ignore[no-untyped-call]
        event.listen(table, "after_create", made)


def first_parts(table_name: str) -> tuple[str, str]:
    """Give the statements that make a new partitioned table's primary key and its partition of the rest."""
    return (
        f"ALTER TABLE {table_name} ADD CONSTRAINT pk_{table_name} PRIMARY KEY (id, {BY_DAY[table_name]})",
        f"CREATE TABLE {partition_name(table_name, REST)} PARTITION OF {table_name} DEFAULT",
    )


def what_is_compared(dialect: str) -> dict[str, Any]:
    """Give Alembic's options that hold a database of this dialect against the models: partitions are no tables."""

    def has_name(name: str | None, kind: str, _parents: object) -> bool:
        owner, _, day = (name or "").rpartition("_")
        return kind != "table" or owner not in BY_DAY or not (day == REST or day.isdecimal())

    def is_meant(item: Any, _name: str | None, _kind: str, _reflected: bool, _other: object) -> bool:  # noqa: ANN401, FBT001
        return bool(item.info.get("only", dialect) == dialect)

    return {"include_name": has_name, "include_object": is_meant}
