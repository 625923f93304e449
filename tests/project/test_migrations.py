"""The migrations make what the models say, on each database, and there is one newest."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask_migrate import downgrade, upgrade
from sqlalchemy import Table, delete, func, inspect, select
from sqlalchemy.orm import Session, sessionmaker

from backend.app import create_app
from backend.config import ROOT, Settings
from backend.engine.metering.reader import JournalReader
from backend.models import APIRequest, APIUsageEvent, Base, CallPlace, ExportedAPI, db
from backend.models.partitions import what_is_compared
from backend.services.journal_service import fold_all
from tests.metering import NOON, append, export_apis, record
from tests.services.monitoring.test_days import days


def settings(home: Path, database_uri: str) -> Settings:
    """A home of its own on an empty database."""
    return Settings(
        modelport_home=home / "instance", models_store=home / "store", database_url=database_uri, demo=False
    )


# SQLite does not tell what an index's expression is; PostgreSQL does, where the index is compared.
@pytest.mark.filterwarnings("ignore:.*expression-based index")
def test_migrated_tables_are_the_models(tmp_path: Path, database_uri: str) -> None:
    """A column that only the models know would break every installation that is upgraded, and no new one."""
    with create_app(settings(tmp_path, database_uri)).app_context():
        upgrade()
        with db.engine.connect() as connection:
            opts = {"compare_type": True, **what_is_compared(connection.dialect.name)}
            context = MigrationContext.configure(connection, opts=opts)
            assert compare_metadata(context, Base.metadata) == []
        db.engine.dispose()


def test_migrations_can_be_taken_back(tmp_path: Path, database_uri: str) -> None:
    """A release that has to be withdrawn leaves a database that the one before it can use."""
    with create_app(settings(tmp_path, database_uri)).app_context():
        upgrade()
        downgrade(revision="base")
        assert set(inspect(db.engine).get_table_names()) <= {"alembic_version", "sqlite_sequence"}
        upgrade()
        db.engine.dispose()


def test_days_are_added_up_from_the_hours_that_are_there(tmp_path: Path, database_uri: str) -> None:
    """Whoever upgrades sees the last month at once, and not only the days after the upgrade."""
    folder = tmp_path / "journal"
    folder.mkdir()
    with create_app(settings(tmp_path, database_uri)).app_context():
        upgrade()
        sessions = sessionmaker(db.engine)
        apis = export_apis(sessions, 2)
        append(
            folder,
            *(
                record(apis[at % 2], NOON + at * timedelta(hours=5), status_code=(200, 503)[at % 3 == 0])
                for at in range(20)
            ),
        )
        fold_all(sessions, JournalReader(folder))
        folded = days(sessions)
        downgrade(revision="b7d2e4c91f30")
        upgrade()
        migrated = days(sessions)
        db.engine.dispose()
    assert len(folded) == len(migrated) > 4
    for span, (bucket, counts) in folded.items():
        assert migrated[span][0].agrees_with(bucket)
        assert migrated[span][1] == counts


def test_calls_are_kept_when_they_are_cut_into_days_and_back(tmp_path: Path, database_uri: str) -> None:
    """Whoever upgrades, or takes that back, has each call once, its API's deletion takes it, and new ones come."""
    folder = tmp_path / "journal"
    folder.mkdir()
    yesterday = datetime.now(UTC) - timedelta(days=1)
    with create_app(settings(tmp_path, database_uri)).app_context():
        upgrade()
        sessions = sessionmaker(db.engine)
        apis = export_apis(sessions, 2)
        append(folder, *(record(apis[at % 2], yesterday - at * timedelta(days=300)) for at in range(4)))
        fold_all(sessions, JournalReader(folder))
        folded = calls(sessions)
        assert [len(rows) for rows in folded] == [4, 4]
        downgrade(revision="c4e8d15a7b20")
        assert calls(sessions) == folded
        upgrade()
        assert calls(sessions) == folded
        # Made by the migration, out of the rows that were there.
        assert f"calls_{yesterday:%Y%m%d}" in inspect(db.engine).get_table_names()
        append(folder, record(apis[1]))
        assert fold_all(sessions, JournalReader(folder)) == 1
        with sessions() as session:
            # The new call is of a place that the migration wrote.
            assert session.scalar(select(func.count(CallPlace.id))) == len(apis)
        with sessions.begin() as session:
            session.execute(delete(ExportedAPI).where(ExportedAPI.id == apis[0]))
            assert set(session.scalars(select(APIRequest.api_id))) == {apis[1]}
        db.engine.dispose()


def calls(sessions: sessionmaker[Session]) -> list[list[Any]]:
    """Give all raw rows and all events."""
    tables: tuple[Table, ...] = (APIRequest.__table__, APIUsageEvent.__table__)  # type: ignore[assignment]
    with sessions() as session:
        return [list(session.execute(select(table).order_by(table.c.id)).all()) for table in tables]


def test_there_is_one_newest_migration() -> None:
    """Two people's migrations on one parent must be put in order before they are merged."""
    assert len(ScriptDirectory(str(ROOT / "migrations")).get_heads()) == 1
