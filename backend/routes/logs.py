"""The log of calls: /api/dev/logs, one call with its bodies, the log as a file; and what it must not keep."""

from __future__ import annotations

from apiflask import APIBlueprint
from flask import Response

from backend.middleware.access import access
from backend.middleware.openapi import answers_file, pages, refuses
from backend.middleware.pagination import next_link
from backend.middleware.session_auth import current_viewer
from backend.schemas.log import (
    LogDetailOut,
    LogExportQuery,
    LogFilterQuery,
    LogOut,
    LogSettingsIn,
    LogSettingsOut,
    LogsQuery,
)
from backend.services import log_settings_service, usage_log_service
from backend.services.log_export import export_calls
from backend.services.paging import PageRequest
from backend.services.runtime import current_runtime
from backend.services.usage_log_service import LogFilter

logs = APIBlueprint("logs", __name__, tag="Logs")

MEDIA_TYPES = {"csv": "text/csv; charset=utf-8; header=present", "json": "application/json"}


@logs.get("/logs")
@access("portal:read")
@logs.input(LogsQuery, location="query")
@logs.output(list[LogOut])  # type: ignore[arg-type]  # APIFlask 3 takes lists
@pages
@refuses(400, 422)
def list_logs(query_data: LogsQuery) -> tuple[list[LogOut], int, dict[str, str]]:
    """Give the account's calls, newest first; with `after`, what was recorded since."""
    wanted, viewer = _filter(query_data), current_viewer()
    if query_data.after:
        found = usage_log_service.follow_calls(wanted, query_data.after, query_data.limit, viewer=viewer)
        return found, 200, {}
    part = PageRequest(query_data.limit, query_data.cursor)
    page = usage_log_service.list_calls(wanted, part, viewer=viewer)
    return list(page.rows), 200, next_link(page.next_cursor)


@logs.get("/logs/export")
@access("portal:read")
@logs.input(LogExportQuery, location="query")
@answers_file("The calls, newest first: CSV after RFC 4180 or one JSON array", *MEDIA_TYPES.values())
@refuses(400, 422)
def export_logs(query_data: LogExportQuery) -> Response:
    """Give the account's calls as a file."""
    runtime = current_runtime()
    now = runtime.clock.now()
    content = export_calls(runtime.sessions, _filter(query_data), query_data.format, now, viewer=current_viewer())
    answer = Response(content, content_type=MEDIA_TYPES[query_data.format])
    answer.headers["Content-Disposition"] = f'attachment; filename="calls-{now:%Y%m%d-%H%M%S}.{query_data.format}"'
    return answer


@logs.get("/logs/<request_id>")
@access("portal:read")
@logs.output(LogDetailOut)
@refuses(404)
def read_log(request_id: str) -> LogDetailOut:
    """Give one call with its bodies."""
    return usage_log_service.read_call(request_id, viewer=current_viewer())


@logs.get("/settings")
@access("portal:read")
@logs.output(LogSettingsOut)
def read_settings() -> LogSettingsOut:
    """Give what the log does not keep."""
    return LogSettingsOut(redacted_fields=log_settings_service.redacted_fields(current_viewer()))


@logs.put("/settings")
@access("portal:write")
@logs.input(LogSettingsIn)
@logs.output(LogSettingsOut)
@refuses(400, 413, 415, 422)
def change_settings(json_data: LogSettingsIn) -> LogSettingsOut:
    """Set what the log must not keep, for calls from now on."""
    after = log_settings_service.set_redacted_fields(json_data.redacted_fields, viewer=current_viewer())
    return LogSettingsOut(redacted_fields=after)


def _filter(query: LogFilterQuery) -> LogFilter:
    return LogFilter(
        key_id=query.key_id,
        app_id=query.app_id,
        endpoint=query.endpoint,
        status=query.status,
        begins=query.begins,
        ends=query.ends,
        request_id=query.request_id,
        environment=query.environment,
        source=query.source,
    )
