"""Reads daily rollups: whose they are, of which days, by day, path and key.

Called by the usage pages. Whoever looks is named first: their own account, or an app that they reach.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Row, exists, select

from backend.core.errors import InvalidInput, NotFound
from backend.engine.metering.day_use import DayUse
from backend.engine.metering.sketch_table import SketchTable
from backend.models import AppKey, db
from backend.schemas.usage import DAYS_MAX
from backend.services.access import Viewer
from backend.services.app_access import reached_app
from backend.services.key_rights import NOUN as KEY_NOUN
from backend.services.key_rights import reached_key
from backend.services.spans import DAY
from backend.services.usage_rows import DAYS, USE_COLUMNS, use_columns

GroupT = TypeVar("GroupT")


@dataclass(frozen=True, slots=True)
class DaySpan:
    """UTC days, the first and the last included."""

    begins: date
    ends: date

    def days(self) -> list[date]:
        """Give every day, oldest first."""
        return [self.begins + DAY * number for number in range((self.ends - self.begins).days + 1)]


@dataclass(frozen=True, slots=True)
class UsageFilter:
    """Which calls; empty text asks nothing."""

    environment: str = ""
    key_id: str = ""
    app_id: str = ""
    endpoint: str = ""


def span_of(today: date, days: int, begins: date | None = None, ends: date | None = None) -> DaySpan:
    """Give the days that were asked for.

    Raises:
        InvalidInput: they end before they begin, or are too many.
    """
    last = ends or today
    try:
        first = begins or last - DAY * (days - 1)
    except OverflowError:
        first = date.min
    if first > last:
        raise InvalidInput("from: a day that is not after `to`", details={"field": "from"})
    if (last - first).days >= DAYS_MAX:
        raise InvalidInput(f"from: at most {DAYS_MAX} days before `to`", details={"field": "from"})
    return DaySpan(first, last)


def rows_of(span: DaySpan, wanted: UsageFilter, *, viewer: Viewer) -> list[Row[Any]]:
    """Give the rollups of some days that the viewer may see: what they are about, and USE_COLUMNS.

    Raises:
        NotFound: an app or key that is not the viewer's to see.
    """
    columns = (DAYS.c.day, DAYS.c.key_id, DAYS.c.environment, DAYS.c.endpoint, DAYS.c.kind, *use_columns())
    conditions = [*_owned(wanted, viewer), DAYS.c.day.between(span.begins, span.ends)]
    conditions += [DAYS.c.environment == one for one in (wanted.environment, viewer.environment) if one]
    if wanted.endpoint:
        conditions.append(DAYS.c.endpoint == wanted.endpoint)
    return list(db.session.execute(select(*columns).where(*conditions).order_by(DAYS.c.id)))


def uses_by(rows: Sequence[Row[Any]], group_of: Callable[[Row[Any]], GroupT]) -> dict[GroupT, DayUse]:
    """Add rollups up by something, a column at a time: a month of a hundred keys is thousands of them.

    Args:
        rows: of any columns, and USE_COLUMNS last, which stand in the order of DayUse's fields.
    """
    if not rows:
        return {}
    slots: dict[GroupT, int] = {}
    at = [slots.setdefault(group_of(row), len(slots)) for row in rows]
    *numbers, stored = list(zip(*rows, strict=True))[-len(USE_COLUMNS) :]
    sketches = SketchTable(len(slots))
    sketches.add_all((slot, sketch) for slot, sketch in zip(at, stored, strict=True) if sketch)
    places = np.array(at)
    columns = [_summed(column, places, len(slots)) for column in numbers]
    uses = map(DayUse, *columns, map(sketches.sketch, range(len(slots))))
    return dict(zip(slots, uses, strict=True))


def total_of(uses: Iterable[DayUse]) -> DayUse:
    """Add uses up."""
    total = DayUse()
    for use in uses:
        total.merge(use)
    return total


def has_calls(viewer: Viewer) -> bool:
    """Tell whether the viewer's account was ever charged with a call."""
    return bool(db.session.scalar(select(exists().where(DAYS.c.account_id == viewer.account_id))))


def _summed(column: Sequence[float], at: NDArray[np.intp], slots: int) -> list[Any]:
    """Give what a column comes to in each slot; whole numbers stay whole."""
    values = np.array(column)
    sums = np.zeros(slots, values.dtype)
    np.add.at(sums, at, values)
    listed: list[Any] = sums.tolist()
    return listed


def _owned(wanted: UsageFilter, viewer: Viewer) -> list[ColumnElement[bool]]:
    """Give the conditions that hold what is read to what the viewer may see."""
    conditions: list[ColumnElement[bool]] = []
    is_shared = False
    if wanted.app_id:
        is_shared = _is_shared_app(wanted.app_id, viewer)
        conditions.append(DAYS.c.app_id == wanted.app_id)
    if wanted.key_id:
        is_shared |= _is_shared_key(wanted.key_id, viewer)
        conditions.append(DAYS.c.key_id == wanted.key_id)
    return conditions if is_shared else [DAYS.c.account_id == viewer.account_id, *conditions]


def _is_shared_app(app_id: str, viewer: Viewer) -> bool:
    """Tell whether an app is another account's that the viewer reaches through its project.

    Raises:
        NotFound: no such app, or not the viewer's to see. One's own deleted app is still found in its calls.
    """
    try:
        return reached_app(app_id, viewer).row.account_id != viewer.account_id
    except NotFound:
        if not _was_charged(DAYS.c.app_id == app_id, viewer):
            raise
        return False


def _is_shared_key(key_id: str, viewer: Viewer) -> bool:
    """Tell whether a key is another account's that the viewer reaches through its app.

    Raises:
        NotFound: no such key, or not the viewer's to see. One's own key whose API was deleted is found in its calls.
    """
    owner = db.session.scalar(select(AppKey.account_id).where(AppKey.key_id == key_id))
    if owner is None and _was_charged(DAYS.c.key_id == key_id, viewer):
        return False
    if owner is None:
        raise NotFound(noun=KEY_NOUN)
    return reached_key(key_id, viewer).row.account_id != viewer.account_id


def _was_charged(condition: ColumnElement[bool], viewer: Viewer) -> bool:
    statement = select(exists().where(DAYS.c.account_id == viewer.account_id, condition))
    return bool(db.session.scalar(statement))
