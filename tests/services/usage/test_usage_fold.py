"""Each answered call is one usage event and counts once in its day, whatever becomes of its API. On both databases."""

from __future__ import annotations

import sqlite3
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import orjson
import psycopg
import pytest
from sqlalchemy import delete, func, make_url, select
from sqlalchemy.orm import Session, sessionmaker

from backend.engine.metering.day_use import MS
from backend.engine.metering.journal import JournalWriter
from backend.engine.metering.reader import JournalReader
from backend.engine.metering.records import FIRST_FIELDS, FIRST_VERSION, CallRecord, encode
from backend.engine.metering.sketch import QuantileSketch
from backend.models import APIRequest, APIUsageEvent, APIUsageRollupDay, ExportedAPI
from backend.services.journal_service import FoldPorts, fold_all, fold_once
from tests.metering import NOON, append, export_apis, record

Sessions = sessionmaker[Session]


def events(sessions: Sessions) -> list[APIUsageEvent]:
    """Give all usage events, oldest first."""
    with sessions() as session:
        return list(session.scalars(select(APIUsageEvent).order_by(APIUsageEvent.id)))


def days(sessions: Sessions) -> list[APIUsageRollupDay]:
    """Give all rollups by day and endpoint."""
    with sessions() as session:
        columns = APIUsageRollupDay.day, APIUsageRollupDay.endpoint
        return list(session.scalars(select(APIUsageRollupDay).order_by(*columns)))


def of_first_release(call: CallRecord) -> bytes:
    """Write a record as the first release did."""
    return orjson.dumps([FIRST_VERSION, *orjson.loads(encode(call))[1:FIRST_FIELDS]]) + b"\n"


def columns_of(event: APIUsageEvent) -> dict[str, object]:
    """Give an event's columns but its number."""
    return {name: getattr(event, name) for name in APIUsageEvent.__table__.columns.keys() if name != "id"}  # noqa: SIM118


def test_every_column_says_what_the_record_said(
    sessions: Sessions, folder: Path, reader: JournalReader, account_id: str
) -> None:
    """Whoever reads an event reads the call: place, time in milliseconds, bytes, rows, cost, refusal."""
    (api_id,) = export_apis(sessions, account_id=account_id)
    moment = NOON + timedelta(microseconds=7)
    call = record(
        api_id,
        moment,
        account_id=account_id,
        app_id="app-1",
        environment="test",
        source="playground",
        endpoint="/api/predict/1",
        status_code=429,
        error_message="Too many",
        credits=2,
        hold=3,
        hold_end=3,
        is_overage=True,
        response_time=0.0125,
        rows=2,
    )
    append(folder, call)
    fold_once(sessions, reader, ports=FoldPorts(country_of={"127.0.0.1": "DZ"}.get))
    (event,) = events(sessions)
    assert columns_of(event) == {
        "request_id": call.request_id,
        "occurred_at": moment,
        "account_id": account_id,
        "key_id": call.key_id,
        "app_id": "app-1",
        "api_id": api_id,
        "environment": "test",
        "source": "playground",
        "kind": "ml.predict",
        "method": "POST",
        "endpoint": "/api/predict/1",
        "status": 429,
        "latency": pytest.approx(12.5),
        "bytes": 70,
        "bytes_in": 30,
        "bytes_out": 40,
        "rows": 2,
        "credits": 2,
        "is_overage": True,
        "ip": "127.0.0.1",
        "country": "DZ",
        "error_message": "Too many",
    }


def test_days_add_up_over_many_folds(sessions: Sessions, folder: Path, reader: JournalReader, account_id: str) -> None:
    """Counts, sums and percentiles of a day are those of its calls, however they were folded."""
    (api_id,) = export_apis(sessions, account_id=account_id)
    statuses = [200, 404, 429, 503]
    calls = [
        record(
            api_id,
            NOON + timedelta(hours=number),
            account_id=account_id,
            endpoint="/x",
            response_time=0.001 * (number + 1),
            status_code=statuses[number % 4],
            rows=3,
        )
        for number in range(24)
    ]
    for call in calls:
        append(folder, call)
        fold_once(sessions, reader)
    first, second = days(sessions)
    assert (first.day, second.day) == (date(2026, 3, 14), date(2026, 3, 15))
    for row, part in ((first, calls[:12]), (second, calls[12:])):
        assert (row.calls, row.errors, row.server_errors, row.limited) == (12, 9, 3, 3)
        assert (row.bytes_in, row.bytes_out, row.rows) == (360, 480, 36)
        assert row.latency_ms_sum == pytest.approx(sum(call.response_time for call in part) * MS)
        assert row.latency_ms_p99 == pytest.approx(max(call.response_time for call in part) * MS, rel=0.01)
        assert QuantileSketch.from_bytes(row.sketch or b"").count == 12


