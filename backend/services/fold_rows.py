"""The statements of the fold: segments claimed and advanced, APIs locked, usage counted.

Called by the fold alone, inside its transaction. Locks are taken in one order: segments by name, APIs by id, credits by
account, days by place, keys by id.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Table, Update, bindparam, case, delete, or_, select, update
from sqlalchemy.orm import Session

from backend.core.moments import moment_of
from backend.engine.metering.reader import Chunk, JournalReader
from backend.models import AppKey, ExportedAPI, JournalSegment
from backend.services.journal_batch import Usage
from backend.services.transactions import insert_into

SEGMENTS: Table = JournalSegment.__table__  # type: ignore[assignment]
APIS: Table = ExportedAPI.__table__  # type: ignore[assignment]
KEYS: Table = AppKey.__table__  # type: ignore[assignment]


class Overtaken(Exception):
    """Another process folded the same lines first."""


def offsets(session: Session, segments: Sequence[str]) -> dict[str, int]:
    """Give how many bytes of each segment the database holds; segments not begun are absent."""
    rows = session.execute(select(SEGMENTS.c.name, SEGMENTS.c.folded_bytes).where(SEGMENTS.c.name.in_(segments)))
    return {row.name: row.folded_bytes for row in rows}


def claim(
    session: Session, reader: JournalReader, chunks: Sequence[Chunk], now: datetime, *, at_end: bool = False
) -> None:
    """Lock the rows of some segments until the transaction ends.

    Args:
        at_end: the database must hold the chunks, and not only what is before them.

    Raises:
        Overtaken: a segment is not where the chunk was read, or is gone.
    """
    names = [chunk.segment for chunk in chunks]
    rows = [{"name": name, "folded_bytes": 0, "folded_at": now} for name in names]
    session.execute(insert_into(session, SEGMENTS).on_conflict_do_nothing(), rows)
    locked = select(SEGMENTS.c.name, SEGMENTS.c.folded_bytes).where(SEGMENTS.c.name.in_(names))
    held = {row.name: row.folded_bytes for row in session.execute(locked.order_by(SEGMENTS.c.name).with_for_update())}
    for chunk in chunks:
        expected = chunk.end if at_end else chunk.start
        if held.get(chunk.segment) != expected or not reader.exists(chunk.segment):
            raise Overtaken


def advance(session: Session, chunks: Iterable[Chunk], now: datetime) -> None:
    """Write down that the database holds the chunks."""
    statement = (
        update(SEGMENTS)
        .where(SEGMENTS.c.name == bindparam("segment"))
        .values(folded_bytes=bindparam("end"), folded_at=now)
    )
    session.execute(statement, [{"segment": chunk.segment, "end": chunk.end} for chunk in chunks])


def forget(session: Session, segment: str) -> None:
    """Delete a segment's row."""
    session.execute(delete(SEGMENTS).where(SEGMENTS.c.name == segment))


def lock_apis(session: Session, api_ids: Collection[int]) -> dict[int, str]:
    """Lock the APIs that still exist against deletion, and their buckets against other folds; give their owners."""
    if not api_ids:
        return {}
    statement = select(APIS.c.id, APIS.c.account_id).where(APIS.c.id.in_(api_ids)).order_by(APIS.c.id)
    return {row.id: row.account_id for row in session.execute(statement.with_for_update(key_share=True))}


def add_usage(session: Session, api_uses: Mapping[int, Usage], key_uses: Mapping[str, Usage]) -> None:
    """Count calls on APIs, and move the last use of APIs and keys forward, never back."""
    apis = [
        {"named": api_id, "used_at": moment_of(usage.newest_us), "calls": usage.calls}
        for api_id, usage in sorted(api_uses.items())
    ]
    keys = [{"named": key_id, "used_at": moment_of(usage.newest_us)} for key_id, usage in sorted(key_uses.items())]
    total = APIS.c.total_requests + bindparam("calls")
    if apis:
        session.execute(_later_use(APIS, APIS.c.id).values(total_requests=total), apis)
    if keys:
        session.execute(_later_use(KEYS, KEYS.c.key_id), keys)


def _later_use(table: Table, identity: Column[Any]) -> Update:
    """Give the UPDATE that sets last_used_at to the later of what is there and what is given."""
    used_at = bindparam("used_at", type_=table.c.last_used_at.type)
    is_later = or_(table.c.last_used_at.is_(None), table.c.last_used_at < used_at)
    later = case((is_later, used_at), else_=table.c.last_used_at)
    return update(table).where(identity == bindparam("named")).values(last_used_at=later)
