"""Each answered call is in the database once: raw, in its minute, in its hour, in the totals. On both databases."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from sqlalchemy import Table, delete, func, select
from sqlalchemy.orm import Session, sessionmaker

from backend.engine.metering.calls import Field
from backend.engine.metering.journal import JournalWriter
from backend.engine.metering.reader import JournalReader
from backend.engine.metering.records import encode
from backend.models import APIMetric, APIMetricMinute, APIRequest, AppKey, ExportedAPI, JournalSegment
from backend.services import call_rows, fold_rows
from backend.services.bulk_insert import insert_rows
from backend.services.journal_batch import gather
from backend.services.journal_service import fold_all, fold_once
from tests.metering import NOON, append, export_apis, record

Sessions = sessionmaker[Session]


def counts(sessions: Sessions) -> tuple[int, int, int, int]:
    """Give the calls in raw rows, minutes, hours and totals."""
    with sessions() as session:
        return (
            session.scalar(select(func.count(APIRequest.id))) or 0,
            session.scalar(select(func.sum(APIMetricMinute.request_count))) or 0,
            session.scalar(select(func.sum(APIMetric.request_count))) or 0,
            session.scalar(select(func.sum(ExportedAPI.total_requests))) or 0,
        )


def test_a_call_is_stored_everywhere_at_once(sessions: Sessions, folder: Path, reader: JournalReader) -> None:
    """What the gateway wrote is what the tables say."""
    (api_id,) = export_apis(sessions)
    call = record(api_id, status_code=503, error_message="broke", response_time=0.25)
    append(folder, call)
    assert fold_once(sessions, reader).folded == 1
    with sessions() as session:
        row = session.scalars(select(APIRequest)).one()
        assert (row.request_id, row.timestamp, row.status_code) == (call.request_id, NOON, 503)
        assert (row.request_data, row.error_message, row.rows) == (call.request_data, "broke", 1)
        hour = session.scalars(select(APIMetric)).one()
        assert (hour.hour_timestamp, hour.request_count, hour.error_count) == (NOON, 1, 1)
        assert (hour.avg_response_time, hour.status_codes) == (0.25, {"503": 1})
        assert hour.slowest[0]["request_id"] == call.request_id
        assert not hour.is_recounted
        api = session.get_one(ExportedAPI, api_id)
        assert (api.total_requests, api.last_used_at) == (1, NOON)
        assert session.get_one(AppKey, call.key_id).last_used_at == NOON
    assert reader.segments() == []


def test_batches_add_up(sessions: Sessions, folder: Path, reader: JournalReader) -> None:
    """Many folds of few calls give what one fold of all gives: sums, peaks, statuses, percentiles."""
    apis = export_apis(sessions, 2)
    calls = [
        record(
            apis[number % 2],
            NOON + timedelta(seconds=47 * number),
            response_time=0.001 * (number + 1),
            status_code=500 if number % 5 == 0 else 200,
        )
        for number in range(200)
    ]
    append(folder, *calls[:120])
    append(folder, *calls[120:])
    folds = 0
    while fold_once(sessions, reader, 30).has_more:
        folds += 1
    assert folds >= 6
    assert counts(sessions) == (200, 200, 200, 200)
    with sessions() as session:
        hours = session.scalars(select(APIMetric).where(APIMetric.api_id == apis[0])).all()
        assert sum(hour.status_codes.get("500", 0) for hour in hours) == 20
        assert max(hour.response_time_max or 0 for hour in hours) == pytest.approx(0.199)
        assert all(len(hour.slowest) <= 10 for hour in hours)


def test_folding_again_finds_nothing(sessions: Sessions, folder: Path, reader: JournalReader) -> None:
    """A living worker's segment stays, and what was read of it is not read again."""
    (api_id,) = export_apis(sessions)
    writer = JournalWriter(folder)
    writer.append(encode(record(api_id)))
    assert fold_once(sessions, reader).folded == 1
    assert fold_once(sessions, reader).folded == 0
    writer.append(encode(record(api_id)))
    assert fold_once(sessions, reader).folded == 1
    assert len(reader.segments()) == 1
    writer.close()
    fold_once(sessions, reader)
    assert reader.segments() == []
    with sessions() as session:
        assert session.scalars(select(JournalSegment)).all() == []
    assert counts(sessions) == (2, 2, 2, 2)


def test_calls_of_a_deleted_api_that_nobody_can_be_charged_with_are_dropped(
    sessions: Sessions, folder: Path, reader: JournalReader
) -> None:
    """Deleting an API with calls of the first release still in the journal never stops the fold."""
    gone, kept = export_apis(sessions, 2)
    append(folder, record(gone), record(kept), record(gone))
    with sessions.begin() as session:
        session.execute(delete(ExportedAPI).where(ExportedAPI.id == gone))
    result = fold_once(sessions, reader)
    assert (result.folded, result.dropped) == (1, 2)
    assert reader.segments() == []


