"""The queries of monitoring: bucket rows of a range, for one API, some, or all that a viewer may see.

Called by monitoring, which has made sure that the viewer may see the APIs it names.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Table, func, select

from backend.models import ExportedAPI, db
from backend.services.access import Viewer, visible
from backend.services.bucket_rows import BEGINS, DAYS, HOURS, MINUTES, bucket_columns, day_of
from backend.services.series import summed_columns
from backend.services.spans import DAY, HOUR, MINUTE, TimeRange, floor_hour


def full_rows(api_id: int, span: TimeRange) -> Sequence[Row[Any]]:
    """Give one API's rows of a range with everything in them."""
    table, begins = _source(span)
    statement = select(begins.label("begins"), *bucket_columns(table))
    return db.session.execute(statement.where(table.c.api_id == api_id, begins >= span.begins)).all()


def rows_of_apis(api_ids: Sequence[int], span: TimeRange) -> Sequence[Row[Any]]:
    """Give some APIs' rows of a range with what series add up."""
    table, begins = _source(span)
    statement = select(table.c.api_id, begins.label("begins"), *summed_columns(table))
    return db.session.execute(statement.where(table.c.api_id.in_(api_ids), begins >= span.begins)).all()


def hours_and_days(api_ids: Sequence[int], span: TimeRange) -> tuple[Sequence[Row[Any]], Sequence[Row[Any]]]:
    """Give some APIs' rows of a range of hours: the hours of the day it begins in, then the days after it.

    What a list adds up needs no more; each day tells the calls of its hours.
    """
    first = day_of(span.begins) + DAY if span.begins != day_of(span.begins) else span.begins
    hour, day = HOURS.c.hour_timestamp, DAYS.c.day_timestamp
    hours_first = select(HOURS.c.api_id, hour.label("begins"), *summed_columns(HOURS))
    days_after = select(DAYS.c.api_id, day.label("begins"), DAYS.c.hour_counts, *summed_columns(DAYS))
    return (
        db.session.execute(hours_first.where(HOURS.c.api_id.in_(api_ids), hour >= span.begins, hour < first)).all(),
        db.session.execute(days_after.where(DAYS.c.api_id.in_(api_ids), day >= first)).all(),
    )


def rows_of_viewer(span: TimeRange, viewer: Viewer) -> Sequence[Row[Any]]:
    """Give the rows of a range of all APIs that a viewer may see, with what series add up."""
    table, begins = _source(span)
    joined = select(begins.label("begins"), *summed_columns(table)).join(ExportedAPI, ExportedAPI.id == table.c.api_id)
    statement = visible(joined, ExportedAPI.account_id, viewer)
    return db.session.execute(statement.where(begins >= span.begins)).all()


def hours(api_id: int, span: TimeRange) -> Sequence[Row[Any]]:
    """Give the hours of one API that a range touches, oldest first."""
    statement = select(
        HOURS.c.hour_timestamp.label("begins"),
        HOURS.c.avg_response_time,
        HOURS.c.avg_cpu_usage,
        HOURS.c.avg_memory_usage,
        *bucket_columns(HOURS),
    ).where(HOURS.c.api_id == api_id, HOURS.c.hour_timestamp >= floor_hour(span.begins))
    return db.session.execute(statement.order_by(HOURS.c.hour_timestamp)).all()


def counts(api_ids: Sequence[int], since: datetime) -> dict[int, int]:
    """Give how often some APIs were called since an hour; APIs that were not are absent."""
    statement = (
        select(HOURS.c.api_id, func.sum(HOURS.c.request_count).label("calls"))
        .where(HOURS.c.api_id.in_(api_ids), HOURS.c.hour_timestamp >= since)
        .group_by(HOURS.c.api_id)
    )
    return {row.api_id: row.calls for row in db.session.execute(statement)}


def _source(span: TimeRange) -> tuple[Table, ColumnElement[datetime]]:
    """Give the table that a range is read from, and the column that says when a row begins."""
    table = {MINUTE: MINUTES, HOUR: HOURS, DAY: DAYS}[span.resolution]
    return table, table.c[BEGINS[table.name]]
