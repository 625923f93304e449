"""Makes traffic of any size: exported APIs, and calls that went through the journal and the ordinary fold.

    .venv/bin/python -m scripts.make_traffic --home /tmp/big [--database URL] [--apis 10000] [--calls 1000000]

Writes journal segments as a worker does and folds them as the background process does, so that what stands in the
database is what such traffic would have left there. A few APIs are hot and most are cold (Zipf); in the last day each
API is called at least once in each hour. Prints how fast the journal was written and folded. Serves nothing.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import numpy as np
from flask_migrate import upgrade
from sqlalchemy.orm import Session, sessionmaker

from backend.app import create_app
from backend.config import ROOT, Settings, prepare_home
from backend.core.ids import request_id_at
from backend.core.moments import microseconds_of
from backend.engine.metering.journal import JournalWriter
from backend.engine.metering.reader import JournalReader
from backend.engine.metering.records import CallRecord, encode
from backend.jobs.background import build_sessions
from backend.services.journal_service import FoldPorts, fold_once
from backend.services.retention_service import MINUTES_KEPT
from scripts.traffic_apis import Served, export_apis

SLICE_CALLS = 500_000
BATCH_LINES = 250_000
"""A backlog is folded in larger batches than a trickle: what calls add up to is merged once a batch."""
SKEW = 1.0
PORTS = FoldPorts(minutes_kept=MINUTES_KEPT)
HOUR_US = 3_600_000_000
DAY_HOURS = 24
STATUSES = (200, 400, 401, 429, 500, 503)
SHARES = (0.965, 0.015, 0.004, 0.012, 0.003, 0.001)
REQUEST = '{"sepal_length":5.1,"sepal_width":3.5,"petal_length":1.4,"petal_width":0.2}'
ANSWER = '{"prediction":"setosa","probabilities":{"setosa":0.98,"versicolor":0.02,"virginica":0.0}}'
ERROR = "Missing required field: petal_width"


@dataclass(frozen=True, slots=True)
class Traffic:
    """What is to be made."""

    calls: int
    days: int
    ends: datetime
    seed: int


def moments(traffic: Traffic, apis: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Give slices of calls in order of time: microseconds since 1970, and the place of the API of each."""
    rng = np.random.default_rng(traffic.seed)
    steady = min(apis * DAY_HOURS, traffic.calls)
    weights = 1 / np.arange(1, apis + 1) ** SKEW
    chances = np.cumsum(weights / weights.sum())
    ends = microseconds_of(traffic.ends)
    begins = ends - traffic.days * DAY_HOURS * HOUR_US
    free = traffic.calls - steady
    slices = max(1, -(-free // SLICE_CALLS))
    edges = np.linspace(begins, ends, slices + 1).astype(np.int64)
    hours = np.arange(ends - DAY_HOURS * HOUR_US, ends, HOUR_US)
    for place in range(slices):
        number = free // slices + (place < free % slices)
        at = rng.integers(edges[place], edges[place + 1], number)
        api = np.minimum(np.searchsorted(chances, rng.random(number)), apis - 1)
        due = hours[(hours >= edges[place]) & (hours < edges[place + 1])] if steady == apis * DAY_HOURS else hours[:0]
        at = np.concatenate([at, (due[:, None] + rng.integers(0, HOUR_US, (len(due), apis))).ravel()])
        api = np.concatenate([api, np.tile(np.arange(apis), len(due))])
        order = np.argsort(at, kind="stable")
        yield at[order], api[order]


def records(
    at: np.ndarray, api: np.ndarray, served: list[Served], positions: dict[str, Iterator[int]], rng: np.random.Generator
) -> Iterator[CallRecord]:
    """Give the records of a slice."""
    number = len(at)
    statuses = rng.choice(STATUSES, number, p=SHARES).tolist()
    scale = 0.002 * (1 + api % 7)
    seconds = np.round(rng.lognormal(0, 0.5, number) * scale, 6).tolist()
    cpu = np.round(rng.uniform(60, 100, number), 1).tolist()
    for moment, place, status, time_taken, share in zip(at.tolist(), api.tolist(), statuses, seconds, cpu, strict=True):
        one = served[place]
        good = status == 200
        yield CallRecord(
            request_id=request_id_at(moment // 1_000),
            occurred_at_us=moment,
            api_id=one.api_id,
            key_id=one.key_id,
            model_id=one.model_id,
            status_code=status,
            response_time=time_taken,
            cpu_usage=share,
            memory_usage=212.5,
            rows=1 if good else 0,
            request_bytes=len(REQUEST),
            response_bytes=len(ANSWER),
            remote_address="203.0.113.7",
            request_data=REQUEST,
            response_data=ANSWER if good else None,
            error_message=None if good else ERROR,
            account_id=one.account_id,
            endpoint=one.endpoint,
            credits=1 if good else 0,
            hold=1,
            hold_end=next(positions[one.account_id]),
        )


def prepare(
    home: Path, database: str, apis: int, accounts: int
) -> tuple[Settings, sessionmaker[Session], list[Served]]:
    """Migrate the database and export the APIs; the sessions are those of the fold."""
    settings = Settings(
        modelport_home=home, models_store=home / "models", database_url=database, demo=False, web_root=ROOT / "none"
    )
    prepare_home(settings)
    with create_app(settings).app_context():
        upgrade(directory=str(ROOT / "migrations"))
    served = export_apis(build_sessions(settings.database_uri), apis, accounts)
    return settings, build_sessions(settings.database_uri, checks_parents=False), served


def main() -> None:
    """Make the traffic and print the rates."""
    given = _arguments()
    settings, sessions, served = prepare(given.home, given.database, given.apis, given.accounts)
    traffic = Traffic(given.calls, given.days, given.until, given.seed)
    positions: dict[str, Iterator[int]] = {account: count(1) for account in {one.account_id for one in served}}
    rng = np.random.default_rng(traffic.seed + 1)
    reader = JournalReader(settings.journal_folder)
    written = folded = 0
    write_seconds = fold_seconds = fold_cpu = 0.0
    for at, api in moments(traffic, len(served)):
        begun = time.perf_counter()
        writer = JournalWriter(settings.journal_folder)
        for record in records(at, api, served, positions, rng):
            writer.append(encode(record))
        writer.close()
        write_seconds += time.perf_counter() - begun
        written += len(at)
        begun, cpu = time.perf_counter(), time.process_time()
        has_more = True
        while has_more:
            result = fold_once(sessions, reader, given.batch, ports=PORTS)
            folded, has_more = folded + result.folded, result.has_more
        fold_seconds += time.perf_counter() - begun
        fold_cpu += time.process_time() - cpu
        print(
            f"{written:>12,} written at {written / write_seconds:,.0f}/s, {folded:,} folded at"
            f" {folded / fold_seconds:,.0f}/s, {1e6 * fold_cpu / max(folded, 1):.1f} us of this process's CPU each",
            flush=True,
        )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, required=True, help="MODELPORT_HOME of the installation to fill")
    parser.add_argument("--database", default="", help="URL; SQLite in the home when not given")
    parser.add_argument("--apis", type=int, default=10_000)
    parser.add_argument("--accounts", type=int, default=100, help="who own the APIs")
    parser.add_argument("--calls", type=int, default=1_000_000)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--batch", type=int, default=BATCH_LINES, help="calls a transaction of the fold")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--until",
        type=lambda text: datetime.fromisoformat(text).replace(tzinfo=UTC),
        help="the end; now if not given",
        default=datetime.now(UTC) - timedelta(seconds=1),
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