def test_a_line_that_is_no_record_is_set_aside(sessions: Sessions, folder: Path, reader: JournalReader) -> None:
    """Damage in the middle costs that line only, and it is kept for a person to look at."""
    (api_id,) = export_apis(sessions)
    writer = JournalWriter(folder)
    for line in (encode(record(api_id)), b"\xff damage\n", encode(record(api_id))):
        writer.append(line)
    writer.close()
    result = fold_once(sessions, reader)
    assert (result.folded, result.set_aside) == (2, 1)
    (bad,) = folder.glob("*.bad")
    assert b"damage" in bad.read_bytes()


def test_a_copied_journal_is_not_counted_twice(sessions: Sessions, folder: Path, reader: JournalReader) -> None:
    """A segment restored from a backup under another name adds nothing."""
    (api_id,) = export_apis(sessions)
    call = record(api_id)
    append(folder, call, call)
    first = fold_once(sessions, reader)
    append(folder, call)
    second = fold_once(sessions, reader)
    assert (first.folded, first.dropped, second.folded, second.dropped) == (1, 1, 0, 1)
    assert counts(sessions) == (1, 1, 1, 1)


@pytest.mark.parametrize(
    ("module", "step"),
    [(fold_rows, "claim"), (call_rows, "insert_calls"), (fold_rows, "add_usage"), (fold_rows, "advance")],
)
def test_a_failure_folds_nothing(
    sessions: Sessions,
    folder: Path,
    reader: JournalReader,
    monkeypatch: pytest.MonkeyPatch,
    module: ModuleType,
    step: str,
) -> None:
    """Whatever fails, and wherever, the transaction takes everything back and the journal keeps it."""
    (api_id,) = export_apis(sessions)
    append(folder, record(api_id))
    with monkeypatch.context() as patch:
        patch.setattr(module, step, failing_after(getattr(module, step)))
        with pytest.raises(OSError, match="pulled"):
            fold_once(sessions, reader)
    assert counts(sessions) == (0, 0, 0, 0)
    assert fold_once(sessions, reader).folded == 1


def test_a_fold_that_was_overtaken_gives_up(
    sessions: Sessions, folder: Path, reader: JournalReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two background processes by mistake read the same lines; one of them stores them."""
    (api_id,) = export_apis(sessions)
    append(folder, record(api_id))

    def while_another_folds(chunks: Any) -> Any:
        with monkeypatch.context() as patch:
            patch.setattr("backend.services.journal_service.gather", gather)
            assert fold_once(sessions, reader).folded == 1
        return gather(chunks)

    with monkeypatch.context() as patch:
        patch.setattr("backend.services.journal_service.gather", while_another_folds)
        result = fold_once(sessions, reader)
    assert (result.folded, result.has_more) == (0, True)
    assert counts(sessions) == (1, 1, 1, 1)


def test_one_record_that_the_database_refuses_costs_itself_only(
    sessions: Sessions, folder: Path, reader: JournalReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A poisoned record is found, set aside and passed; all others are stored."""
    (api_id,) = export_apis(sessions)
    calls = [record(api_id) for _ in range(220)]
    append(folder, *calls)

    def poisoned(session: Session, table: Table, columns: Sequence[str], fields: Sequence[Field]) -> None:
        given = dict(zip(columns, fields, strict=True))
        given["rows"] = [None if name == calls[150].request_id else 1 for name in given["request_id"]]
        insert_rows(session, table, columns, list(given.values()))

    monkeypatch.setattr(call_rows, "insert_rows", poisoned)
    for _ in range(40):
        fold_once(sessions, reader)
    assert counts(sessions) == (219, 219, 219, 219)
    (bad,) = folder.glob("*.bad")
    assert calls[150].request_id.encode() in bad.read_bytes()
    assert reader.segments() == []


def test_last_use_never_goes_back(sessions: Sessions, folder: Path, reader: JournalReader) -> None:
    """Calls folded late, out of order, do not make an API look unused."""
    (api_id,) = export_apis(sessions)
    append(folder, record(api_id, NOON))
    fold_once(sessions, reader)
    append(folder, record(api_id, NOON - timedelta(hours=2)))
    fold_once(sessions, reader)
    with sessions() as session:
        assert session.get_one(ExportedAPI, api_id).last_used_at == NOON


def test_a_late_call_opens_its_hour_again(sessions: Sessions, folder: Path, reader: JournalReader) -> None:
    """An hour that was recounted is recounted again once it has changed."""
    (api_id,) = export_apis(sessions)
    append(folder, record(api_id))
    fold_once(sessions, reader)
    with sessions.begin() as session:
        session.scalars(select(APIMetric)).one().is_recounted = True
    append(folder, record(api_id))
    fold_once(sessions, reader)
    with sessions() as session:
        assert not session.scalars(select(APIMetric)).one().is_recounted


def test_fold_all_folds_what_is_there_now(sessions: Sessions, folder: Path, reader: JournalReader) -> None:
    """A living segment is no reason to go on for ever."""
    (api_id,) = export_apis(sessions)
    writer = JournalWriter(folder)
    for _ in range(3):
        writer.append(encode(record(api_id)))
    assert fold_all(sessions, reader) == 3
    assert fold_all(sessions, reader) == 0
    writer.close()


def failing_after(step: Any) -> Any:
    """Give a step that does its work and then fails."""

    def run(*given: Any, **named: Any) -> None:
        step(*given, **named)
        raise OSError("the plug was pulled")

    return run
