"""calls: one row per metered call, in a table for each UTC day; call_places: who called what, written once.

Written by the journal's fold only. A call says where it belongs by a number, since a month of calls repeats a few
thousand accounts, keys and paths millions of times. api_requests and api_usage_events are views of these tables.
"""

from __future__ import annotations

from functools import lru_cache

from sqlalchemy import (
    BigInteger,
    Boolean,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql.elements import quoted_name

from backend.models.base import Base
from backend.models.credit import LongId
from backend.models.partitions import CALLS, partition_by_day

# Conditions of partial indexes. A query must hold them as text: a bound parameter would hide the index.
IS_ERROR = "status >= 400"
IS_SERVER_ERROR = "status >= 500"
DAYS_REMEMBERED = 1_000


def _index(name: str, *columns: str, only: str = "") -> Index:
    """Give an index of all calls, or of those for which a condition holds."""
    condition = text(only) if only else None
    return Index(f"ix_{CALLS}_{name}", *columns, sqlite_where=condition, postgresql_where=condition)


class CallAccount(Base):
    """The number that stands for an account in its calls."""

    __tablename__ = "call_accounts"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    account_id: Mapped[str] = mapped_column(String(36), unique=True)
    """Kept by value: usage outlives accounts."""


class CallPlace(Base):
    """What calls with one key on one path have in common."""

    __tablename__ = "call_places"
    __table_args__ = (
        Index("ix_call_places_account_number", "account_number", "endpoint"),
        Index("ix_call_places_key_id", "key_id"),
        Index("ix_call_places_app_id", "app_id"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    signature: Mapped[str] = mapped_column(Text, unique=True)
    """All that follows as one JSON array, by which a place is found."""
    account_number: Mapped[int | None] = mapped_column(Integer)
    account_id: Mapped[str | None] = mapped_column(String(36))
    """Who is charged: the owner of the key, or who plays in the playground. None where nobody can be."""
    key_id: Mapped[str | None] = mapped_column(String(64))
    app_id: Mapped[str | None] = mapped_column(String(36))
    api_id: Mapped[int | None] = mapped_column(Integer)
    model_id: Mapped[int | None] = mapped_column(Integer)
    environment: Mapped[str] = mapped_column(String(10))
    """live or test."""
    source: Mapped[str] = mapped_column(String(20))
    """api, playground or internal."""
    kind: Mapped[str] = mapped_column(String(50))
    method: Mapped[str] = mapped_column(String(10))
    endpoint: Mapped[str] = mapped_column(String(200))


class Call(Base):
    """One metered call."""

    __tablename__ = CALLS
    __table_args__ = (
        # Each way to narrow a log has an index in the log's own order; SQLite ends each with the id. Errors are few,
        # and the status at the end lets who looks for one kind of them read the index alone.
        _index("account", "account_number", "occurred_at_us"),
        _index("errors", "account_number", "occurred_at_us", "id", "status", only=IS_ERROR),
        _index("server_errors", "account_number", "occurred_at_us", "id", "status", only=IS_SERVER_ERROR),
        _index("place", "place_id", "occurred_at_us"),
        _index("place_errors", "place_id", "occurred_at_us", "id", "status", only=IS_ERROR),
        _index("api", "api_id", "occurred_at_us"),
        _index("api_errors", "api_id", "occurred_at_us", only=IS_ERROR),
        # PostgreSQL wants the time of a partitioned table in each of its unique keys.
        UniqueConstraint("request_id", info={"only": "sqlite"}).ddl_if(dialect="sqlite"),
        UniqueConstraint(
            "request_id", "occurred_at_us", name="uq_calls_request_id_occurred_at_us", info={"only": "postgresql"}
        ).ddl_if(dialect="postgresql"),
        {"sqlite_autoincrement": True, "postgresql_partition_by": "RANGE (occurred_at_us)"},
    )

    id: Mapped[int] = mapped_column(LongId, primary_key=True, autoincrement=True)
    """In the order of recording, over all days."""
    request_id: Mapped[str] = mapped_column(String(64))
    occurred_at_us: Mapped[int] = mapped_column(BigInteger)
    """Microseconds since 1970."""
    place_id: Mapped[int] = mapped_column(Integer)
    account_number: Mapped[int | None] = mapped_column(Integer)
    api_id: Mapped[int | None] = mapped_column(Integer)
    """Kept when the API is deleted, the bodies are not."""
    status: Mapped[int] = mapped_column(Integer)
    response_time: Mapped[float] = mapped_column(Float)
    """Seconds."""
    cpu_usage: Mapped[float | None] = mapped_column(Float)
    """Percent: the thread's CPU time over the call's wall time."""
    memory_usage: Mapped[float | None] = mapped_column(Float)
    """MB resident in the worker, sampled once a second."""
    request_bytes: Mapped[int] = mapped_column(Integer)
    response_bytes: Mapped[int] = mapped_column(Integer)
    rows: Mapped[int] = mapped_column(Integer)
    credits: Mapped[int] = mapped_column(BigInteger)
    is_overage: Mapped[bool] = mapped_column(Boolean)
    """Admitted beyond the daily quota."""
    remote_address: Mapped[str | None] = mapped_column(String(45))
    country: Mapped[str | None] = mapped_column(String(2))
    """ISO 3166-1 alpha-2, where a local database knows the address."""
    error_message: Mapped[str | None] = mapped_column(Text)
    request_data: Mapped[str | None] = mapped_column(Text)
    """JSON of the inputs as sent; cut when over LOG_BODY_BYTES_MAX."""
    response_data: Mapped[str | None] = mapped_column(Text)


partition_by_day(Call.__table__)  # type: ignore[arg-type]


@lru_cache(DAYS_REMEMBERED)
def day_table(name: str) -> Table:
    """Give the table of some calls: one like `calls`, with indexes whose names say whose they are."""
    whole: Table = Call.__table__  # type: ignore[assignment]
    made = whole.to_metadata(MetaData(), name=name)
    made.dialect_options["sqlite"]["autoincrement"] = False
    made.constraints -= {one for one in made.constraints if one.info.get("only") == "postgresql"}
    for index in made.indexes:
        index.name = quoted_name(str(index.name).replace(CALLS, name, 1), quote=False)
    return made
