"""The list of APIs with their numbers: a handful of queries for a page, however many APIs are on it.

Called by `MonitoringService.get_all_apis_summary`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC
from functools import cache

from sqlalchemy import Select, or_, select

from backend.models import ExportedAPI, MLModel, db
from backend.schemas.monitoring import SPARKS, APISummaryOut
from backend.services import span_queries
from backend.services.access import Viewer, visible
from backend.services.paging import Page, PageRequest, narrowed, page
from backend.services.runtime import current_runtime
from backend.services.series import Series
from backend.services.spans import HOUR, TimeRange, range_named


@dataclass(frozen=True, slots=True)
class APIFilter:
    """Which APIs are wanted; empty text asks nothing."""

    search: str = ""
    """Part of the API's or its model's name, in any case."""
    status: str = ""


def summaries(span: TimeRange, wanted: APIFilter, part: PageRequest, *, viewer: Viewer) -> Page[APISummaryOut]:
    """Give a page of the viewer's APIs with their numbers, newest first."""
    statement = _narrowed(visible(select(ExportedAPI), ExportedAPI.account_id, viewer), wanted)
    rows = db.session.scalars(narrowed(statement, ExportedAPI.id, part)).all()
    found = page(rows, [row.id for row in rows], part)
    return Page(_with_numbers(found.rows, span), found.next_cursor)


def _narrowed(statement: Select[ExportedAPI], wanted: APIFilter) -> Select[ExportedAPI]:
    if wanted.status:
        statement = statement.where(ExportedAPI.status == wanted.status)
    if wanted.search:
        is_named_so = or_(
            ExportedAPI.name.icontains(wanted.search, autoescape=True),
            ExportedAPI.model.has(MLModel.name.icontains(wanted.search, autoescape=True)),
        )
        statement = statement.where(is_named_so)
    return statement


def _with_numbers(apis: Sequence[ExportedAPI], span: TimeRange) -> list[APISummaryOut]:
    if not apis:
        return []
    ids = [api.id for api in apis]
    slots = {api_id: slot for slot, api_id in enumerate(ids)}
    series = Series(len(ids))
    sparks = [[0] * SPARKS for _ in ids]
    spark_of = cache(lambda begins: span.spark_of(begins.replace(tzinfo=UTC)))
    for part in span_queries.parts_of(span):
        rows = span_queries.rows_of_apis(part, ids)
        series.add_all([slots[row[0]] for row in rows], [row[3:] for row in rows])
        for api_id, begins, calls, *_ in rows:
            spark = sparks[slots[api_id]]
            for place, count in enumerate(calls if part.by_hour else (calls,)):
                if count:
                    spark[spark_of(begins + place * HOUR)] += count
    day = range_named("24h", current_runtime().clock.now())
    recent = span_queries.counts(ids, day.begins)
    return [_summary(api, series, slots[api.id], sparks[slots[api.id]], recent.get(api.id, 0)) for api in apis]


def _summary(api: ExportedAPI, series: Series, slot: int, sparkline: list[int], requests_24h: int) -> APISummaryOut:
    sums = series.sums[slot]
    return APISummaryOut(
        id=api.id,
        name=api.name,
        model_id=api.model_id,
        model_name=api.model.name,
        task=api.model.task,
        status=api.status,
        api_endpoint=api.api_endpoint,
        created_at=api.created_at,
        last_used_at=api.last_used_at,
        total_requests=api.total_requests,
        requests_24h=requests_24h,
        requests_in_range=sums.count,
        success_rate=sums.success_rate,
        error_rate=sums.error_rate,
        avg_response_time=sums.average(sums.seconds),
        p95_response_time=series.quantile(slot, 0.95),
        avg_cpu_usage=sums.average(sums.cpu),
        avg_memory_usage=sums.average(sums.memory),
        sparkline=sparkline,
    )
