"""Buckets as rows of api_metrics, api_metrics_day and api_metrics_minute: reading, writing, merging.

Called by the fold, the recount and monitoring. Whoever merges must hold the lock on the API's row (PostgreSQL) or the
write lock (SQLite): merging reads a row and writes it back.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Row, Table, text
from sqlalchemy.orm import Session

from backend.core.jsontools import dumps
from backend.core.moments import microseconds_of, stored_moment, zoned_moment
from backend.engine.metering.buckets import Bucket, SlowCall
from backend.engine.metering.sketch import QuantileSketch
from backend.models import APIMetric, APIMetricDay, APIMetricMinute
from backend.services.bulk_insert import Values, put_rows
from backend.services.transactions import is_sqlite

Span = tuple[int, datetime]
"""An API and the moment at which a day, an hour or a minute of it begins."""

DAYS: Table = APIMetricDay.__table__  # type: ignore[assignment]
HOURS: Table = APIMetric.__table__  # type: ignore[assignment]
MINUTES: Table = APIMetricMinute.__table__  # type: ignore[assignment]
BEGINS = {"api_metrics_day": "day_timestamp", "api_metrics": "hour_timestamp", "api_metrics_minute": "minute_timestamp"}
HOURS_A_DAY = 24
BUCKET_COLUMNS = (
    "request_count",
    "success_count",
    "error_count",
    "response_time_sum",
    "response_time_min",
    "response_time_max",
    "cpu_usage_sum",
    "cpu_usage_max",
    "memory_usage_sum",
    "memory_usage_max",
    "status_codes",
    "slowest",
    "sketch",
)


def merge_rows(session: Session, table: Table, buckets: Mapping[Span, Bucket]) -> None:
    """Add buckets to the rows of their minutes or hours, making the rows that are missing.

    An hour that was recounted already is open again afterwards. The buckets are changed: they become the rows' state.
    """
    for row in stored_rows(session, table, buckets):
        buckets[row.api_id, row.begins].merge(bucket_of(row))
    more = {"is_recounted": False} if table is HOURS else {}
    _put(session, table, {span: {**to_columns(bucket), **more} for span, bucket in buckets.items()})


def merge_days(session: Session, hours: Mapping[Span, Bucket]) -> None:
    """Add the new calls of some hours to the rows of their days."""
    days: dict[Span, Bucket] = {}
    counts: dict[Span, list[int]] = {}
    for (api_id, hour), bucket in hours.items():
        span = api_id, day_of(hour)
        days.setdefault(span, Bucket()).merge(bucket)
        counts.setdefault(span, [0] * HOURS_A_DAY)[hour.hour] += bucket.count
    for row in stored_rows(session, DAYS, days):
        span = row.api_id, row.begins
        days[span].merge(bucket_of(row))
        counts[span] = [mine + theirs for mine, theirs in zip(counts[span], row.hour_counts, strict=True)]
    put_days(session, days, counts)


def put_days(session: Session, days: Mapping[Span, Bucket], counts: Mapping[Span, Sequence[int]]) -> None:
    """Make days what they are said to be.

    Args:
        counts: of each day, how many calls each of its 24 hours had.
    """
    _put(session, DAYS, {span: {**to_columns(day), "hour_counts": list(counts[span])} for span, day in days.items()})


def day_of(moment: datetime) -> datetime:
    """Give the UTC day a moment falls into."""
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def _put(session: Session, table: Table, rows: Mapping[Span, Mapping[str, Any]]) -> None:
    if not rows:
        return
    names = tuple(next(iter(rows.values())))
    keys = ("api_id", BEGINS[table.name])
    documents = [place for place, name in enumerate(names) if isinstance(table.c[name].type, JSON)]
    values = [_values(span, rows[span], documents) for span in sorted(rows)]
    put_rows(session, table, (*keys, *names), values, keys=keys, changed=names)


def _values(span: Span, columns: Mapping[str, Any], documents: Sequence[int]) -> Values:
    """Give a row as the database takes it; at some places are documents."""
    values = list(columns.values())
    for place in documents:
        values[place] = dumps(values[place]).decode()
    return (span[0], stored_moment(microseconds_of(span[1])), *values)


def bucket_of(row: Row[Any]) -> Bucket:
    """Read the bucket out of a row that has BUCKET_COLUMNS."""
    return Bucket(
        count=row.request_count,
        success=row.success_count,
        error=row.error_count,
        response_time_sum=row.response_time_sum,
        response_time_min=_or(row.response_time_min, math.inf),
        response_time_max=_or(row.response_time_max, -math.inf),
        cpu_usage_sum=row.cpu_usage_sum,
        cpu_usage_max=_or(row.cpu_usage_max, -math.inf),
        memory_usage_sum=row.memory_usage_sum,
        memory_usage_max=_or(row.memory_usage_max, -math.inf),
        status_codes={int(status): count for status, count in row.status_codes.items()},
        slowest=sorted(_slow_call(entry) for entry in row.slowest),
        sketch=QuantileSketch.from_bytes(row.sketch) if row.sketch else QuantileSketch(),
    )


def to_columns(bucket: Bucket) -> dict[str, Any]:
    """Give a bucket's columns, without its span."""
    return {
        "request_count": bucket.count,
        "success_count": bucket.success,
        "error_count": bucket.error,
        "avg_response_time": _average(bucket.response_time_sum, bucket.count),
        "avg_cpu_usage": _average(bucket.cpu_usage_sum, bucket.count),
        "avg_memory_usage": _average(bucket.memory_usage_sum, bucket.count),
        "response_time_sum": bucket.response_time_sum,
        "response_time_min": _finite(bucket.response_time_min),
        "response_time_max": _finite(bucket.response_time_max),
        "cpu_usage_sum": bucket.cpu_usage_sum,
        "cpu_usage_max": _finite(bucket.cpu_usage_max),
        "memory_usage_sum": bucket.memory_usage_sum,
        "memory_usage_max": _finite(bucket.memory_usage_max),
        "status_codes": {str(status): count for status, count in sorted(bucket.status_codes.items())},
        "slowest": [_slow_entry(call) for call in bucket.slowest_first()],
        "sketch": bucket.sketch.to_bytes(),
    }