def test_a_day_is_kept_apart_by_key_environment_and_endpoint(
    sessions: Sessions, folder: Path, reader: JournalReader, account_id: str
) -> None:
    """Test calls never count as live ones, nor one key's as another's; calls without a key have a row too."""
    (api_id,) = export_apis(sessions, account_id=account_id)
    variants: list[dict[str, Any]] = [
        {},
        {"environment": "test"},
        {"key_id": "ak_live_other"},
        {"key_id": None, "source": "playground"},
        {"endpoint": "/y"},
    ]
    append(folder, *(record(api_id, **{"account_id": account_id, "endpoint": "/x", **more}) for more in variants))
    append(folder, *(record(api_id, **{"account_id": account_id, "endpoint": "/x", **more}) for more in variants))
    fold_all(sessions, reader)
    assert [row.calls for row in days(sessions)] == [2] * 5
    assert {row.key_id for row in days(sessions)} == {f"ak_live_{api_id}", "ak_live_other", ""}


def test_calls_of_a_deleted_api_are_still_charged_and_seen(
    sessions: Sessions, folder: Path, reader: JournalReader, account_id: str
) -> None:
    """Deleting an API forgets neither that it was called nor what that cost; its raw rows are gone."""
    (api_id,) = export_apis(sessions, account_id=account_id)
    append(folder, record(api_id, account_id=account_id), record(api_id, account_id=account_id))
    with sessions.begin() as session:
        session.execute(delete(ExportedAPI).where(ExportedAPI.id == api_id))
    assert (fold_once(sessions, reader).folded, len(events(sessions))) == (2, 2)
    with sessions() as session:
        assert session.scalar(select(func.count(APIRequest.id))) == 0


def test_a_journal_that_comes_twice_counts_once(
    sessions: Sessions, folder: Path, reader: JournalReader, account_id: str
) -> None:
    """A copied journal charges nobody again, even when the API it called is gone."""
    (api_id,) = export_apis(sessions, account_id=account_id)
    calls = [record(api_id, account_id=account_id), record(2_000_000, account_id=account_id)]
    append(folder, *calls)
    fold_all(sessions, reader)
    append(folder, *calls)
    result = fold_once(sessions, reader)
    assert (result.folded, result.dropped) == (0, 2)
    assert (len(events(sessions)), sum(row.calls for row in days(sessions))) == (2, 2)


def test_a_journal_of_the_first_release_is_charged_to_the_owner(
    sessions: Sessions, folder: Path, reader: JournalReader, account_id: str
) -> None:
    """Calls answered before an upgrade are usage of the API's owner, and counted once."""
    (api_id,) = export_apis(sessions, account_id=account_id)
    for _ in range(2):
        writer = JournalWriter(folder)
        call = record(api_id, request_id="req_of_first_release")
        writer.append(of_first_release(call))
        writer.close()
        fold_all(sessions, reader)
    (event,) = events(sessions)
    assert (event.account_id, event.endpoint, event.environment) == (account_id, f"/api/predict/{api_id}", "live")


def test_a_call_that_nobody_can_be_charged_with_is_no_usage(
    sessions: Sessions, folder: Path, reader: JournalReader
) -> None:
    """A call of the first release whose API and key are gone is dropped, never charged to a guess."""
    append(folder, record(2_000_000, key_id="ak_live_gone"))
    assert fold_once(sessions, reader).dropped == 1
    assert not events(sessions)
    assert not days(sessions)


def test_the_statement_of_the_document_runs_on_the_bare_driver(
    sessions: Sessions, folder: Path, reader: JournalReader, account_id: str, database_uri: str
) -> None:
    """SELECT ... WHERE key_id = ? AND occurred_at > ... works for whoever has the database and no Python of ours."""
    append(
        folder,
        *(
            record(7, NOON + timedelta(minutes=minute), account_id=account_id, key_id="ak_live_k")
            for minute in range(5)
        ),
        record(7, NOON + timedelta(minutes=9), account_id=account_id, key_id="ak_live_other"),
    )
    fold_all(sessions, reader)
    statement = (
        "SELECT occurred_at, endpoint, status, latency, bytes, country, ip FROM api_usage_events"
        " WHERE key_id = ? AND occurred_at > ?"
    )
    given = ("ak_live_k", "2026-03-14 12:01:30")
    if database_uri.startswith("sqlite"):
        with sqlite3.connect(str(make_url(database_uri).database)) as connection:
            rows = connection.execute(statement, given).fetchall()
        connection.close()
    else:
        uri = database_uri.replace("postgresql+psycopg", "postgresql")
        with psycopg.connect(uri) as postgres:
            rows = postgres.execute(statement.replace("?", "%s"), given).fetchall()
    assert [str(row[0])[:16] for row in rows] == [f"2026-03-14 12:0{minute}" for minute in (2, 3, 4)]
    assert {row[1:4] for row in rows} == {("/api/predict/7", 200, 4.0)}
