"""The bodies of a deleted API go out of its calls: in steps, of every day, whatever comes between. Both databases."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session, sessionmaker

from backend.core.clock import FrozenClock
from backend.core.moments import microseconds_of
from backend.engine.metering.reader import JournalReader
from backend.models import APIRequest, APIUsageEvent, BodyErasure, ExportedAPI
from backend.services import call_days, erasure_service
from backend.services.call_days import make_days, tables_of
from backend.services.erasure_service import ask_erasure, erase_bodies
from backend.services.job_service import Interrupted
from backend.services.journal_service import fold_all
from backend.services.retention_service import purge
from backend.services.transactions import begin_writing
from tests.metering import NOON, append, export_apis, record

Sessions = sessionmaker[Session]
DAY = timedelta(days=1)


Called = Callable[[Sequence[datetime]], tuple[int, int]]


@pytest.fixture
def called(
    sessions: Sessions,
    folder: Path,
    reader: JournalReader,
    account_id: str,
    clock: FrozenClock,
    monkeypatch: pytest.MonkeyPatch,
) -> Called:
    """Give a function that exports two APIs which answer one call each at some moments; calls come in steps of two."""
    monkeypatch.setattr(erasure_service, "ROWS_PER_STEP", 2)

    def call(moments: Sequence[datetime]) -> tuple[int, int]:
        first, second = export_apis(sessions, 2)
        append(folder, *(record(api_id, at, account_id=account_id) for at in moments for api_id in (first, second)))
        fold_all(sessions, reader, clock=clock)
        return first, second

    return call


def delete_api(sessions: Sessions, api_id: int) -> None:
    """Delete an API as the service does."""
    with sessions.begin() as session:
        begin_writing(session)
        session.execute(delete(ExportedAPI).where(ExportedAPI.id == api_id))
        ask_erasure(session, [api_id])


def bodies(sessions: Sessions, api_id: int) -> int:
    """Give how many bodies of an API's calls stand anywhere."""
    with sessions() as session:
        return sum(
            session.scalar(
                select(func.count(table.c.request_data) + func.count(table.c.response_data)).where(
                    table.c.api_id == api_id
                )
            )
            or 0
            for table in tables_of(session)
        )


def asked(sessions: Sessions) -> list[int]:
    """Give the APIs whose bodies are still to go."""
    with sessions() as session:
        return list(session.scalars(select(BodyErasure.api_id)))


def test_bodies_of_every_day_go_and_no_others(sessions: Sessions, called: Called) -> None:
    """A step takes all calls of its last moment with it; what is left of a call is what it cost."""
    after = NOON + timedelta(microseconds=1)
    times = [*(NOON - number * DAY for number in range(3)), *[NOON] * 4, after, NOON - 500 * DAY]
    api_id, other = called(times)
    delete_api(sessions, api_id)
    assert erase_bodies(sessions) == len(times)
    assert (bodies(sessions, api_id), bodies(sessions, other)) == (0, 2 * len(times))
    assert asked(sessions) == []
    assert erase_bodies(sessions) == 0
    with sessions() as session:
        assert set(session.scalars(select(APIRequest.api_id))) == {other}
        assert session.scalar(select(func.count(APIUsageEvent.id))) == 2 * len(times)


def test_an_interrupted_erasure_is_ended_by_the_next(sessions: Sessions, called: Called) -> None:
    """What is done stays done, and it is still known what is not."""
    api_id, _other = called([NOON + number * timedelta(minutes=1) for number in range(7)])
    delete_api(sessions, api_id)

    def stop() -> None:
        raise Interrupted

    with pytest.raises(Interrupted):
        erase_bodies(sessions, pause=stop)
    assert (bodies(sessions, api_id), asked(sessions)) == (10, [api_id])
    assert erase_bodies(sessions) == 5
    assert (bodies(sessions, api_id), asked(sessions)) == (0, [])


def test_many_apis_that_were_never_called_can_be_interrupted(sessions: Sessions, called: Called) -> None:
    """Each transaction is followed by a pause, also where nothing was found: a stop waits for one of them."""
    apis = [*called([]), *called([])]
    for api_id in apis:
        delete_api(sessions, api_id)
    pauses: list[None] = []
    assert erase_bodies(sessions, pause=lambda: pauses.append(None)) == 0
    assert len(pauses) >= len(apis)


def test_a_day_that_is_purged_meanwhile_is_passed_over(sessions: Sessions, called: Called) -> None:
    """What is gone needs no erasure; the days after it are walked all the same."""
    old = NOON - 4 * DAY
    api_id, _other = called([*(old + number * timedelta(hours=1) for number in range(4)), NOON])
    delete_api(sessions, api_id)

    def take_old_days() -> None:
        purge(sessions, NOON, 3)

    assert erase_bodies(sessions, pause=take_old_days) == 3
    assert (bodies(sessions, api_id), asked(sessions)) == (0, [])


def test_a_day_that_is_made_meanwhile_is_walked_too(
    sessions: Sessions, called: Called, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It takes over calls that belonged to no day and had not been reached."""
    far = NOON - 300 * DAY
    with monkeypatch.context() as patched:
        patched.setattr(call_days, "DAYS_BACK_MAX", 5)
        api_id, _other = called([NOON, far])
    delete_api(sessions, api_id)
    assert erase_bodies(sessions, pause=lambda: make_days(sessions, [microseconds_of(far)], NOON)) == 2
    assert (bodies(sessions, api_id), asked(sessions)) == (0, [])


def test_calls_that_come_after_the_deletion_have_no_bodies(
    sessions: Sessions, folder: Path, reader: JournalReader, account_id: str, clock: FrozenClock
) -> None:
    """What was answered before and is folded after needs no erasure."""
    (api_id,) = export_apis(sessions)
    append(folder, record(api_id, account_id=account_id))
    delete_api(sessions, api_id)
    assert erase_bodies(sessions) == 0
    fold_all(sessions, reader, clock=clock)
    with sessions() as session:
        assert session.scalar(select(func.count(APIUsageEvent.id))) == 1
    assert bodies(sessions, api_id) == 0
