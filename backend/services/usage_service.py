"""Usage: how much the viewer's keys, apps and endpoints were called, how fast they answered and what that cost.

Called by the usage routes. Reads daily rollups, never single calls, so that the cost follows the days shown and not the
traffic.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, Row, func, select

from backend.core.logging import get_logger
from backend.engine.keys import Environment
from backend.engine.limits.binding import bind
from backend.engine.limits.errors import StateError
from backend.engine.metering.day_use import DayUse
from backend.models import AppKey, DevApp, ExportedAPI, db
from backend.schemas.usage import (
    ChargedDayOut,
    CreditsGlanceOut,
    DayOut,
    EndpointUseOut,
    FirstStepsOut,
    KeyStatsOut,
    KeyUseOut,
    OverviewOut,
    TodayOut,
    TotalsOut,
    UsageOut,
    WindowOut,
)
from backend.services import credit_service
from backend.services.access import Viewer
from backend.services.app_service import readable_app
from backend.services.grants import plan_rule, rules_of_key
from backend.services.key_rights import ReachedKey, reached_key
from backend.services.key_service import works_at
from backend.services.runtime import current_runtime
from backend.services.usage_queries import (
    DaySpan,
    UsageFilter,
    has_calls,
    rows_of,
    span_of,
    total_of,
    uses_by,
)

OVERVIEW_DAYS = 30
TOP_ENDPOINTS = 5
log = get_logger(__name__)


def read_usage(span: DaySpan, wanted: UsageFilter, *, viewer: Viewer) -> UsageOut:
    """Give what was called, by day, path and key.

    Raises:
        NotFound: an app or key that is not the viewer's to see.
    """
    rows = rows_of(span, wanted, viewer=viewer)
    days = uses_by(rows, lambda row: row.day)
    return UsageOut(
        begins=span.begins,
        ends=span.ends,
        totals=_totals(total_of(days.values())),
        days=_days(span, days),
        endpoints=_endpoints(rows),
        keys=_keys(rows),
    )


def read_app_usage(wanted: UsageFilter, days: int, *, viewer: Viewer) -> list[DayOut]:
    """Give an app's days, oldest first, to its owner and to the members of its project.

    Raises:
        NotFound: no such app, or not the viewer's to see.
    """
    readable_app(wanted.app_id, viewer)
    span = _span(days)
    uses = uses_by(rows_of(span, wanted, viewer=viewer), lambda row: row.day)
    return [_day(day, uses.get(day) or DayUse()) for day in span.days()]


def read_key_stats(key_id: str, days: int, *, viewer: Viewer) -> KeyStatsOut:
    """Give how a key is used, and what is left of its limits.

    Raises:
        NotFound: no such key, or not the viewer's to see.
    """
    reached = reached_key(key_id, viewer)
    span = _span(days)
    uses = uses_by(rows_of(span, UsageFilter(key_id=key_id), viewer=viewer), lambda row: row.day)
    today, quota = uses.get(span.ends, DayUse()).calls, reached.row.quota.daily_quota
    return KeyStatsOut(
        key_id=key_id,
        name=reached.row.name,
        days=days,
        totals=_totals(total_of(uses.values())),
        series=_days(span, uses),
        today=TodayOut(calls=today, daily_quota=quota, share=today / quota if quota else None),
        window=_window(reached),
        last_used_at=reached.row.last_used_at,
    )


def read_overview(environment: str, *, viewer: Viewer) -> OverviewOut:
    """Give the account at a glance: the last thirty days, credits, and which first steps are done."""
    span = _span(OVERVIEW_DAYS)
    rows = rows_of(span, UsageFilter(environment=environment), viewer=viewer)
    days = uses_by(rows, lambda row: row.day)
    total = total_of(days.values())
    now = credit_service.credits_of(viewer)
    return OverviewOut(
        calls_today=days.get(span.ends, DayUse()).calls,
        calls_30d=total.calls,
        error_rate_30d=total.error_rate,
        p95_latency_ms_30d=total.latency_ms_at(0.95),
        active_keys=_active_keys(environment, viewer),
        credits=CreditsGlanceOut(
            current_credits=now.current_credits,
            month_consumed=now.month_consumed,
            progress=now.progress,
            alert=now.is_alert,
            plan=now.plan.name,
        ),
        days=_days(span, days),
        endpoints=_endpoints(rows)[:TOP_ENDPOINTS],
        first_steps=_first_steps(viewer),
    )


def _span(days: int) -> DaySpan:
    return span_of(current_runtime().clock.now().date(), days)


def _totals(use: DayUse) -> TotalsOut:
    return TotalsOut(
        calls=use.calls,
        errors=use.errors,
        error_rate=use.error_rate,
        limited=use.limited,
        avg_latency_ms=use.latency_ms_avg,
        p95_latency_ms=use.latency_ms_at(0.95),
        p99_latency_ms=use.latency_ms_at(0.99),
        bytes_in=use.bytes_in,
        bytes_out=use.bytes_out,
        rows=use.rows,
        credits=use.credits,
    )


def _days(span: DaySpan, uses: Mapping[date, DayUse]) -> list[ChargedDayOut]:
    found = [(day, uses.get(day) or DayUse()) for day in span.days()]
    return [ChargedDayOut(**_day(day, use).model_dump(), credits=use.credits) for day, use in found]


def _day(day: date, use: DayUse) -> DayOut:
    return DayOut(
        day=day,
        calls=use.calls,
        errors=use.errors,
        avg_latency_ms=use.latency_ms_avg,
        p95_latency_ms=use.latency_ms_at(0.95),
        p99_latency_ms=use.latency_ms_at(0.99),
        bytes=use.bytes_in + use.bytes_out,
    )


def _endpoints(rows: Sequence[Row[Any]]) -> list[EndpointUseOut]:
    """Give the paths that were called, the most called first."""
    uses = uses_by(rows, lambda row: (row.endpoint, row.kind))
    paths = sorted({endpoint for endpoint, _kind in uses})
    named = select(ExportedAPI.api_endpoint, ExportedAPI.name).where(ExportedAPI.api_endpoint.in_(paths))
    names = {row[0]: row[1] for row in db.session.execute(named)}
    return [
        EndpointUseOut(
            endpoint=endpoint,
            kind=kind,
            name=names.get(endpoint),
            calls=use.calls,
            errors=use.errors,
            avg_latency_ms=use.latency_ms_avg,
            p95_latency_ms=use.latency_ms_at(0.95),
            credits=use.credits,
        )
        for (endpoint, kind), use in _most_called(uses.items())
    ]


def _keys(rows: Sequence[Row[Any]]) -> list[KeyUseOut]:
    """Give the keys that called, the busiest first."""
    uses = uses_by(rows, lambda row: (row.key_id, row.environment))
    named = select(AppKey.key_id, AppKey.name).where(AppKey.key_id.in_({key_id for key_id, _environment in uses}))
    names = {row[0]: row[1] for row in db.session.execute(named)}
    return [
        KeyUseOut(
            key_id=key_id or None,
            name=names.get(key_id),
            environment=environment,
            calls=use.calls,
            errors=use.errors,
            credits=use.credits,
        )
        for (key_id, environment), use in _most_called(uses.items())
    ]


def _most_called(uses: Iterable[tuple[tuple[str, str], DayUse]]) -> list[tuple[tuple[str, str], DayUse]]:
    return sorted(uses, key=lambda item: (-item[1].calls, item[0]))


def _window(reached: ReachedKey) -> WindowOut | None:
    """Give what is left of the limit that would refuse the key's next call."""
    row = reached.row
    plan = plan_rule(row.account_id, reached.account.plan, cast("Environment", row.environment))
    rules = rules_of_key(row, plan)
    try:
        decision = bind([current_runtime().limiter.peek(rule) for rule in rules])
    except (OSError, StateError):
        log.exception("limiter_down", alert=True)
        return None
    return WindowOut(
        policy=decision.policy.name,
        limit=decision.limit,
        remaining=max(0, decision.remaining),
        reset_at=datetime.fromtimestamp(decision.reset_at, UTC),
    )


def _active_keys(environment: str, viewer: Viewer) -> int:
    statement = select(func.count(AppKey.key_id)).where(
        AppKey.account_id == viewer.account_id,
        works_at(current_runtime().clock.now()),
        *(AppKey.environment == one for one in (environment, viewer.environment) if one),
    )
    return db.session.scalar(statement) or 0


def _first_steps(viewer: Viewer) -> FirstStepsOut:
    def has(column: Any, *more: ColumnElement[bool]) -> bool:  # noqa: ANN401 - the owner's column of a table
        return db.session.scalar(select(column).where(column == viewer.account_id, *more).limit(1)) is not None

    return FirstStepsOut(
        has_api=has(ExportedAPI.account_id),
        has_app=has(DevApp.account_id),
        # An export brings a key of its own, which is no step of the newcomer's.
        has_key=has(AppKey.account_id, AppKey.api_id.is_(None)),
        has_call=has_calls(viewer),
    )
