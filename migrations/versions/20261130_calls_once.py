"""calls once

Each call becomes one row in a table of its UTC day, with a number for what thousands of calls repeat; api_requests and
api_usage_events become views. The rows that are there are copied.

Revision ID: 9d3f6a1c82e5
Revises: e2b7c90d4f16
Create Date: 2026-11-30 13:40:00
"""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op

revision = "9d3f6a1c82e5"
down_revision = "e2b7c90d4f16"
branch_labels = None
depends_on = None

LONG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
DAY_US = 86_400_000_000
INDEXES = {
    "account": ("account_number, occurred_at_us", ""),
    "errors": ("account_number, occurred_at_us, id, status", " WHERE status >= 400"),
    "server_errors": ("account_number, occurred_at_us, id, status", " WHERE status >= 500"),
    "place": ("place_id, occurred_at_us", ""),
    "place_errors": ("place_id, occurred_at_us, id, status", " WHERE status >= 400"),
    "api": ("api_id, occurred_at_us", ""),
    "api_errors": ("api_id, occurred_at_us", " WHERE status >= 400"),
}
MOMENTS = {
    "sqlite": "strftime('%Y-%m-%d %H:%M:%S', c.occurred_at_us / 1000000, 'unixepoch')"
    " || printf('.%06d', c.occurred_at_us % 1000000)",
    "postgresql": "timestamp 'epoch' + c.occurred_at_us * interval '1 microsecond'",
}
MICROSECONDS = {
    "sqlite": "CAST(strftime('%s', {0}) AS INTEGER) * 1000000 + CAST(substr({0} || '.000000', 21, 6) AS INTEGER)",
    "postgresql": "CAST(extract(epoch FROM {0}) * 1000000 AS bigint)",
}
PLACES = ("account_id", "key_id", "app_id", "api_id", "model_id", "environment", "source", "kind", "method", "endpoint")
REQUESTS = (
    "c.id, c.api_id, c.request_data, c.response_data, c.response_time, c.status AS status_code, c.error_message,"
    " c.cpu_usage, c.memory_usage, {moment} AS timestamp, c.request_id, p.key_id, p.model_id, c.rows,"
    " c.request_bytes, c.response_bytes, c.remote_address"
)
REQUESTS_JOINS = "JOIN call_places p ON p.id = c.place_id JOIN exported_apis a ON a.id = c.api_id"
EVENTS = (
    "c.id, c.request_id, {moment} AS occurred_at, p.account_id, p.key_id, p.app_id, p.api_id, p.environment,"
    " p.source, p.kind, p.method, p.endpoint, c.status, c.response_time * 1000.0 AS latency,"
    " c.request_bytes + c.response_bytes AS bytes, c.request_bytes AS bytes_in, c.response_bytes AS bytes_out,"
    " c.rows, c.credits, c.is_overage, c.remote_address AS ip, c.country, c.error_message"
)
EVENTS_JOINS = "JOIN call_places p ON p.id = c.place_id WHERE p.account_id IS NOT NULL"


def upgrade() -> None:
    """Make the tables of calls, copy what is there, and show it under the old names."""
    make_tables()
    copy_calls()
    days = days_of("calls")
    op.execute("DROP TABLE api_usage_events")
    op.execute("DROP TABLE api_requests")
    if dialect() == "sqlite":
        for day in days:
            make_day_beside(day)
        op.execute("UPDATE sqlite_sequence SET seq = max(seq, (SELECT coalesce(max(id), 0) FROM calls)) WHERE name = 'calls'")
        tables = [*(f"calls_{day:%Y%m%d}" for day in days), "calls"]
    else:
        for day in days:
            make_partition("calls", "occurred_at_us", day, *(str(number) for number in bounds(day)))
        tables = ["calls"]
    for name, columns, joins in (("api_requests", REQUESTS, REQUESTS_JOINS), ("api_usage_events", EVENTS, EVENTS_JOINS)):
        shown = columns.format(moment=MOMENTS[dialect()])
        parts = " UNION ALL ".join(f"SELECT {shown} FROM {table} c {joins}" for table in tables)  # noqa: S608
        op.execute(sa.text(f"CREATE VIEW {name} AS {parts}".replace(":", r"\:")))


