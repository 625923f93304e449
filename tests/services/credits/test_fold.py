"""Charged by the fold: once a request id, however often its record is found, and with an API that is gone."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from backend.core.plans import FREE
from backend.engine.metering.reader import JournalReader
from backend.engine.metering.records import CallRecord
from backend.services import fold_rows
from backend.services.journal_service import FoldPorts, fold_once
from tests.metering import append
from tests.services.credits.accounts import Payer

ALLOWANCE = FREE.monthly_credits


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where workers append."""
    made = tmp_path / "journal"
    made.mkdir()
    return made


def fold(payer: Payer, folder: Path, lines_max: int = 100) -> int:
    """Fold some of what stands in the journal; give how many calls were new."""
    ports = FoldPorts(publish=payer.gate.publish_all)
    return fold_once(payer.sessions, JournalReader(folder), lines_max, clock=payer.clock, ports=ports).folded


def calls_from_now(payer: Payer, count: int) -> list[CallRecord]:
    """Answer calls of a microsecond each, later than any segment was begun before."""
    now_us = time.time_ns() // 1_000
    return [payer.call()._replace(occurred_at_us=now_us + number) for number in range(count)]


def test_a_copied_journal_charges_nothing_twice(payer: Payer, folder: Path) -> None:
    """The same request ids in the same fold, and in a later one, are the same calls."""
    calls = [payer.call(3) for _ in range(4)]
    append(folder, *calls[:3])
    append(folder, *calls[:2])
    assert fold(payer, folder) == 3
    append(folder, *calls)
    assert fold(payer, folder) == 1
    assert (payer.credits, payer.held, payer.row.month_calls) == (ALLOWANCE - 12, 0, 4)


def test_a_fold_that_fails_charges_nothing(payer: Payer, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settlement, log and journal offsets are one transaction: all of a batch, or nothing of it."""

    def fail(*_given: object) -> None:
        raise OperationalError("UPDATE", {}, OSError("away"))

    append(folder, payer.call(3))
    with monkeypatch.context() as patch:
        patch.setattr(fold_rows, "advance", fail)
        with pytest.raises(OperationalError):
            fold(payer, folder)
    assert payer.credits == ALLOWANCE
    assert fold(payer, folder) == 1
    assert payer.credits == ALLOWANCE - 3


def test_calls_of_a_deleted_api_are_paid(payer: Payer, folder: Path) -> None:
    """Deleting an API is no way to predict for nothing: what was answered is charged."""
    append(folder, payer.call(5)._replace(api_id=404))
    assert fold(payer, folder) == 1
    assert payer.credits == ALLOWANCE - 5


def test_failures_in_the_journal_can_be_spent_again_at_once(payer: Payer, folder: Path) -> None:
    """The fold tells shared state what came back."""
    payer.has_exactly(10)
    append(folder, payer.call(10, fails=True))
    fold(payer, folder)
    assert payer.call(10).hold_end


def test_workers_of_which_one_answers_more_leave_no_gaps(payer: Payer, folder: Path) -> None:
    """A fold that lags behind takes every worker's calls up to the same moment, and not as many of each."""
    calls = calls_from_now(payer, 60)
    append(folder, *calls[::4])
    append(folder, *(call for place, call in enumerate(calls) if place % 4))
    folded: list[int] = []
    while sum(folded) < len(calls):
        folded.append(fold(payer, folder, 20))
        assert payer.held == 0
    assert min(folded) > 0
    assert len(folded) > 2
    assert payer.kinds.count("hold") == 0
    assert payer.credits == ALLOWANCE - 60


def test_a_long_backlog_is_folded_in_whole_batches(payer: Payer, folder: Path) -> None:
    """Segments that follow each other are read one after the other, and not a little of each."""
    for _ in range(5):
        append(folder, *calls_from_now(payer, 16))
    folded: list[int] = []
    while len(folded) < 10 and sum(folded) < 80:
        folded.append(fold(payer, folder, 16))
    assert folded == [16] * 5
    assert payer.kinds.count("hold") == 0


def test_a_worker_whose_lines_name_no_moment_is_read_too(payer: Payer, folder: Path) -> None:
    """What cannot be read is set aside, and holds up nobody."""
    calls = calls_from_now(payer, 40)
    (folder / "0-broken.jsonl").write_bytes(b"nonsense\n" * 40)
    append(folder, *calls)
    while fold_once(payer.sessions, JournalReader(folder), 8, clock=payer.clock).has_more:
        pass
    assert payer.credits == ALLOWANCE - 40
    assert JournalReader(folder).segments() == []
