"""APIs with calls folded as the background process folds them, at a noon that stands still."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from backend.core.clock import FrozenClock
from backend.engine.metering.reader import JournalReader
from backend.engine.metering.records import CallRecord
from backend.services.journal_service import fold_all
from tests.api.conftest import Person
from tests.metering import append, export_apis

Answered = Callable[..., None]


@pytest.fixture
def sessions(app: Flask) -> sessionmaker[Session]:
    """The application's database."""
    made: sessionmaker[Session] = app.extensions["modelport.process"].runtime.sessions
    return made


@pytest.fixture
def api_id(sessions: sessionmaker[Session], alice: Person) -> int:
    """Alice's API."""
    return export_apis(sessions, account_id=alice.id)[0]


@pytest.fixture
def answered(app: Flask, sessions: sessionmaker[Session], clock: FrozenClock) -> Answered:
    """Give a function that lets some calls have been answered and folded."""
    folder = app.extensions["modelport.process"].runtime.journal_folder

    def fold(*calls: CallRecord) -> None:
        append(folder, *calls)
        fold_all(sessions, JournalReader(folder), clock=clock)

    return fold