def downgrade() -> None:
    """Make both tables again out of what the views show."""
    for name in ("api_requests", "api_usage_events"):
        op.execute(f"CREATE TABLE {name}_shown AS SELECT * FROM {name}")  # noqa: S608
        op.execute(f"DROP VIEW {name}")
    for name in tables_of_calls():
        op.execute(f"DROP TABLE {name}")
    op.drop_table("call_places")
    op.drop_table("call_accounts")
    make_former_tables()
    for name, moment in (("api_requests", "timestamp"), ("api_usage_events", "occurred_at")):
        columns = ", ".join(column["name"] for column in sa.inspect(op.get_bind()).get_columns(name))
        op.execute(f"INSERT INTO {name} ({columns}) SELECT {columns} FROM {name}_shown")  # noqa: S608
        if dialect() == "postgresql":
            op.execute(f"SELECT setval('{name}_id_seq', (SELECT max(id) FROM {name}))")
            for day in days_of(name, moment):
                make_partition(name, moment, day, f"'{day:%Y-%m-%d}'", f"'{day + timedelta(days=1):%Y-%m-%d}'")
        op.execute(f"DROP TABLE {name}_shown")


def dialect():
    """Give the name of the database's kind."""
    return op.get_bind().dialect.name


def bounds(day):
    """Give where a day begins and ends, in microseconds since 1970."""
    begins = (day - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    return begins, begins + DAY_US


def days_of(table, moment=None):
    """Give the days that have rows and are not far off, from the oldest."""
    now = datetime.now(UTC)
    oldest, newest = (now - timedelta(days=400)).replace(hour=0, minute=0, second=0, microsecond=0), now + timedelta(days=1)
    if moment is None:
        day = f"occurred_at_us / {DAY_US}"
        within = f"occurred_at_us BETWEEN {bounds(oldest)[0]} AND {bounds(newest)[0]}"
    else:
        day = f"CAST(extract(epoch FROM {moment}) AS bigint) / 86400"
        within = f"{moment} BETWEEN '{oldest:%Y-%m-%d}' AND '{newest:%Y-%m-%d %H:%M:%S}'"
    numbers = op.get_bind().scalars(sa.text(f"SELECT DISTINCT {day} FROM {table} WHERE {within}"))  # noqa: S608
    return [datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=number) for number in sorted(numbers)]


def tables_of_calls():
    """Give the names of the tables of calls; partitions go with their table."""
    names = sa.inspect(op.get_bind()).get_table_names()
    days = [name for name in names if name.startswith("calls_") and name.removeprefix("calls_").isdecimal()]
    return ["calls", *(days if dialect() == "sqlite" else [])]


def make_tables():
    """Make the tables, on PostgreSQL with the partition of the rest."""
    op.create_table(
        "call_accounts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_accounts")),
        sa.UniqueConstraint("account_id", name=op.f("uq_call_accounts_account_id")),
    )
    op.create_table(
        "call_places",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("signature", sa.Text(), nullable=False),
        sa.Column("account_number", sa.Integer(), nullable=True),
        sa.Column("account_id", sa.String(length=36), nullable=True),
        sa.Column("key_id", sa.String(length=64), nullable=True),
        sa.Column("app_id", sa.String(length=36), nullable=True),
        sa.Column("api_id", sa.Integer(), nullable=True),
        sa.Column("model_id", sa.Integer(), nullable=True),
        sa.Column("environment", sa.String(length=10), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=50), nullable=False),
        sa.Column("method", sa.String(length=10), nullable=False),
        sa.Column("endpoint", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_places")),
        sa.UniqueConstraint("signature", name=op.f("uq_call_places_signature")),
    )
    op.create_index("ix_call_places_account_number", "call_places", ["account_number", "endpoint"])
    op.create_index("ix_call_places_key_id", "call_places", ["key_id"])
    op.create_index("ix_call_places_app_id", "call_places", ["app_id"])
    if dialect() == "sqlite":
        make_calls("calls", "id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL", "", "FLOAT")
        op.execute("INSERT INTO sqlite_sequence (name, seq) VALUES ('calls', 0)")
    else:
        make_calls("calls", "id BIGSERIAL NOT NULL", " PARTITION BY RANGE (occurred_at_us)", "DOUBLE PRECISION")
        op.execute("ALTER TABLE calls ADD CONSTRAINT pk_calls PRIMARY KEY (id, occurred_at_us)")
        op.execute("CREATE TABLE calls_rest PARTITION OF calls DEFAULT")


