"""Times what reads and tends a database of calls: monitoring, logs, the hourly recount, the purge of a day.

    .venv/bin/python -m scripts.bench_data --home /tmp/big [--database URL] [--rounds 15] [--purge]

Takes an installation that `scripts.make_traffic` filled and prints a table of medians and worst times in milliseconds.
The recount is of the last closed hour; the earlier ones are marked as done first, as the hourly job would have left
them. The purge deletes the oldest whole day, which is why it is run only when asked for.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session, sessionmaker

from backend.app import create_app
from backend.config import ROOT, Settings
from backend.jobs.background import build_sessions
from backend.models import APIMetric, CallAccount, ExportedAPI, db
from backend.services.access import Viewer
from backend.services.bucket_rows import day_of
from backend.services.call_search import Search, newest_calls
from backend.services.log_cursor import cursor_of
from backend.services.monitoring_service import MonitoringService
from backend.services.paging import PageRequest
from backend.services.request_log_service import CallFilter, list_requests
from backend.services.retention_service import purge
from backend.services.rollup_service import recount
from backend.services.spans import DAY, HOUR
from backend.services.usage_log_service import LogFilter, list_calls

PAGE = 50
PAGES = 1_000
RETENTION_DAYS = 30


def reads(hot: ExportedAPI, cold: ExportedAPI) -> dict[str, Callable[[], object]]:
    """Give what a person opens, by name; the hot API's owner looks at theirs, the cold one's at the cold one."""
    owner, other = Viewer(hot.account_id), Viewer(cold.account_id)
    listed, stats = MonitoringService.get_all_apis_summary, MonitoringService.get_api_stats
    part = PageRequest(PAGE)
    number = db.session.scalars(select(CallAccount.id).where(CallAccount.account_id == hot.account_id)).one()
    deep, log = _cursor(Search(api_id=hot.id)), _cursor(Search(account_number=number))
    return {
        **{
            f"list of {PAGE} APIs, {span}": partial(listed, viewer=owner, time_range=span, part=part)
            for span in ("24h", "7d", "30d")
        },
        **{f"statistics, hot API, {span}": partial(stats, hot.id, span, viewer=owner) for span in ("24h", "30d")},
        **{f"statistics, cold API, {span}": partial(stats, cold.id, span, viewer=other) for span in ("24h", "30d")},
        "summary of the account's APIs, 24h": partial(MonitoringService.get_global_summary, "24h", viewer=owner),
        "API's log, page 1": partial(list_requests, hot.id, CallFilter(), part, viewer=owner),
        f"API's log, page {PAGES}": partial(list_requests, hot.id, CallFilter(), PageRequest(PAGE, deep), viewer=owner),
        "account's log, page 1": partial(list_calls, LogFilter(), part, viewer=owner),
        f"account's log, page {PAGES}": partial(list_calls, LogFilter(), PageRequest(PAGE, log), viewer=owner),
    }


def time_reads(app: Flask, rounds: int) -> None:
    """Print a line for each read, the rounds interleaved."""
    with app.app_context():
        ordered = select(ExportedAPI).order_by(ExportedAPI.total_requests.desc())
        hot = db.session.scalars(ordered.limit(1)).one()
        cold = db.session.scalars(select(ExportedAPI).order_by(ExportedAPI.total_requests).limit(1)).one()
        named = reads(hot, cold)
        print(f"{_count(hot)} calls of the hot API, {cold.total_requests:,} of the cold one\n")
        db.session.expunge_all()
    times: dict[str, list[float]] = {name: [] for name in named}
    for _ in range(rounds):
        for name, read in named.items():
            # A context each, as a request has: nothing is remembered from the one before.
            with app.app_context():
                begun = time.perf_counter()
                read()
                times[name].append(1e3 * (time.perf_counter() - begun))
    print("| | median, ms | best | worst |\n|---|---|---|---|")
    for name, found in times.items():
        print(f"| {name} | {statistics.median(found):.1f} | {min(found):.1f} | {max(found):.1f} |")


def time_recount(sessions: sessionmaker[Session]) -> None:
    """Recount the last closed hour."""
    with sessions.begin() as session:
        closed = session.scalars(select(func.max(APIMetric.hour_timestamp))).one()
        assert closed is not None  # noqa: S101 - the database was filled
        session.execute(
            text("UPDATE api_metrics SET is_recounted = true WHERE hour_timestamp < :last"),
            {"last": (closed - HOUR).replace(tzinfo=None)},
        )
    begun, cpu = time.perf_counter(), time.process_time()
    found = recount(sessions, since=closed - 2 * HOUR, closed=closed)
    print(f"| hourly recount: {found.spans:,} APIs, {len(found.drifts)} drifts | {_took(begun, cpu)} | | |")


def time_purge(sessions: sessionmaker[Session]) -> None:
    """Purge the oldest whole day and what is before it."""
    kept = select(func.min(APIMetric.hour_timestamp)).where(text("NOT is_purged"))
    with sessions() as session:
        oldest = session.scalars(kept).one()
    assert oldest is not None  # noqa: S101 - the database was filled
    steps: list[float] = []
    now = day_of(oldest) + 2 * DAY + timedelta(days=RETENTION_DAYS)
    begun, cpu = time.perf_counter(), time.process_time()
    gone = purge(sessions, now, RETENTION_DAYS, pause=lambda: steps.append(time.perf_counter()))
    took = _took(begun, cpu)
    longest = max((1e3 * (b - a) for a, b in zip([begun, *steps], steps, strict=False)), default=0.0)
    print(f"| purge of a day: {gone.calls:,} calls | {took} | | {longest:.0f} for the longest step |")


def _cursor(search: Search) -> str:
    """Give where the thousandth page begins."""
    before = PAGE * (PAGES - 1)
    rows = newest_calls(db.session(), search, None, before)
    if len(rows) < before:
        raise SystemExit(f"the database holds fewer than {PAGES} pages of such calls")
    return cursor_of(rows[before - 1].occurred_at_us, rows[before - 1].id)


def _count(api: ExportedAPI) -> str:
    total = db.session.scalar(select(func.sum(ExportedAPI.total_requests)))
    apis = db.session.scalar(select(func.count(ExportedAPI.id)))
    return f"{total:,} calls of {apis:,} APIs, {api.total_requests:,}"


def _took(begun: float, cpu: float) -> str:
    return f"{1e3 * (time.perf_counter() - begun):,.0f} ({1e3 * (time.process_time() - cpu):,.0f} of own CPU)"


def main() -> None:
    """Time everything."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--database", default="")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--recount", action="store_true")
    parser.add_argument("--purge", action="store_true", help="delete the oldest day too")
    given = parser.parse_args()
    settings = Settings(
        modelport_home=given.home,
        models_store=given.home / "models",
        database_url=given.database,
        demo=False,
        web_root=ROOT / "none",
    )
    app = create_app(settings)
    print(f"{datetime.now(UTC):%Y-%m-%d}, {app.config['SQLALCHEMY_DATABASE_URI'].split(':')[0]}")
    time_reads(app, given.rounds)
    sessions = build_sessions(settings.database_uri)
    if given.recount:
        time_recount(sessions)
    if given.purge:
        time_purge(sessions)


if __name__ == "__main__":
    main()
