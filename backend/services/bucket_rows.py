"""Buckets as rows of api_metrics and api_metrics_minute: reading, writing, merging.

Called by the fold, the recount and monitoring. Whoever merges must hold the lock on the API's row (PostgreSQL) or the
write lock (SQLite): merging reads a row and writes it back.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Row, Table, select, tuple_
from sqlalchemy.orm import Session

from backend.engine.metering.buckets import Bucket, SlowCall
from backend.engine.metering.sketch import QuantileSketch
from backend.models import APIMetric, APIMetricMinute
from backend.services.transactions import insert_into

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
KEYS_PER_QUERY = 400

Span = tuple[int, datetime]
"""An API and the moment at which an hour or minute of it begins."""

HOURS: Table = APIMetric.__table__  # type: ignore[assignment]
MINUTES: Table = APIMetricMinute.__table__  # type: ignore[assignment]
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


def moment_of(microseconds: int) -> datetime:
    """Give the moment that many microseconds after 1970, exactly."""
    return EPOCH + timedelta(microseconds=microseconds)


def microseconds_of(moment: datetime) -> int:
    """Give the microseconds from 1970 to a moment, exactly."""
    return (moment - EPOCH) // MICROSECOND


def merge_rows(session: Session, table: Table, buckets: Mapping[Span, Bucket]) -> None:
    """Add buckets to the rows of their spans, making the rows that are missing.

    An hour that was recounted already is open again afterwards. The buckets are changed: they become the rows' state.
    """
    start = _start_column(table)
    for span, stored in _stored(session, table, list(buckets)):
        buckets[span].merge(stored)
    rows = [
        {"api_id": api_id, start.name: begins, **to_columns(bucket)}
        for (api_id, begins), bucket in sorted(buckets.items(), key=lambda item: item[0])
    ]
    if not rows:
        return
    statement = insert_into(session, table)
    changed = {name: statement.excluded[name] for name in rows[0] if name not in {"api_id", start.name}}
    if table is HOURS:
        changed["is_recounted"] = False
    session.execute(statement.on_conflict_do_update(index_elements=["api_id", start.name], set_=changed), rows)


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


def _stored(session: Session, table: Table, spans: Sequence[Span]) -> Iterable[tuple[Span, Bucket]]:
    start = _start_column(table)
    for place in range(0, len(spans), KEYS_PER_QUERY):
        some = spans[place : place + KEYS_PER_QUERY]
        statement = select(table.c.api_id, start.label("begins"), *bucket_columns(table)).where(
            tuple_(table.c.api_id, start).in_(some)
        )
        for row in session.execute(statement):
            yield (row.api_id, row.begins), bucket_of(row)


def _start_column(table: Table) -> Any:  # noqa: ANN401 - a column of either table
    return table.c.hour_timestamp if table is HOURS else table.c.minute_timestamp


def _slow_entry(call: SlowCall) -> dict[str, Any]:
    seconds, microseconds, request_id, status = call
    return {
        "request_id": request_id,
        "timestamp": moment_of(microseconds).isoformat(timespec="microseconds").replace("+00:00", "Z"),
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