def make_calls(name, key, end, number):
    """Make a table of calls with its indexes."""
    unique = "request_id" if dialect() == "sqlite" else "request_id, occurred_at_us"
    op.execute(
        f"""CREATE TABLE {name} (
            {key},
            request_id VARCHAR(64) NOT NULL,
            occurred_at_us BIGINT NOT NULL,
            place_id INTEGER NOT NULL,
            account_number INTEGER,
            api_id INTEGER,
            status INTEGER NOT NULL,
            response_time {number} NOT NULL,
            cpu_usage {number},
            memory_usage {number},
            request_bytes INTEGER NOT NULL,
            response_bytes INTEGER NOT NULL,
            rows INTEGER NOT NULL,
            credits BIGINT NOT NULL,
            is_overage BOOLEAN NOT NULL,
            remote_address VARCHAR(45),
            country VARCHAR(2),
            error_message TEXT,
            request_data TEXT,
            response_data TEXT,
            CONSTRAINT uq_calls_{unique.replace(", ", "_")} UNIQUE ({unique})
        ){end}"""
    )
    for index, (columns, condition) in INDEXES.items():
        op.execute(f"CREATE INDEX ix_{name}_{index} ON {name} ({columns}){condition}")


def copy_calls():
    """Bring events and the requests that have none together, in the order of recording, as calls of the rest."""
    asked, answered = "r.timestamp", "e.occurred_at"
    both = (
        f"SELECT e.id AS recorded, e.request_id, {MICROSECONDS[dialect()].format(answered)} AS occurred_at_us, e.account_id, e.key_id,"
        " e.app_id, coalesce(e.api_id, 0) AS api_id, r.model_id, e.environment, e.source, e.kind, e.method, e.endpoint,"
        " e.status, coalesce(r.response_time, e.latency / 1000) AS response_time, r.cpu_usage, r.memory_usage,"
        " e.bytes_in, e.bytes_out, e.rows, e.credits, e.is_overage, e.ip, e.country, e.error_message,"
        " r.request_data, r.response_data FROM api_usage_events e LEFT JOIN api_requests r ON r.request_id = e.request_id"
        f" UNION ALL SELECT 0, r.request_id, {MICROSECONDS[dialect()].format(asked)}, '', r.key_id, NULL, r.api_id,"
        " r.model_id, 'live', 'api', 'predict', 'POST', '', coalesce(r.status_code, 0), coalesce(r.response_time, 0),"
        " r.cpu_usage, r.memory_usage, r.request_bytes, r.response_bytes, r.rows, 0, false, r.remote_address, NULL,"
        " r.error_message, r.request_data, r.response_data FROM api_requests r WHERE NOT EXISTS"
        " (SELECT 1 FROM api_usage_events e WHERE e.request_id = r.request_id)"
    )
    op.execute(f"CREATE TEMPORARY TABLE calls_before AS {both}")
    signature = signature_of(PLACES)
    places = ", ".join(PLACES)
    op.execute(
        "INSERT INTO call_accounts (account_id)"
        " SELECT DISTINCT account_id FROM calls_before WHERE account_id <> '' ORDER BY account_id"
    )
    shown = places.replace("account_id", "nullif(b.account_id, '')").replace("api_id", "nullif(b.api_id, 0)")
    op.execute(
        f"INSERT INTO call_places (signature, account_number, {places}) SELECT b.signature, a.id, {shown}"  # noqa: S608
        f" FROM (SELECT DISTINCT {signature} AS signature, {places} FROM calls_before) b"
        " LEFT JOIN call_accounts a ON a.account_id = b.account_id"
    )
    op.execute(
        "INSERT INTO calls (request_id, occurred_at_us, place_id, account_number, api_id, status, response_time,"  # noqa: S608
        " cpu_usage, memory_usage, request_bytes, response_bytes, rows, credits, is_overage, remote_address, country,"
        " error_message, request_data, response_data)"
        " SELECT b.request_id, b.occurred_at_us, p.id, p.account_number, nullif(b.api_id, 0), b.status, b.response_time,"
        " b.cpu_usage, b.memory_usage, b.bytes_in, b.bytes_out, b.rows, b.credits, b.is_overage, b.ip, b.country,"
        " b.error_message, b.request_data, b.response_data"
        f" FROM (SELECT *, {signature} AS signature FROM calls_before) b"
        " JOIN call_places p ON p.signature = b.signature ORDER BY b.recorded, b.occurred_at_us"
    )
    op.execute("DROP TABLE calls_before")


