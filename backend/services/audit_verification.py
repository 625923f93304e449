"""Reading an audit chain from its first entry to its last, to prove that nobody changed it.

Called by the audit route for one's own chain and by the command for all. Reads rows as text: somebody who tampers may
leave what does not read as JSON or as a time, which must be found and not crash the search.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, Text, cast, select, union
from sqlalchemy.orm import Session, sessionmaker

from backend.engine.audit_chain import GENESIS, ChainCheck, Link, Why
from backend.models import AuditEntry, AuditHead
from backend.services.transactions import begin_snapshot

BATCH_ROWS = 1_000
_AS_TEXT = ("target", "actor", "details", "created_at")
_COLUMNS = [
    cast(getattr(AuditEntry, name), Text).label(name) if name in _AS_TEXT else getattr(AuditEntry, name)
    for name in Link.__slots__
]


@dataclass(frozen=True, slots=True)
class BrokenEntry:
    """The first entry that does not hold; without an id where it is gone."""

    id: int | None
    seq: int
    why: Why

    def __str__(self) -> str:
        row = "gone" if self.id is None else f"id {self.id}"
        return f"entry {self.seq} ({row}): {self.why}"


@dataclass(frozen=True, slots=True)
class Verification:
    """How far a chain holds."""

    checked: int
    first_broken: BrokenEntry | None

    @property
    def is_intact(self) -> bool:
        """Tell whether all of it holds."""
        return self.first_broken is None


@dataclass(frozen=True, slots=True)
class ChainHead:
    """The end of a chain at some moment; one line of text, for keeping it elsewhere."""

    account_id: str
    seq: int
    hash: str

    def __str__(self) -> str:
        return f"{self.account_id} {self.seq} {self.hash}"

    @classmethod
    def read(cls, line: str) -> ChainHead:
        """Read what was written.

        Raises:
            ValueError: it is something else.
        """
        account_id, seq, hash_ = line.split()
        return cls(account_id, int(seq), hash_)


def verify(sessions: sessionmaker[Session], account_id: str) -> Verification:
    """Check the chain of one account, as of one moment: writers go on meanwhile."""
    with sessions() as session:
        begin_snapshot(session)
        return _verify(session, account_id)


def accounts_with_chains(sessions: sessionmaker[Session]) -> Iterator[str]:
    """Give every account that has entries, or should have."""
    with sessions() as session:
        yield from session.scalars(
            union(select(AuditEntry.account_id), select(AuditHead.account_id)).order_by("account_id")
        )


def heads(sessions: sessionmaker[Session]) -> Iterator[ChainHead]:
    """Give the end of every chain, to be kept where nobody who writes this database can write."""
    with sessions() as session:
        ends = select(AuditHead.account_id, AuditHead.seq, AuditHead.hash).order_by(AuditHead.account_id)
        for row in session.execute(ends):
            yield ChainHead(*row)


def passes_through(sessions: sessionmaker[Session], kept: ChainHead) -> bool:
    """Tell whether a chain still holds the entry that it ended with once."""
    place = (AuditEntry.account_id == kept.account_id, AuditEntry.seq == kept.seq)
    with sessions() as session:
        return session.scalar(select(AuditEntry.hash).where(*place)) == kept.hash


def _verify(session: Session, account_id: str) -> Verification:
    check = ChainCheck()
    rows = session.execute(
        select(AuditEntry.id, AuditEntry.hash, *_COLUMNS)
        .where(AuditEntry.account_id == account_id)
        .order_by(AuditEntry.seq, AuditEntry.id)
        .execution_options(yield_per=BATCH_ROWS)
    )
    # Closed where it is left early: PostgreSQL's cursor holds the connection.
    with rows:
        for row in rows:
            broken = _follow(check, row)
            if broken is not None:
                return Verification(check.checked, broken)
    head = session.execute(
        select(AuditHead.seq, AuditHead.hash).where(AuditHead.account_id == account_id)
    ).one_or_none()
    ending = check.end(*((0, GENESIS) if head is None else head))
    if ending is None:
        return Verification(check.checked, None)
    return Verification(check.checked, BrokenEntry(None, ending.seq, ending.why))


def _follow(check: ChainCheck, row: Row[Any]) -> BrokenEntry | None:
    """Take the next row; a row that does not read was changed."""
    try:
        broken = check.follow(_link(row), row.hash)
    except (TypeError, ValueError):
        return BrokenEntry(row.id, check.checked + 1, "changed")
    if broken is None:
        return None
    return BrokenEntry(None if broken.why == "missing" else row.id, broken.seq, broken.why)


def _link(row: Row[Any]) -> Link:
    """Read an entry from its texts."""
    fields = {name: getattr(row, name) for name in Link.__slots__}
    for name in ("target", "actor", "details"):
        fields[name] = json.loads(fields[name])
    fields["created_at"] = datetime.fromisoformat(fields["created_at"]).replace(tzinfo=UTC)
    return Link(**fields)