def bucket_columns(table: Table) -> list[Any]:
    """Give the columns that `bucket_of` reads."""
    return [table.c[name] for name in BUCKET_COLUMNS]


def stored_rows(session: Session, table: Table, spans: Iterable[Span]) -> Sequence[Row[Any]]:
    """Give the rows of some spans with what `bucket_of` reads; spans without one are absent."""
    keys = [(api_id, stored_moment(microseconds_of(begins))) for api_id, begins in spans]
    if not keys:
        return ()
    start = table.c[BEGINS[table.name]]
    columns = [*bucket_columns(table), *([DAYS.c.hour_counts] if table is DAYS else [])]
    names = ", ".join(f"stored.{column.name}" for column in columns)
    # One document and one statement; thousands of bound parameters cost more than the search for them.
    given = (
        "SELECT value->>0 AS api_id, value->>1 AS begins FROM json_each(:keys)"
        if is_sqlite(session)
        else "SELECT (value->>0)::int AS api_id, (value->>1)::timestamp AS begins"
        " FROM json_array_elements(CAST(:keys AS json))"
    )
    statement = text(
        f"SELECT stored.api_id, stored.{start.name} AS begins, {names} FROM ({given}) AS wanted"  # noqa: S608 - our own
        f" JOIN {table.name} AS stored ON stored.api_id = wanted.api_id AND stored.{start.name} = wanted.begins"
    )
    typed = statement.columns(table.c.api_id, start.label("begins"), *columns)
    return session.execute(typed, {"keys": dumps(keys).decode()}).all()


def _slow_entry(call: SlowCall) -> dict[str, Any]:
    seconds, microseconds, request_id, status = call
    return {
        "request_id": request_id,
        "timestamp": zoned_moment(microseconds),
        "response_time": seconds,
        "status_code": status,
    }


def _slow_call(entry: Mapping[str, Any]) -> SlowCall:
    moment = datetime.fromisoformat(entry["timestamp"])
    return entry["response_time"], microseconds_of(moment), entry["request_id"], entry["status_code"]


def _average(total: float, count: int) -> float | None:
    return total / count if count else None


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _or(value: float | None, default: float) -> float:
    return default if value is None else value
