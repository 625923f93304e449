"""The fold's statements about usage: who is charged, what may be kept, the rows of each day.

Called by the fold alone, inside its transaction, after it holds the locks on the APIs. Days are locked in one order, by
their place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Row, Table, text
from sqlalchemy.orm import Session

from backend.core.jsontools import dumps
from backend.core.moments import moment_of
from backend.engine.metering.calls import Calls, places_by
from backend.engine.metering.day_use import DayUse
from backend.engine.metering.records import CallRecord
from backend.engine.metering.sketch import QuantileSketch
from backend.engine.redaction import Redactor
from backend.models import Account, APIUsageRollupDay, AppKey
from backend.services.bulk_insert import Values, put_rows
from backend.services.call_days import DAY_US
from backend.services.many_values import values_by_name
from backend.services.transactions import is_sqlite

DAYS: Table = APIUsageRollupDay.__table__  # type: ignore[assignment]
KEYS: Table = AppKey.__table__  # type: ignore[assignment]
ACCOUNTS: Table = Account.__table__  # type: ignore[assignment]

USE_COLUMNS = (
    "calls",
    "errors",
    "server_errors",
    "limited",
    "latency_ms_sum",
    "bytes_in",
    "bytes_out",
    "rows",
    "credits",
    "sketch",
)
NOTHING = (0,) * (len(USE_COLUMNS) - 1)
"""A use without calls, its sketch left out."""


class Place(NamedTuple):
    """What one row of the daily rollups is about; the columns of its unique constraint."""

    day: date
    account_id: str
    key_id: str
    """Empty for calls without a key."""
    environment: str
    endpoint: str


class DaySum(NamedTuple):
    """What some calls add up to, and what else their row says."""

    use: DayUse
    app_id: str | None
    kind: str


def charged(session: Session, calls: Calls, owners: Mapping[int, str]) -> Calls:
    """Give the calls with the account that each is charged to, as far as it can be told.

    Args:
        owners: of the APIs that exist, by API. Journals of the first release name no account and no endpoint.
    """
    if all(calls.field("account_id")) and all(calls.field("endpoint")):
        return calls
    records = calls.records()
    nameless = {record.key_id for record in records if not record.account_id and record.api_id not in owners}
    holders = values_by_name(session, KEYS.c.key_id, KEYS.c.account_id, [key for key in nameless if key is not None])
    return Calls.of(
        [
            record._replace(
                account_id=record.account_id or owners.get(record.api_id) or holders.get(record.key_id or "", ""),
                endpoint=record.endpoint or f"/api/predict/{record.api_id}",
            )
            for record in records
        ]
    )


def redacted(session: Session, calls: Calls, owners: Mapping[int, str]) -> Calls:
    """Give the calls without the values that whoever is charged, or owns the API, wants never to be kept."""
    accounts = set(calls.field("account_id")) | set(owners.values())
    fields = {
        account_id: frozenset(names)
        for account_id, names in values_by_name(
            session, ACCOUNTS.c.id, ACCOUNTS.c.redacted_fields, sorted(accounts)
        ).items()
        if names
    }
    if not fields:
        return calls
    none = frozenset[str]()
    redactors: dict[frozenset[str], Redactor] = {}
    kept: list[CallRecord] = []
    for record in calls.records():
        names = fields.get(record.account_id, none) | fields.get(owners.get(record.api_id, ""), none)
        if names and names not in redactors:
            redactors[names] = Redactor.of(names)
        kept.append(redactors[names].redact(record) if names else record)
    return Calls.of(kept)


def add_up_days(calls: Calls) -> dict[Place, DaySum]:
    """Add calls up by day, account, key, environment and endpoint."""
    days = [moment // DAY_US for moment in calls.field("occurred_at_us")]
    keys = zip(days, *(calls.field(name) for name in Place._fields[1:]), strict=True)
    sums: dict[Place, DaySum] = {}
    for (day, account_id, key_id, *where), places in places_by(keys).items():
        place = Place(moment_of(day * DAY_US).date(), account_id, key_id or "", *where)
        sums[place] = DaySum(DayUse(), calls.field("app_id")[places[0]], calls.field("kind")[places[0]])
        sums[place].use.add_all(calls, places)
    return sums


def merge_days(session: Session, sums: Mapping[Place, DaySum]) -> None:
    """Add sums to the rows of their days, making the rows that are missing. The sums become the rows' state."""
    if not sums:
        return
    places = sorted(sums)
    named = {place: (place.day.isoformat(), *place[1:]) for place in places}
    first = [(*named[place], sums[place].app_id, sums[place].kind) for place in places]
    columns = (*Place._fields, "app_id", "kind")
    if not is_sqlite(session):
        # Made before they are read, so that two folds at once wait here and do not lose what the other adds.
        empty = [(*row, *NOTHING) for row in first]
        put_rows(session, DAYS, (*columns, *USE_COLUMNS[:-1]), empty, keys=Place._fields, changed=())
    for stored in _locked(session, list(named.values())):
        place = Place(stored.day, stored.account_id, stored.key_id, stored.environment, stored.endpoint)
        sums[place].use.merge(use_of(stored))
    uses = [_use_columns(sums[place].use) for place in places]
    rows = [(*row, *use.values()) for row, use in zip(first, uses, strict=True)]
    put_rows(session, DAYS, (*columns, *uses[0]), rows, keys=Place._fields, changed=tuple(uses[0]))


