"""calls by day

PostgreSQL: single calls get a partition for each UTC day, so that purging is dropping; the rows that are there are copied.
SQLite keeps its tables. On both, the indexes that only purging used go.

Revision ID: e2b7c90d4f16
Revises: c4e8d15a7b20
Create Date: 2026-11-29 06:30:00
"""

from datetime import timedelta

import sqlalchemy as sa
from alembic import op

revision = "e2b7c90d4f16"
down_revision = "c4e8d15a7b20"
branch_labels = None
depends_on = None

TABLES = {"api_requests": "timestamp", "api_usage_events": "occurred_at"}
OWNED = "FOREIGN KEY (api_id) REFERENCES exported_apis (id) ON DELETE CASCADE"


def upgrade() -> None:
    """Cut the tables into days where the database can; drop what only purging used."""
    for table, moment in TABLES.items():
        op.drop_index(f"ix_{table}_expiry", table_name=table)
        if op.get_bind().dialect.name == "postgresql":
            indexes = set_aside(table)
            op.execute(f"CREATE TABLE {table} (LIKE {table}_before INCLUDING DEFAULTS) PARTITION BY RANGE ({moment})")
            op.execute(f"CREATE TABLE {table}_rest PARTITION OF {table} DEFAULT")
            for day in days_of(f"{table}_before", moment):
                ends = day + timedelta(days=1)
                op.execute(
                    f"CREATE TABLE {table}_{day:%Y%m%d} PARTITION OF {table} FOR VALUES FROM ('{day}') TO ('{ends}')"
                )
            take_over(table, indexes, f", {moment}", f"_{moment}")


def downgrade() -> None:
    """Make each table one again."""
    for table, moment in TABLES.items():
        if op.get_bind().dialect.name == "postgresql":
            indexes = set_aside(table)
            op.execute(f"CREATE TABLE {table} (LIKE {table}_before INCLUDING DEFAULTS)")
            take_over(table, indexes, "", "")
        op.create_index(f"ix_{table}_expiry", table, [moment])


def set_aside(table):
    """Give a table's name and the names of its parts free; give the statements that make its indexes."""
    connection = op.get_bind()
    made = "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema() AND tablename = :table"
    indexes = dict(connection.execute(sa.text(made), {"table": table}).all())
    constraints = "SELECT conname FROM pg_constraint WHERE conrelid = CAST(:table AS regclass)"
    for (name,) in connection.execute(sa.text(constraints), {"table": table}).all():
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        indexes.pop(name, None)
    for name in indexes:
        op.execute(f"DROP INDEX {name}")
    op.execute(f"ALTER TABLE {table} RENAME TO {table}_before")
    return [made.replace(" ON ONLY ", " ON ") for made in indexes.values()]


def days_of(table, moment):
    """Give the days that have rows, from the oldest; days far off are left to the partition of the rest."""
    days = (
        f"SELECT DISTINCT CAST({moment} AS date) AS day FROM {table}"  # noqa: S608 - names of our own
        f" WHERE {moment} BETWEEN now() - interval '400 days' AND now() + interval '1 day' ORDER BY day"
    )
    return op.get_bind().scalars(sa.text(days)).all()


def take_over(table, indexes, more_columns, name_end):
    """Move the rows and the sequence of their ids from the table that was set aside, then make keys and indexes."""
    op.execute(f"INSERT INTO {table} SELECT * FROM {table}_before")  # noqa: S608 - names of our own
    op.execute(f"ALTER SEQUENCE {table}_id_seq OWNED BY {table}.id")
    op.execute(f"DROP TABLE {table}_before")
    op.execute(f"ALTER TABLE {table} ADD CONSTRAINT pk_{table} PRIMARY KEY (id{more_columns})")
    op.execute(
        f"ALTER TABLE {table} ADD CONSTRAINT uq_{table}_request_id{name_end} UNIQUE (request_id{more_columns})"
    )
    if table == "api_requests":
        op.execute(f"ALTER TABLE {table} ADD CONSTRAINT fk_api_requests_api_id_exported_apis {OWNED}")
    for made in indexes:
        op.execute(made)
