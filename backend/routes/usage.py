"""Usage: /api/dev/usage, /api/dev/overview, an app's usage and a key's numbers. At most a second old."""

from __future__ import annotations

from apiflask import APIBlueprint

from backend.middleware.access import access
from backend.middleware.openapi import refuses
from backend.middleware.session_auth import current_viewer
from backend.schemas.usage import (
    AppUsageQuery,
    DayOut,
    DaysQuery,
    EnvironmentQuery,
    KeyStatsOut,
    OverviewOut,
    UsageOut,
    UsageQuery,
)
from backend.services import usage_service
from backend.services.runtime import current_runtime
from backend.services.usage_queries import UsageFilter, span_of

usage = APIBlueprint("usage", __name__, tag="Usage")


@usage.get("/usage")
@access("portal:read")
@usage.input(UsageQuery, location="query")
@usage.output(UsageOut)
@refuses(400, 404, 422)
def read_usage(query_data: UsageQuery) -> UsageOut:
    """Give what was called, by day, path and key."""
    today = current_runtime().clock.now().date()
    span = span_of(today, query_data.days, query_data.begins, query_data.ends)
    wanted = UsageFilter(query_data.environment, query_data.key_id, query_data.app_id, query_data.endpoint)
    return usage_service.read_usage(span, wanted, viewer=current_viewer())


@usage.get("/overview")
@access("portal:read")
@usage.input(EnvironmentQuery, location="query")
@usage.output(OverviewOut)
@refuses(400, 422)
def read_overview(query_data: EnvironmentQuery) -> OverviewOut:
    """Give the account at a glance."""
    return usage_service.read_overview(query_data.environment, viewer=current_viewer())


@usage.get("/apps/<app_id>/usage")
@access("portal:read")
@usage.input(AppUsageQuery, location="query")
@usage.output(list[DayOut])  # type: ignore[arg-type]  # APIFlask 3 takes lists
@refuses(400, 404, 422)
def read_app_usage(app_id: str, query_data: AppUsageQuery) -> list[DayOut]:
    """Give the days of an app's calls, oldest first."""
    wanted = UsageFilter(query_data.environment, app_id=app_id)
    return usage_service.read_app_usage(wanted, query_data.days, viewer=current_viewer())


@usage.get("/api-keys/<key_id>/stats")
@access("portal:read")
@usage.input(DaysQuery, location="query")
@usage.output(KeyStatsOut)
@refuses(400, 404, 422)
def read_key_stats(key_id: str, query_data: DaysQuery) -> KeyStatsOut:
    """Give how a key is used, and what is left of its limits."""
    return usage_service.read_key_stats(key_id, query_data.days, viewer=current_viewer())
