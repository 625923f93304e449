"""Finds single calls, newest first, day by day, along an index.

Called by the logs. A search is led by one index of each day: that of the account or of the API where most of its calls
are wanted, that of the place where few are. Places are then asked one by one, so that what a page costs follows the
number of places and never the number of calls.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Row, Select, and_, or_, select, text, true
from sqlalchemy.orm import Session

from backend.core.ids import moment_in
from backend.engine.metering.buckets import ERROR_STATUS
from backend.engine.metering.day_use import SERVER_ERROR_STATUS
from backend.models import AppKey, CallPlace
from backend.models.call import IS_ERROR, IS_SERVER_ERROR
from backend.models.partitions import MOMENT
from backend.services.call_days import DAY_US, Day, Part, part_of, rest_of, stored_days
from backend.services.transactions import begin_snapshot, is_sqlite

EAGER_DAYS = 2
"""So many days are looked through before it is asked which days have such calls at all."""
STATUS_MAX = 999
Mark = tuple[int, int]
"""A call's moment in microseconds since 1970, and its id."""
Condition = ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class Search:
    """Which calls; None and nothing ask nothing. One of account and API is named."""

    account_number: int | None = None
    api_id: int | None = None
    places: tuple[Condition, ...] = ()
    """Conditions on CallPlace."""
    are_few: bool = False
    """Few of the account's calls are in those places, which are then asked one by one."""
    least: int = 0
    most: int = STATUS_MAX
    """Statuses, both ends included."""
    begins_us: int | None = None
    ends_us: int | None = None
    """Not included."""
    request_id: str = ""
    """Comes once."""
    days_called: Callable[[], set[date]] | None = None
    """Gives the days that can have such calls, where that is written somewhere."""


def newest_calls(session: Session, search: Search, after: Mark | None, limit: int) -> list[Row[Any]]:
    """Give at most `limit` calls before one of them, newest first, and one more, which tells of a next page."""
    _see_one_moment(session)
    found: list[Row[Any]] = []
    for part in _days(session, search, after):
        found += session.execute(_newest(session, part, search, after, limit + 1 - len(found))).all()
        if search.request_id and found:
            return found
        if len(found) > limit:
            break
    rest = session.execute(_newest(session, rest_of(session), search, after, limit + 1)).all()
    # The rest knows no days: what it holds may belong anywhere.
    return sorted([*found, *rest], key=_mark_of, reverse=True)[: limit + 1] if rest else found


