"""Monitoring: /api/monitoring. Reads only; the numbers are at most a second old.

For sessions alone: live and test calls stand together here, and a key may see those of its own environment only, which
/api/dev/usage and /api/dev/logs give it.
"""

from __future__ import annotations

from apiflask import APIBlueprint

from backend.middleware.openapi import pages, refuses
from backend.middleware.pagination import next_link
from backend.middleware.session_auth import current_viewer, session_required
from backend.schemas.monitoring import (
    APIRequestOut,
    APIsQuery,
    APIStatsOut,
    APISummaryOut,
    CacheOut,
    HourOut,
    RangeQuery,
    RequestsQuery,
    SummaryOut,
)
from backend.services.api_summaries import APIFilter
from backend.services.cache_view_service import cache_view
from backend.services.monitoring_service import MonitoringService
from backend.services.paging import PageRequest
from backend.services.request_log_service import CallFilter, list_requests
from backend.services.runtime import current_runtime

monitoring = APIBlueprint("monitoring", __name__, url_prefix="/api/monitoring", tag="Monitoring")


@monitoring.get("/summary")
@session_required
@monitoring.input(RangeQuery, location="query")
@monitoring.output(SummaryOut)
@refuses(400)
def read_summary(query_data: RangeQuery) -> SummaryOut:
    """Give the numbers of all APIs together."""
    return MonitoringService.get_global_summary(query_data.time_range, viewer=current_viewer())


@monitoring.get("/apis")
@session_required
@monitoring.input(APIsQuery, location="query")
@monitoring.output(list[APISummaryOut])  # type: ignore[arg-type]  # APIFlask 3 takes lists
@pages
@refuses(400)
def list_apis(query_data: APIsQuery) -> tuple[list[APISummaryOut], int, dict[str, str]]:
    """Give the APIs with their numbers, newest first."""
    found = MonitoringService.get_all_apis_summary(
        viewer=current_viewer(),
        time_range=query_data.time_range,
        wanted=APIFilter(query_data.search, query_data.status),
        part=PageRequest(query_data.limit, query_data.cursor),
    )
    return list(found.rows), 200, next_link(found.next_cursor)


@monitoring.get("/apis/<int:api_id>/stats")
@session_required
@monitoring.input(RangeQuery, location="query")
@monitoring.output(APIStatsOut)
@refuses(400, 404)
def read_stats(api_id: int, query_data: RangeQuery) -> APIStatsOut:
    """Give one API's usage, performance, resources and series."""
    return MonitoringService.get_api_stats(api_id, query_data.time_range, viewer=current_viewer())


@monitoring.get("/apis/<int:api_id>/requests")
@session_required
@monitoring.input(RequestsQuery, location="query")
@monitoring.output(list[APIRequestOut])  # type: ignore[arg-type]  # APIFlask 3 takes lists
@pages
@refuses(400, 404)
def read_requests(api_id: int, query_data: RequestsQuery) -> tuple[list[APIRequestOut], int, dict[str, str]]:
    """Give one API's calls, newest first."""
    wanted = CallFilter(query_data.status, query_data.request_id)
    part = PageRequest(query_data.limit, query_data.cursor)
    found = list_requests(api_id, wanted, part, viewer=current_viewer())
    return list(found.rows), 200, next_link(found.next_cursor)


@monitoring.get("/apis/<int:api_id>/metrics")
@session_required
@monitoring.input(RangeQuery, location="query")
@monitoring.output(list[HourOut])  # type: ignore[arg-type]  # APIFlask 3 takes lists
@refuses(400, 404)
def read_metrics(api_id: int, query_data: RangeQuery) -> list[HourOut]:
    """Give one API's hours, oldest first; hours without calls are left out."""
    return MonitoringService.get_metrics(api_id, query_data.time_range, viewer=current_viewer())


@monitoring.get("/cache")
@session_required
@monitoring.output(CacheOut)
def read_cache() -> CacheOut:
    """Give the model cache of all workers of this machine."""
    return cache_view(current_runtime().workers_folder, viewer=current_viewer())
