"""An installation that outgrows SQLite takes everything with it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask_migrate import downgrade, upgrade
from sqlalchemy import Engine, Table, select
from sqlalchemy.orm import Session, sessionmaker

from backend.app import create_app
from backend.config import ROOT, Settings
from backend.engine.metering.reader import JournalReader
from backend.models import APIRequest, APIUsageEvent, Base, db
from backend.services.journal_service import fold_all
from scripts.move_to_postgresql import MADE_BY_MIGRATIONS, NotEmpty, NotMigrated, move
from tests.databases import open_engine
from tests.metering import append, export_apis, record

DAYS = (0, 1, 5, 900)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Give the home of an installation that answered calls on some days, one of them of no day's table."""
    made = tmp_path / "instance"
    (made / "journal").mkdir(parents=True)
    settings = Settings(modelport_home=made, models_store=tmp_path / "store", demo=False)
    with create_app(settings).app_context():
        upgrade(directory=str(ROOT / "migrations"))
        sessions = sessionmaker(db.engine)
        (api_id,) = export_apis(sessions)
        now = datetime.now(UTC)
        calls = [record(api_id, now - timedelta(days=day), status_code=status) for day in DAYS for status in (200, 503)]
        append(made / "journal", *calls)
        fold_all(sessions, JournalReader(made / "journal"))
        db.engine.dispose()
    return made


def test_everything_is_there_and_goes_on(home: Path, postgres_uri: str) -> None:
    """Row for row, views included; what is written afterwards gets new numbers."""
    before = open_engine(f"sqlite:///{home / 'modelport.db'}")
    copied = move(home, postgres_uri)
    after = open_engine(postgres_uri)
    assert sum(count for name, count in copied.items() if name.startswith("calls")) == 2 * len(DAYS)
    views: tuple[Table, ...] = (APIRequest.__table__, APIUsageEvent.__table__)  # type: ignore[assignment]
    for table in (*Base.metadata.sorted_tables, *views):
        if table.name not in {MADE_BY_MIGRATIONS, "calls"}:
            assert rows_of(after, table) == rows_of(before, table), table.name
    folder = home / "journal"
    append(folder, record(1))
    assert fold_all(sessionmaker(after), JournalReader(folder)) == 1
    with Session(after) as session:
        assert sorted(session.scalars(select(APIUsageEvent.id))) == list(range(1, 2 * len(DAYS) + 2))
    before.dispose()
    after.dispose()


def test_a_database_that_holds_something_is_left_alone(home: Path, postgres_uri: str) -> None:
    """A second try would double nothing and overwrite nothing."""
    move(home, postgres_uri)
    with pytest.raises(NotEmpty, match="dev_accounts: no rows expected"):
        move(home, postgres_uri)


def test_tables_of_an_older_release_are_not_copied(home: Path, postgres_uri: str) -> None:
    """The way is named: what a migration would have made of them is not this script's business."""
    settings = Settings(modelport_home=home, models_store=home / "store", demo=False)
    with create_app(settings).app_context():
        downgrade(directory=str(ROOT / "migrations"))
        db.engine.dispose()
    with pytest.raises(NotMigrated, match="start this release on it once"):
        move(home, postgres_uri)


def rows_of(engine: Engine, table: Table) -> list[str]:
    """Give all rows of a table in an order that both databases agree on."""
    with engine.connect() as connection:
        return sorted(str(row) for row in connection.execute(select(table)))
