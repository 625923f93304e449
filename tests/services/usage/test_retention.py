"""Single calls go after their time; what they add up to stays. On both databases."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from backend.core.clock import FrozenClock
from backend.engine.metering.reader import JournalReader
from backend.models import APIUsageEvent, APIUsageRollupDay
from backend.services import retention_service
from backend.services.aggregation_service import aggregate
from backend.services.journal_service import fold_all
from tests.metering import NOON, append, record

RETENTION_DAYS = 30


def test_events_are_purged_in_steps_and_rollups_stay(
    sessions: sessionmaker[Session], folder: Path, reader: JournalReader, account_id: str, clock: FrozenClock
) -> None:
    """A log is as long as the retention, also where more is too old than one step takes; usage goes back further."""
    old, new = NOON - timedelta(days=RETENTION_DAYS, hours=1), NOON - timedelta(days=RETENTION_DAYS - 1)
    many = retention_service.ROWS_PER_STEP + 10
    append(folder, *(record(9, old, account_id=account_id) for _ in range(many)), record(9, new, account_id=account_id))
    fold_all(sessions, reader)
    pauses: list[None] = []
    done = aggregate(sessions, reader, clock, RETENTION_DAYS, pause=lambda: pauses.append(None))
    assert done is not None
    assert done.purged_usage_events == many
    assert pauses
    with sessions() as session:
        assert session.scalars(select(APIUsageEvent.occurred_at)).all() == [new]
        assert session.scalar(select(func.sum(APIUsageRollupDay.calls))) == many + 1
