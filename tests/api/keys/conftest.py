"""Makes the test run's own PostgreSQL known here."""

from tests.databases import postgres_server, postgres_uri

__all__ = ["postgres_server", "postgres_uri"]