def use_of(row: Row[Any]) -> DayUse:
    """Read the use out of a row that has USE_COLUMNS."""
    return DayUse(
        calls=row.calls,
        errors=row.errors,
        server_errors=row.server_errors,
        limited=row.limited,
        latency_ms_sum=row.latency_ms_sum,
        bytes_in=row.bytes_in,
        bytes_out=row.bytes_out,
        rows=row.rows,
        credits=row.credits,
        sketch=QuantileSketch.from_bytes(row.sketch) if row.sketch else QuantileSketch(),
    )


def use_columns() -> list[Any]:
    """Give the columns that `use_of` reads."""
    return [DAYS.c[name] for name in USE_COLUMNS]


def _locked(session: Session, places: Sequence[Values]) -> Sequence[Row[Any]]:
    """Give the rows of some places, locked until the transaction ends: the place, the use."""
    columns = [*(DAYS.c[name] for name in Place._fields), *use_columns()]
    names = ", ".join(f"stored.{column.name}" for column in columns)
    matches = " AND ".join(f"stored.{name} = wanted.{name}" for name in Place._fields)
    cast = {} if is_sqlite(session) else {"day": "::date"}
    given = ", ".join(f"(value->>{at}){cast.get(name, '')} AS {name}" for at, name in enumerate(Place._fields))
    source = "json_each(:places)" if is_sqlite(session) else "json_array_elements(CAST(:places AS json))"
    order = ", ".join(f"stored.{name}" for name in Place._fields)
    lock = "" if is_sqlite(session) else f" ORDER BY {order} FOR UPDATE OF stored"
    statement = text(
        f"SELECT {names} FROM (SELECT {given} FROM {source}) AS wanted"  # noqa: S608 - names of our own
        f" JOIN {DAYS.name} AS stored ON {matches}{lock}"
    )
    return session.execute(statement.columns(*columns), {"places": dumps(places).decode()}).all()


def _use_columns(use: DayUse) -> dict[str, Any]:
    return {
        "calls": use.calls,
        "errors": use.errors,
        "server_errors": use.server_errors,
        "limited": use.limited,
        "latency_ms_sum": use.latency_ms_sum,
        "latency_ms_p95": use.latency_ms_at(0.95),
        "latency_ms_p99": use.latency_ms_at(0.99),
        "sketch": use.sketch.to_bytes(),
        "bytes_in": use.bytes_in,
        "bytes_out": use.bytes_out,
        "rows": use.rows,
        "credits": use.credits,
    }
