"""Guarantees of the log as a file: whole, in both formats, harmless in a spreadsheet, and cheap however long."""

from __future__ import annotations

import csv
import io
import tracemalloc
from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session, sessionmaker

from backend.services import log_export
from backend.services.access import Viewer
from backend.services.log_export import COLUMNS, export_calls
from backend.services.usage_log_service import LogFilter
from tests.api.conftest import Person
from tests.api.usage.conftest import Answered, Called


@pytest.fixture(autouse=True)
def _small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make files of a few calls take several parts."""
    monkeypatch.setattr(log_export, "ROWS_PER_PART", 3)


def test_both_formats_hold_every_call(alice: Person, call: Called, answered: Answered, now: datetime) -> None:
    """Newest first, the same fields, across the joints of parts; and the browser saves it under a name."""
    answered(*(call(now - timedelta(seconds=number)) for number in range(7)))
    listed = alice.get("/api/dev/logs").get_json()
    as_json = alice.get("/api/dev/logs/export?format=json")
    as_csv = alice.get("/api/dev/logs/export")
    assert as_json.get_json() == [{name: row[name] for name in COLUMNS} for row in listed]
    assert (as_json.mimetype, as_csv.mimetype) == ("application/json", "text/csv")
    rows = list(csv.DictReader(io.StringIO(as_csv.text, newline="")))
    assert [row["request_id"] for row in rows] == [row["request_id"] for row in listed]
    assert tuple(rows[0]) == COLUMNS
    assert (rows[0]["is_overage"], rows[0]["country"], rows[0]["latency_ms"]) == ("false", "", "4.0")
    assert as_csv.headers["Content-Disposition"] == f'attachment; filename="calls-{now:%Y%m%d-%H%M%S}.csv"'


def test_an_empty_log_is_a_whole_file(bob: Person) -> None:
    """A header and nothing; an empty array."""
    assert bob.get("/api/dev/logs/export").text == ",".join(COLUMNS) + "\r\n"
    assert bob.get("/api/dev/logs/export?format=json").get_json() == []


def test_a_file_is_narrowed_like_the_list(alice: Person, call: Called, answered: Answered) -> None:
    """What the page shows is what the file holds."""
    failed = call(status_code=500)
    answered(call(), failed)
    (row,) = alice.get("/api/dev/logs/export?format=json&status=error").get_json()
    assert row["request_id"] == failed.request_id
    assert alice.get("/api/dev/logs/export?format=xml").status_code in {400, 422}


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\uff1d1", "\uff0b1"])
def test_no_cell_is_a_formula(alice: Person, call: Called, answered: Answered, text: str) -> None:
    """What callers cause to be written never runs in the owner's spreadsheet."""
    answered(call(error_message=text, status_code=400, endpoint=text))
    (row,) = csv.DictReader(io.StringIO(alice.get("/api/dev/logs/export").text, newline=""))
    assert (row["error_message"], row["endpoint"]) == (f"'{text}", f"'{text}")


def test_quotes_commas_and_line_ends_survive(alice: Person, call: Called, answered: Answered) -> None:
    """RFC 4180: a cell with any of them is quoted, and read back as it was."""
    text = 'said "no", then\r\nleft; naïve'
    answered(call(error_message=text, status_code=400))
    body = alice.get("/api/dev/logs/export").text
    (row,) = csv.DictReader(io.StringIO(body, newline=""))
    assert row["error_message"] == text
    assert '"said ""no"", then\r\nleft; naïve"' in body


def test_a_long_file_takes_no_more_memory_than_a_short_one(
    alice: Person, call: Called, answered: Answered, sessions: sessionmaker[Session], now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """The file is written as it is read: its length costs no memory."""
    monkeypatch.setattr(log_export, "ROWS_PER_PART", 50)
    answered(*(call(now - timedelta(seconds=number)) for number in range(2_000)))
    later, viewer = now + timedelta(seconds=1), Viewer(alice.id)

    def peak(wanted: LogFilter) -> tuple[int, int]:
        tracemalloc.start()
        size = sum(len(part) for part in export_calls(sessions, wanted, "json", later, viewer=viewer))
        used = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return size, used

    peak(LogFilter())
    short_bytes, short_peak = peak(LogFilter(begins=now - timedelta(seconds=99)))
    long_bytes, long_peak = peak(LogFilter())
    assert long_bytes > 15 * short_bytes
    assert long_peak < 2 * short_peak