def signature_of(columns):
    """Give the JSON array of some columns, without spaces, as the fold writes it."""
    if dialect() == "sqlite":
        return f"json_array({', '.join(columns)})"
    values = [f"coalesce(CAST(to_json({column}) AS text), 'null')" for column in columns]
    joined = " || ',' || ".join(values)
    return f"'[' || {joined} || ']'"


def make_day_beside(day):
    """Make a day's table on SQLite and move its calls there."""
    name, (begins, ends) = f"calls_{day:%Y%m%d}", bounds(day)
    make_calls(name, "id INTEGER PRIMARY KEY NOT NULL", "", "FLOAT")
    op.execute(f"INSERT INTO {name} SELECT * FROM calls WHERE occurred_at_us >= {begins} AND occurred_at_us < {ends}")  # noqa: S608
    op.execute(f"DELETE FROM calls WHERE occurred_at_us >= {begins} AND occurred_at_us < {ends}")  # noqa: S608


def make_partition(table, moment, day, begins, ends):
    """Make a day's partition on PostgreSQL and move its rows there."""
    name, theirs = f"{table}_{day:%Y%m%d}", f"{moment} >= {begins} AND {moment} < {ends}"
    op.execute(f"CREATE TABLE {name} (LIKE {table} INCLUDING DEFAULTS)")
    op.execute(f"INSERT INTO {name} SELECT * FROM {table}_rest WHERE {theirs}")  # noqa: S608
    op.execute(f"DELETE FROM {table}_rest WHERE {theirs}")  # noqa: S608
    op.execute(f"ALTER TABLE {table} ATTACH PARTITION {name} FOR VALUES FROM ({begins}) TO ({ends})")


def make_former_tables():
    """Make api_requests and api_usage_events as they were before."""
    lite = dialect() == "sqlite"
    tables = {
        "api_requests": ("timestamp", "request_id"),
        "api_usage_events": ("occurred_at", "request_id"),
    }
    for name, (moment, unique) in tables.items():
        keys = ["id"] if lite else ["id", moment]
        constraints = [
            sa.PrimaryKeyConstraint(*keys, name=op.f(f"pk_{name}")),
            sa.UniqueConstraint(unique, name=op.f(f"uq_{name}_request_id"))
            if lite
            else sa.UniqueConstraint(unique, moment, name=op.f(f"uq_{name}_request_id_{moment}")),
        ]
        op.create_table(
            name,
            *(former_requests() if name == "api_requests" else former_events()),
            *constraints,
            sqlite_autoincrement=True,
            postgresql_partition_by=f"RANGE ({moment})",
        )
        if not lite:
            op.execute(f"CREATE TABLE {name}_rest PARTITION OF {name} DEFAULT")
    for made in FORMER_INDEXES:
        op.execute(made)


