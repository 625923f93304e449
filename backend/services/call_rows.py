"""The fold's statements about single calls: the numbers of their places, which are known already, their rows.

Called by the fold alone, inside its transaction, after it holds the locks on the APIs.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from collections.abc import Set as AbstractSet
from itertools import compress
from typing import Any, NamedTuple

from sqlalchemy import Table, select, text
from sqlalchemy.orm import Session

from backend.core.jsontools import dumps
from backend.engine.metering.calls import Calls, Field
from backend.engine.metering.records import CallRecord
from backend.models import Call, CallAccount, CallPlace
from backend.services.bulk_insert import insert_rows, put_rows
from backend.services.call_days import DAY_US, Day, part_of, parts_between, rest_of, stored_days
from backend.services.many_values import is_among, values_by_name
from backend.services.transactions import is_sqlite

CountryOf = Callable[[str], str | None]
"""Gives the ISO 3166-1 alpha-2 code of an address, where it is known."""

ROWS: Table = Call.__table__  # type: ignore[assignment]
PLACES: Table = CallPlace.__table__  # type: ignore[assignment]
ACCOUNTS: Table = CallAccount.__table__  # type: ignore[assignment]
PLACE_FIELDS = (
    "account_id",
    "key_id",
    "app_id",
    "api_id",
    "model_id",
    "environment",
    "source",
    "kind",
    "method",
    "endpoint",
)
"""What a place is about; the order of its signature."""
COLUMNS = (
    "request_id",
    "occurred_at_us",
    "place_id",
    "account_number",
    "api_id",
    "status",
    "response_time",
    "cpu_usage",
    "memory_usage",
    "request_bytes",
    "response_bytes",
    "rows",
    "credits",
    "is_overage",
    "remote_address",
    "country",
    "error_message",
    "request_data",
    "response_data",
)


class Numbers(NamedTuple):
    """What stands for a place in the rows of its calls."""

    place_id: int
    account_number: int | None


def nowhere(address: str) -> str | None:  # noqa: ARG001 - a CountryOf
    """Give no country: there is no database of them."""
    return None


def known_request_ids(session: Session, calls: Calls) -> set[str]:
    """Give the request ids of those calls that the database holds already, on the days that they name."""
    if not calls:
        return set()
    moments, found = calls.field("occurred_at_us"), set[str]()
    for part in parts_between(session, min(moments), max(moments)):
        request_id = part.table.c.request_id
        is_one = is_among(session, request_id, calls.field("request_id"))
        found.update(session.scalars(select(request_id).where(is_one, *part.within(part.table))))
    return found


def insert_calls(session: Session, calls: Calls, living: AbstractSet[int], country_of: CountryOf) -> None:
    """Insert the row of each call; without bodies where its API is gone.

    Raises:
        IntegrityError: a row contradicts a constraint.
        DataError: a value that its column cannot hold.
    """
    numbers = _numbers(session, calls)
    keeps = [api_id in living for api_id in calls.field("api_id")]
    fields: dict[str, Field] = {
        **{name: calls.field(name) for name in COLUMNS if name in CallRecord._fields},
        "place_id": [number.place_id for number in numbers],
        "account_number": [number.account_number for number in numbers],
        "api_id": [api_id or None for api_id in calls.field("api_id")],
        "status": calls.field("status_code"),
        "country": _countries(calls.field("remote_address"), country_of),
    }
    if not all(keeps):
        for name in ("request_data", "response_data"):
            fields[name] = [body if keep else None for body, keep in zip(fields[name], keeps, strict=True)]
    rows = [fields[name] for name in COLUMNS]
    if is_sqlite(session):
        _insert_by_day(session, calls.field("occurred_at_us"), rows)
    else:
        insert_rows(session, ROWS, COLUMNS, rows)


def _countries(addresses: Field, country_of: CountryOf) -> Field:
    known = {address: country_of(address) if address else None for address in set(addresses)}
    return [known[address] for address in addresses]


def _numbers(session: Session, calls: Calls) -> list[Numbers]:
    """Give the numbers of the place of each call, new ones for places that were never met."""
    keys = list(calls.each(*PLACE_FIELDS))
    signatures = {key: dumps(key).decode() for key in dict.fromkeys(keys)}
    found = _places(session, signatures.values())
    missing = [key for key, signature in signatures.items() if signature not in found]
    if missing:
        _add_places(session, {signatures[key]: key for key in missing})
        found = _places(session, signatures.values())
    of_key = {key: found[signature] for key, signature in signatures.items()}
    return [of_key[key] for key in keys]


def _places(session: Session, signatures: Collection[str]) -> dict[str, Numbers]:
    columns = PLACES.c.signature, PLACES.c.id, PLACES.c.account_number
    rows = session.execute(select(*columns).where(is_among(session, PLACES.c.signature, signatures)))
    return {signature: Numbers(*rest) for signature, *rest in rows}


def _add_places(session: Session, missing: dict[str, tuple[Any, ...]]) -> None:
    accounts = sorted({key[0] for key in missing.values() if key[0]})
    put_rows(session, ACCOUNTS, ("account_id",), [(one,) for one in accounts], keys=("account_id",), changed=())
    numbers = values_by_name(session, ACCOUNTS.c.account_id, ACCOUNTS.c.id, accounts)
    columns = ("signature", "account_number", *PLACE_FIELDS)
    rows = [
        (signature, numbers.get(account_id), account_id or None, key_id, app_id, api_id or None, *rest)
        for signature, (account_id, key_id, app_id, api_id, *rest) in sorted(missing.items())
    ]
    put_rows(session, PLACES, columns, rows, keys=("signature",), changed=())


def _insert_by_day(session: Session, moments: Field, fields: list[Field]) -> None:
    """Insert rows into the tables of their days; SQLite's ids are counted for all of them together."""
    counted = text("UPDATE sqlite_sequence SET seq = seq + :count WHERE name = 'calls' RETURNING seq")
    last = session.execute(counted, {"count": len(moments)}).scalar_one()
    columns, fields = ("id", *COLUMNS), [range(last - len(moments) + 1, last + 1), *fields]
    stored = set(stored_days(session))
    days = [moment // DAY_US for moment in moments]
    for number in sorted(set(days)):
        is_there = Day(number) in stored
        table = part_of(session, Day(number)).table if is_there else rest_of(session).table
        theirs = [day == number for day in days]
        insert_rows(session, table, columns, [list(compress(field, theirs)) for field in fields])
