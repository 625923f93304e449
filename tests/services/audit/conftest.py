"""Databases of each kind."""

from tests.databases import database_uri, postgres_server, postgres_uri, sessions, sqlite_uri

__all__ = ["database_uri", "postgres_server", "postgres_uri", "sessions", "sqlite_uri"]