def moment_column(name, **more):
    """Give a column of a moment."""
    return sa.Column(name, sa.DateTime(), nullable=False, **more)


def former_requests():
    """Give the columns of api_requests."""
    return [
        sa.Column("id", LONG_ID, autoincrement=True, nullable=False),
        sa.Column("api_id", sa.Integer(), nullable=False),
        sa.Column("request_data", sa.Text()),
        sa.Column("response_data", sa.Text()),
        sa.Column("response_time", sa.Float()),
        sa.Column("status_code", sa.Integer()),
        sa.Column("error_message", sa.Text()),
        sa.Column("cpu_usage", sa.Float()),
        sa.Column("memory_usage", sa.Float()),
        moment_column("timestamp", server_default=sa.text("(CURRENT_TIMESTAMP)")),
        sa.Column("request_id", sa.String(length=64), nullable=False),
        sa.Column("key_id", sa.String(length=64)),
        sa.Column("model_id", sa.Integer()),
        *(
            sa.Column(name, sa.Integer(), server_default="0", nullable=False)
            for name in ("rows", "request_bytes", "response_bytes")
        ),
        sa.Column("remote_address", sa.String(length=45)),
        sa.ForeignKeyConstraint(
            ["api_id"], ["exported_apis.id"], name=op.f("fk_api_requests_api_id_exported_apis"), ondelete="CASCADE"
        ),
    ]


def former_events():
    """Give the columns of api_usage_events."""
    return [
        sa.Column("id", LONG_ID, autoincrement=True, nullable=False),
        sa.Column("request_id", sa.String(length=64), nullable=False),
        moment_column("occurred_at"),
        sa.Column("account_id", sa.String(length=36), nullable=False),
        sa.Column("key_id", sa.String(length=64)),
        sa.Column("app_id", sa.String(length=36)),
        sa.Column("api_id", sa.Integer()),
        sa.Column("environment", sa.String(length=10), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=50), nullable=False),
        sa.Column("method", sa.String(length=10), nullable=False),
        sa.Column("endpoint", sa.String(length=200), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("latency", sa.Float(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("bytes_in", "bytes_out", "rows")),
        sa.Column("credits", sa.BigInteger(), nullable=False),
        sa.Column("is_overage", sa.Boolean(), nullable=False),
        sa.Column("ip", sa.String(length=45)),
        sa.Column("country", sa.String(length=2)),
        sa.Column("error_message", sa.Text()),
    ]


FORMER_INDEXES = (
    "CREATE INDEX idx_api_requests_timestamp ON api_requests (api_id, timestamp)",
    "CREATE INDEX ix_api_requests_errors ON api_requests (api_id, timestamp) WHERE status_code >= 400",
    "CREATE INDEX ix_api_usage_events_account ON api_usage_events (account_id, occurred_at, id, status, environment)",
    "CREATE INDEX ix_api_usage_events_app ON api_usage_events (app_id, occurred_at, id, status) WHERE app_id IS NOT NULL",
    "CREATE INDEX ix_api_usage_events_endpoint ON api_usage_events (account_id, endpoint, occurred_at, id, status)",
    "CREATE INDEX ix_api_usage_events_errors ON api_usage_events (account_id, occurred_at, id, status) WHERE status >= 400",
    "CREATE INDEX ix_api_usage_events_key ON api_usage_events (key_id, occurred_at, id, status)",
    "CREATE INDEX ix_api_usage_events_server_errors ON api_usage_events (account_id, occurred_at, id, status)"
    " WHERE status >= 500",
    "CREATE INDEX ix_api_usage_events_source ON api_usage_events (account_id, source, occurred_at, id)"
    " WHERE source <> 'api'",
    "CREATE INDEX ix_api_usage_events_test ON api_usage_events (account_id, environment, occurred_at, id, status)"
    " WHERE environment = 'test'",
)
