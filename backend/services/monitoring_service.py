"""Monitoring: how much the viewer's APIs were called, how fast they answered and what that took.

Called by the monitoring routes. Reads buckets, never raw rows, so that the cost follows the hours shown and not the
traffic; the list of calls is `backend.services.request_log_service`. Whose APIs may be seen is said first in every
query.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, func, select

from backend.core.errors import NotFound
from backend.engine.metering.buckets import SLOWEST_KEPT
from backend.engine.metering.reader import JournalReader
from backend.engine.metering.sketch import QuantileSketch
from backend.models import ExportedAPI, db
from backend.schemas.monitoring import (
    APIStatsOut,
    APISummaryOut,
    HourOut,
    PerformanceOut,
    ResourceUsageOut,
    SlowCallOut,
    SummaryOut,
    UsageOut,
)
from backend.services import api_summaries, span_queries
from backend.services.access import Viewer, visible
from backend.services.aggregation_service import Aggregation, aggregate
from backend.services.api_summaries import APIFilter
from backend.services.bucket_rows import bucket_of
from backend.services.paging import Page, PageRequest
from backend.services.runtime import current_runtime
from backend.services.series import Series, Sums, distribution, numbers_of
from backend.services.spans import DEFAULT_RANGE, TimeRange, range_named

_ALL = APIFilter()


class MonitoringService:
    """The numbers behind the dashboard."""

    @staticmethod
    def get_api_stats(api_id: int, time_range: str = DEFAULT_RANGE, *, viewer: Viewer) -> APIStatsOut:
        """Give everything about one API in a range: usage, performance, resources, series.

        Raises:
            InvalidInput: no such range.
            NotFound: no such API, or not the viewer's to see.
        """
        span = _range(time_range)
        total_requests = _total_requests(api_id, viewer)
        rows = span_queries.full_rows(api_id, span)
        series = _series_of(rows, span)
        total, sketch = series.total()
        return APIStatsOut(
            api_id=api_id,
            time_range=span.name,
            begins=span.begins,
            ends=span.ends,
            resolution_seconds=int(span.resolution.total_seconds()),
            usage=_usage(api_id, total_requests, total, rows),
            performance=_performance(total, sketch, rows),
            resources=total.resources(),
            series=series.points(span),
        )

    @staticmethod
    def get_all_apis_summary(
        *,
        viewer: Viewer,
        time_range: str = DEFAULT_RANGE,
        wanted: APIFilter = _ALL,
        part: PageRequest | None = None,
    ) -> Page[APISummaryOut]:
        """Give the viewer's APIs with their numbers, newest first, at most 200 at a time.

        Raises:
            InvalidInput: no such range, or a cursor that no list gave.
        """
        return api_summaries.summaries(_range(time_range), wanted, part or PageRequest(200), viewer=viewer)

    @staticmethod
    def get_global_summary(time_range: str = DEFAULT_RANGE, *, viewer: Viewer) -> SummaryOut:
        """Give the numbers of all the viewer's APIs together.

        Raises:
            InvalidInput: no such range.
        """
        span = _range(time_range)
        counted = select(
            func.count(ExportedAPI.id),
            func.count(ExportedAPI.id).filter(ExportedAPI.status == "active"),
            func.coalesce(func.sum(ExportedAPI.total_requests), 0),
        )
        apis, active, total_requests = db.session.execute(visible(counted, ExportedAPI.account_id, viewer)).one()
        series = Series(span.points)
        rows = span_queries.rows_of_viewer(span, viewer)
        series.add_all([span.place_of(row[0]) for row in rows], [row[1:] for row in rows])
        total, sketch = series.total()
        return SummaryOut(
            time_range=span.name,
            begins=span.begins,
            ends=span.ends,
            total_apis=apis,
            active_apis=active,
            total_requests=total_requests,
            requests_in_range=total.count,
            success_rate=total.success_rate,
            error_rate=total.error_rate,
            avg_response_time=total.average(total.seconds),
            p95_response_time=total.quantile(sketch, 0.95),
            avg_cpu_usage=total.average(total.cpu),
            avg_memory_usage=total.average(total.memory),
            series=series.points(span),
        )

    @staticmethod
    def get_resource_usage(api_id: int, time_range: str = DEFAULT_RANGE, *, viewer: Viewer) -> ResourceUsageOut:
        """Give the CPU and memory that an API's calls took.

        Raises:
            InvalidInput: no such range.
            NotFound: no such API, or not the viewer's to see.
        """
        span = _range(time_range)
        _total_requests(api_id, viewer)
        series = _series_of(span_queries.full_rows(api_id, span), span)
        total, _sketch = series.total()
        return ResourceUsageOut(
            api_id=api_id,
            time_range=span.name,
            begins=span.begins,
            ends=span.ends,
            resources=total.resources(),
            series=series.points(span),
        )

    @staticmethod
    def get_metrics(api_id: int, time_range: str = DEFAULT_RANGE, *, viewer: Viewer) -> list[HourOut]:
        """Give an API's hours as they are stored, oldest first; hours without calls are absent.

        Raises:
            InvalidInput: no such range.
            NotFound: no such API, or not the viewer's to see.
        """
        span = _range(time_range)
        _total_requests(api_id, viewer)
        return [_hour(row) for row in span_queries.hours(api_id, span)]

    @staticmethod
    def aggregate_metrics() -> Aggregation | None:
        """Recount the closed hours, repair and report drift, purge what is too old; None when this hour's run is done.

        Runs by itself once an hour in the background process.
        """
        runtime = current_runtime()
        reader = JournalReader(runtime.journal_folder)
        return aggregate(runtime.sessions, reader, runtime.clock, runtime.retention_days, ports=runtime.fold_ports)


def _range(name: str) -> TimeRange:
    return range_named(name, current_runtime().clock.now())


def _total_requests(api_id: int, viewer: Viewer) -> int:
    """Give how often an API was ever called, if the viewer may see it."""
    statement = visible(select(ExportedAPI.total_requests), ExportedAPI.account_id, viewer)
    total: int | None = db.session.scalar(statement.where(ExportedAPI.id == api_id))
    if total is None:
        raise NotFound(noun="API")
    return total


def _series_of(rows: Sequence[Row[Any]], span: TimeRange) -> Series:
    series = Series(span.points)
    series.add_all([span.place_of(row.begins) for row in rows], [numbers_of(row) for row in rows])
    return series


def _usage(api_id: int, total_requests: int, total: Sums, rows: Sequence[Row[Any]]) -> UsageOut:
    now = current_runtime().clock.now()
    statuses: Counter[str] = Counter()
    for row in rows:
        statuses.update(row.status_codes)
    return UsageOut(
        total_requests=total_requests,
        requests_in_range=total.count,
        requests_24h=span_queries.counts([api_id], range_named("24h", now).begins).get(api_id, 0),
        requests_7d=span_queries.counts([api_id], range_named("7d", now).begins).get(api_id, 0),
        success_count=total.success,
        error_count=total.error,
        success_rate=total.success_rate,
        error_rate=total.error_rate,
        status_codes=dict(sorted(statuses.items())),
    )


def _performance(total: Sums, sketch: QuantileSketch, rows: Sequence[Row[Any]]) -> PerformanceOut:
    calls = [SlowCallOut.model_validate(entry) for row in rows for entry in row.slowest]
    return PerformanceOut(
        avg_response_time=total.average(total.seconds),
        min_response_time=total.known(total.fastest),
        max_response_time=total.known(total.slowest),
        p50_response_time=total.quantile(sketch, 0.50),
        p95_response_time=total.quantile(sketch, 0.95),
        p99_response_time=total.quantile(sketch, 0.99),
        distribution=distribution(total, sketch),
        slowest=heapq.nlargest(SLOWEST_KEPT, calls, key=lambda call: call.response_time),
    )


def _hour(row: Row[Any]) -> HourOut:
    bucket = bucket_of(row)
    p50, p95, p99 = (bucket.quantile(q) if bucket.count else None for q in (0.50, 0.95, 0.99))
    return HourOut(
        hour_timestamp=row.begins,
        request_count=bucket.count,
        avg_response_time=row.avg_response_time,
        success_count=bucket.success,
        error_count=bucket.error,
        avg_cpu_usage=row.avg_cpu_usage,
        avg_memory_usage=row.avg_memory_usage,
        p50_response_time=p50,
        p95_response_time=p95,
        p99_response_time=p99,
    )
