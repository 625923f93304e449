"""The queries of monitoring: bucket rows of a range, for one API, some, or all that a viewer may see.

Called by monitoring, which has made sure that the viewer may see the APIs it names.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, DateTime, Row, Select, Table, func, select, type_coerce

from backend.models import ExportedAPI, db
from backend.services.access import Viewer, visible
from backend.services.bucket_rows import BEGINS, DAYS, HOURS, MINUTES, bucket_columns, day_of
from backend.services.series import number_columns
from backend.services.spans import DAY, HOUR, MINUTE, TimeRange, floor_hour


def full_rows(api_id: int, span: TimeRange) -> Sequence[Row[Any]]:
    """Give one API's rows of a range with everything in them."""
    table, begins = _source(span)
    statement = select(begins.label("begins"), *bucket_columns(table))
    return db.session.execute(statement.where(table.c.api_id == api_id, begins >= span.begins)).all()


@dataclass(frozen=True, slots=True)
class Part:
    """Rows of one table between two moments; a range is read in one part, or in two where days are whole."""

    table: Table
    begins: datetime
    ends: datetime | None = None
    by_hour: bool = False
    """Calls are given for each of a day's 24 hours, and not for the row."""

    @property
    def moment(self) -> ColumnElement[datetime]:
        """The column that says when a row begins."""
        return self.table.c[BEGINS[self.table.name]]

    def narrowed(self, statement: Select[Any]) -> Select[Any]:
        """Narrow a statement to the part."""
        statement = statement.where(self.moment >= self.begins)
        return statement if self.ends is None else statement.where(self.moment < self.ends)


def parts_of(span: TimeRange) -> tuple[Part, ...]:
    """Give what a list adds up for a range: of a range of days in hours, the hours of the day it begins in, then days.

    Each day tells the calls of its hours.
    """
    if not span.has_whole_days:
        return (Part(_source(span)[0], span.begins),)
    first = day_of(span.begins) + DAY if span.begins != day_of(span.begins) else span.begins
    return Part(HOURS, span.begins, first), Part(DAYS, first, by_hour=True)


def rows_of_apis(part: Part, api_ids: Sequence[int]) -> Sequence[Row[int, datetime, Any, *tuple[Any, ...]]]:
    """Give the rows of some APIs: whose, from when, the calls by time, and `number_columns`.

    Moments are naive UTC as they are stored: they are few in many rows, and are given their zone where they are used.
    """
    table = part.table
    calls = table.c.hour_counts if part.by_hour else table.c.request_count
    begins = type_coerce(part.moment, DateTime)
    statement = select(table.c.api_id, begins, calls.label("calls"), *number_columns(table))
    return db.session.execute(part.narrowed(statement).where(table.c.api_id.in_(api_ids))).all()


def rows_of_viewer(span: TimeRange, viewer: Viewer) -> Sequence[Row[Any]]:
    """Give the rows of all APIs that a viewer may see: from when, and `number_columns`."""
    table, begins = _source(span)
    statement = select(begins, *number_columns(table)).join(ExportedAPI, ExportedAPI.id == table.c.api_id)
    seen = visible(statement.where(begins >= span.begins), ExportedAPI.account_id, viewer)
    return db.session.execute(seen).all()


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
