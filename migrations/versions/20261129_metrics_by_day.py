"""metrics by day

Adds a row for each API and day, so that pages over a week and a month read days and not hours, and fills it from the
hours that are there.

Revision ID: c4e8d15a7b20
Revises: c4e8a1d27b55
Create Date: 2026-11-29 02:40:00
"""

from collections import Counter

import sqlalchemy as sa
from alembic import op

import backend.models.base
from backend.engine.metering.sketch import QuantileSketch

revision = "c4e8d15a7b20"
down_revision = "c4e8a1d27b55"
branch_labels = None
depends_on = None

DAYS_AT_ONCE = 500
SLOWEST_KEPT = 10
SUMS = ("request_count", "success_count", "error_count", "response_time_sum", "cpu_usage_sum", "memory_usage_sum")
LEAST = ("response_time_min",)
MOST = ("response_time_max", "cpu_usage_max", "memory_usage_max")
AVERAGES = {
    "avg_response_time": "response_time_sum",
    "avg_cpu_usage": "cpu_usage_sum",
    "avg_memory_usage": "memory_usage_sum",
}


def columns():
    """Give the columns that hours and days share."""
    return [
        sa.Column("request_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("avg_response_time", sa.Float(), nullable=True),
        sa.Column("success_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("error_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("avg_cpu_usage", sa.Float(), nullable=True),
        sa.Column("avg_memory_usage", sa.Float(), nullable=True),
        sa.Column("response_time_sum", sa.Float(), server_default="0", nullable=False),
        sa.Column("response_time_min", sa.Float(), nullable=True),
        sa.Column("response_time_max", sa.Float(), nullable=True),
        sa.Column("cpu_usage_sum", sa.Float(), server_default="0", nullable=False),
        sa.Column("cpu_usage_max", sa.Float(), nullable=True),
        sa.Column("memory_usage_sum", sa.Float(), server_default="0", nullable=False),
        sa.Column("memory_usage_max", sa.Float(), nullable=True),
        sa.Column("status_codes", sa.JSON(), nullable=False),
        sa.Column("slowest", sa.JSON(), nullable=False),
        sa.Column("sketch", sa.LargeBinary(), nullable=True),
    ]


def upgrade() -> None:
    """Make the table of days and add up the hours."""
    days = op.create_table(
        "api_metrics_day",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("day_timestamp", backend.models.base.UTCDateTime(), nullable=False),
        sa.Column("hour_counts", sa.JSON(), nullable=False),
        *columns(),
        sa.Column("api_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["api_id"], ["exported_apis.id"], name=op.f("fk_api_metrics_day_api_id_exported_apis"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_metrics_day")),
        sa.UniqueConstraint("api_id", "day_timestamp", name=op.f("uq_api_metrics_day_api_id_day_timestamp")),
        sqlite_autoincrement=True,
    )
    connection, made = op.get_bind(), []
    for day in added_up(connection):
        made.append(day)
        if len(made) == DAYS_AT_ONCE:
            connection.execute(days.insert(), made)
            made = []
    if made:
        connection.execute(days.insert(), made)


def downgrade() -> None:
    """Take the days away; the hours have all of it."""
    op.drop_table("api_metrics_day")


def added_up(connection):
    """Give the rows of the days, one API's after another's."""
    hours = sa.table(
        "api_metrics",
        sa.column("api_id", sa.Integer()),
        sa.column("hour_timestamp", backend.models.base.UTCDateTime()),
        *(sa.column(column.name, column.type) for column in columns()),
    )
    begun = sa.select(hours.c.api_id, sa.func.min(hours.c.hour_timestamp)).group_by(hours.c.api_id)
    for (api_id, _first) in connection.execute(begun.order_by(hours.c.api_id)).all():
        by_day = {}
        of_api = sa.select(hours).where(hours.c.api_id == api_id).order_by(hours.c.hour_timestamp)
        for row in connection.execute(of_api):
            by_day.setdefault(row.hour_timestamp.replace(hour=0), []).append(row)
        for day, rows in by_day.items():
            yield {"api_id": api_id, "day_timestamp": day, **one_day(rows)}


def one_day(rows):
    """Add the rows of one day's hours up."""
    day = {name: sum(getattr(row, name) for row in rows) for name in SUMS}
    for names, choose in ((LEAST, min), (MOST, max)):
        for name in names:
            day[name] = choose((value for row in rows if (value := getattr(row, name)) is not None), default=None)
    for name, total in AVERAGES.items():
        day[name] = day[total] / day["request_count"] if day["request_count"] else None
    statuses, sketch, counts = Counter(), QuantileSketch(), [0] * 24
    for row in rows:
        statuses.update(row.status_codes)
        counts[row.hour_timestamp.hour] += row.request_count
        if row.sketch:
            sketch.merge(QuantileSketch.from_bytes(row.sketch))
    calls = [call for row in rows for call in row.slowest]
    calls.sort(key=lambda call: (call["response_time"], call["timestamp"], call["request_id"]), reverse=True)
    day |= {"status_codes": dict(sorted(statuses.items())), "slowest": calls[:SLOWEST_KEPT]}
    return day | {"sketch": sketch.to_bytes(), "hour_counts": counts}