def calls_since(session: Session, search: Search, since_us: int, last_id: int, limit: int) -> list[Row[Any]]:
    """Give at most `limit` calls that were recorded after one of them, in the order of recording.

    Args:
        since_us: earlier ones are not looked for.
        last_id: the id of that one.
    """
    _see_one_moment(session)
    found: list[Row[Any]] = []
    days = [day for day in stored_days(session) if day.number >= since_us // DAY_US]
    for part in [*(part_of(session, day) for day in days), rest_of(session)]:
        table = part.table
        # The sum hides the order from SQLite, which would walk all rows of everybody in it.
        recorded = table.c.id + 0
        conditions = (*_conditions(table, part, search), table.c[MOMENT] >= since_us, recorded > last_id)
        found += session.execute(select(table).where(*conditions).order_by(recorded).limit(limit)).all()
    return sorted(found, key=lambda row: int(row.id))[:limit]


def places_of(session: Session, calls: Sequence[Row[Any]]) -> dict[int, Row[CallPlace, str]]:
    """Give the places of some calls with the names of their keys, by id."""
    numbers = list({row.place_id for row in calls})
    statement = select(CallPlace, AppKey.name).outerjoin(AppKey, AppKey.key_id == CallPlace.key_id)
    rows = session.execute(statement.where(CallPlace.id.in_(numbers))).all() if numbers else ()
    return {row[0].id: row for row in rows}


def _see_one_moment(session: Session) -> None:
    """Have SQLite show one state from here on: a day that is dropped meanwhile is still there."""
    if is_sqlite(session) and not session.connection().connection.in_transaction:
        begin_snapshot(session)


def _mark_of(row: Row[Any]) -> Mark:
    return row.occurred_at_us, row.id


def _days(session: Session, search: Search, after: Mark | None) -> Iterator[Part]:
    """Give the days that can have what is searched for, newest first, the likeliest before."""
    ends = [moment for moment in (search.ends_us, after[0] if after else None) if moment is not None]
    begins = search.begins_us or 0
    days = [day for day in stored_days(session) if day.bounds[1] > begins and all(day.bounds[0] <= end for end in ends)]
    likely = _likely_days(search.request_id)
    days.sort(key=lambda day: day not in likely)
    called: set[date] | None = None
    for place, day in enumerate(days):
        if place == EAGER_DAYS and search.days_called is not None:
            called = search.days_called()
        if called is None or day.begins.date() in called:
            yield part_of(session, day)


def _likely_days(request_id: str) -> set[Day]:
    """Give the days on which a call most likely was answered, by when its id was made."""
    made = moment_in(request_id)
    return set() if made is None else {Day(made * 1_000 // DAY_US), Day(made * 1_000 // DAY_US + 1)}


def _newest(session: Session, part: Part, search: Search, after: Mark | None, limit: int) -> Select[Any]:
    table: FromClause = part.table
    if not search.are_few or search.request_id:
        narrowed = select(table).where(*_conditions(table, part, search), *_before(table, after))
    else:
        one = part.table.alias("one")
        theirs = select(one).where(one.c.place_id == CallPlace.id, *_narrowed(one, part, search), *_before(one, after))
        theirs = theirs.order_by(one.c[MOMENT].desc(), one.c.id.desc()).limit(limit).correlate(CallPlace)
        if is_sqlite(session):
            places = CallPlace.__table__.join(table, table.c.id.in_(theirs.with_only_columns(one.c.id)))
        else:
            table = theirs.lateral("theirs")
            places = CallPlace.__table__.join(table, true())
        narrowed = select(*table.c).select_from(places).where(*_owned_places(search))
    return narrowed.order_by(table.c[MOMENT].desc(), table.c.id.desc()).limit(limit)


def _conditions(table: FromClause, part: Part, search: Search) -> list[Condition]:
    """Give the conditions where the account, the API or the id of a request leads."""
    conditions = _narrowed(table, part, search)
    if search.account_number is not None:
        conditions.append(table.c.account_number == search.account_number)
    if search.api_id is not None:
        conditions.append(table.c.api_id == search.api_id)
    if search.places:
        # With nothing added, which no index holds: what must not lead.
        places = select(CallPlace.id).where(*_owned_places(search))
        conditions.append((table.c.place_id + 0).in_(places))
    return conditions


def _owned_places(search: Search) -> list[Condition]:
    return [CallPlace.account_number == search.account_number, *search.places]


def _narrowed(table: FromClause, part: Part, search: Search) -> list[Condition]:
    """Give the conditions on time, status and request."""
    moment, status = table.c[MOMENT], table.c.status
    conditions = list(part.within(table))
    if search.request_id:
        conditions.append(table.c.request_id == search.request_id)
    if search.begins_us is not None:
        conditions.append(moment >= search.begins_us)
    if search.ends_us is not None:
        conditions.append(moment < search.ends_us)
    if (search.least, search.most) != (0, STATUS_MAX):
        conditions.append(status.between(search.least, search.most))
    # One of the two: SQLite would take the larger index of both. Places have one of all errors.
    if search.least >= SERVER_ERROR_STATUS and not search.are_few:
        conditions.append(_text(table, IS_SERVER_ERROR))
    elif search.least >= ERROR_STATUS:
        conditions.append(_text(table, IS_ERROR))
    return conditions


def _text(table: FromClause, condition: str) -> Condition:
    """Give a condition as the index has it: a bound parameter would hide a partial index from the planner."""
    return text(f"{table.name}.{condition}")  # type: ignore[attr-defined,return-value]


def _before(table: FromClause, after: Mark | None) -> tuple[Condition, ...]:
    """Give the conditions that hold for what follows a call, newest first."""
    if after is None:
        return ()
    moment, (time, last_id) = table.c[MOMENT], after
    # The first is implied by the second; it is what an index can be entered with.
    return moment <= time, or_(moment < time, and_(moment == time, table.c.id < last_id))
