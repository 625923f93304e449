"""Real databases for tests: SQLite files, and a PostgreSQL server of the test run's own where one is installed.

A test that takes `database_uri` or `sessions` runs once on each. A conftest makes them known by importing them.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import NullPool

from backend.models import db
from backend.models.engine_options import engine_options, install_sqlite_pragmas

START_SECONDS_MAX = 60
_numbers = itertools.count()


class PostgresAbsent(RuntimeError):
    """No PostgreSQL server is installed here."""


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Give the URI of a running server's maintenance database; skip where PostgreSQL is not installed."""
    try:
        with running_postgres() as uri:
            yield uri
    except PostgresAbsent as absent:
        pytest.skip(str(absent))


@pytest.fixture
def postgres_uri(postgres_server: str) -> Iterator[str]:
    """Give the URI of an empty PostgreSQL database of the test's own."""
    name = f"modelport_{os.getpid()}_{next(_numbers)}"
    admin = create_engine(postgres_server, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield postgres_server.replace("/postgres?", f"/{name}?")
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture
def sqlite_uri(tmp_path: Path) -> str:
    """Give the URI of an empty SQLite file."""
    return f"sqlite:///{tmp_path / 'modelport.db'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_uri(request: pytest.FixtureRequest) -> str:
    """Give an empty database of each kind in turn."""
    name = "sqlite_uri" if request.param == "sqlite" else "postgres_uri"
    uri: str = request.getfixturevalue(name)
    return uri


@pytest.fixture
def sessions(database_uri: str) -> Iterator[sessionmaker[Session]]:
    """Give sessions on a database of each kind in turn, with all tables."""
    with opened(database_uri) as made:
        yield made


@contextlib.contextmanager
def opened(uri: str) -> Iterator[sessionmaker[Session]]:
    """Open a database as the product does, with all tables."""
    engine = open_engine(uri)
    try:
        db.Model.metadata.create_all(engine)
        yield sessionmaker(engine, expire_on_commit=False)
    finally:
        engine.dispose()


def open_engine(uri: str) -> Engine:
    """Open a database as the product does."""
    engine = create_engine(uri, **engine_options(uri))
    install_sqlite_pragmas(engine)
    return engine


@contextlib.contextmanager
def running_postgres() -> Iterator[str]:
    """Run a server on a socket in a folder of its own; no port is taken.

    Raises:
        PostgresAbsent: no server program is installed.
    """
    initdb, postgres = _program("initdb"), _program("postgres")
    folder = Path(tempfile.mkdtemp(prefix="modelport-pg-"))
    user = _server_user()
    if user is not None:
        shutil.chown(folder, user)
    data = folder / "data"
    try:
        command = [initdb, "-D", str(data), "-U", "modelport", "-A", "trust", "-E", "UTF8", "--no-sync"]
        subprocess.run(command, check=True, user=user, cwd=folder, stdout=subprocess.DEVNULL)
        options = ["-c", "listen_addresses=", "-c", f"unix_socket_directories={folder}", "-c", "fsync=off"]
        with (folder / "server.log").open("wb") as log:
            server = subprocess.Popen(
                [postgres, "-D", str(data), *options], user=user, cwd=folder, stdout=log, stderr=log
            )
        try:
            uri = f"postgresql+psycopg://modelport@/postgres?host={folder}"
            _wait_for(uri, server, folder / "server.log")
            yield uri
        finally:
            # Fast shutdown: SIGTERM would wait for a test that left a connection open.
            server.send_signal(signal.SIGINT)
            server.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _program(name: str) -> str:
    """Find a server program: on PATH, or where Debian keeps it."""
    debian = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    found = shutil.which(name) or (str(debian[-1]) if debian else None)
    if found is None:
        raise PostgresAbsent(f"PostgreSQL is not installed: no {name}")
    return found


def _server_user() -> str | None:
    """Give the user to run the server as: it refuses to run as root."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _wait_for(uri: str, server: subprocess.Popen[bytes], log: Path) -> None:
    engine = create_engine(uri, poolclass=NullPool)
    deadline = time.monotonic() + START_SECONDS_MAX
    while True:
        try:
            with engine.connect():
                return
        except OperationalError:
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(log.read_text()) from None
            time.sleep(0.05)
