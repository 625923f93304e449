"""The audit trail: who changed what, when and from where.

Every service that changes something of an account calls `record` in its own transaction, last before it commits: what
was rolled back left no entry, and what was committed has one. Requests and commands say who acts by `begin_acting`;
without it the system itself acts. Never holds a secret: whatever looks like a key is taken out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast

from sqlalchemy import Table, update
from sqlalchemy.orm import Session

from backend.engine.audit_chain import Json, Link, hash_of, storable, storable_text
from backend.models import AuditEntry, AuditHead, db
from backend.services.runtime import current_runtime
from backend.services.transactions import insert_into

ActorType = Literal["session", "key", "anonymous", "command", "system"]
"""anonymous is a request without a proven identity, such as a sign-in with a wrong password."""
IP_LENGTH_MAX = 45
USER_AGENT_LENGTH_MAX = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who does something; an account for sessions and keys."""

    type: ActorType
    account_id: str | None = None
    key_id: str | None = None
    is_admin: bool = False

    def seen_by(self, account_id: str) -> dict[str, Json]:
        """Give the actor as an entry of an account holds it; administrators are named so on other people's things."""
        is_intervention = self.is_admin and self.account_id != account_id
        kind = "admin" if is_intervention else self.type
        return {"type": kind, "account_id": self.account_id, "key_id": self.key_id}


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where what is done comes from."""

    actor: Callable[[], Actor]
    """Asked when something is recorded: a request is authenticated after it began."""
    ip: str | None = None
    user_agent: str | None = None
    request_id: str | None = None


SYSTEM = Origin(actor=lambda: Actor(type="system"))
COMMAND = Origin(actor=lambda: Actor(type="command"))
_origin: ContextVar[Origin] = ContextVar("modelport_audit_origin", default=SYSTEM)


def begin_acting(origin: Origin) -> None:
    """Say where all that this thread does from now on comes from."""
    _origin.set(origin)


def end_acting() -> None:
    """Forget it: threads serve one request after another."""
    _origin.set(SYSTEM)


@contextmanager
def acting(origin: Origin) -> Iterator[None]:
    """Say where what the block does comes from."""
    token = _origin.set(origin)
    try:
        yield
    finally:
        _origin.reset(token)


def record(
    action: str,
    *,
    account_id: str,
    target: Mapping[str, object],
    details: Mapping[str, object] | None = None,
    session: Session | None = None,
    actor: Actor | None = None,
    at: datetime | None = None,
) -> AuditEntry:
    """Add an entry to the caller's transaction; the caller commits.

    Call it last: PostgreSQL holds the account's chain from here to the commit, and other writers of it wait.

    Args:
        action: such as key.created.
        account_id: whose things were changed.
        target: what was changed, by ids.
        details: what changed of it, before and after; no fractions.
        session: the request's own when not given.
        actor: who did it, where that is not who sent the request: a sign-in has no session before.
        at: when; needed outside an application context.

    Raises:
        TypeError: a value that JSON or one of the databases would not give back as it was.
    """
    session = db.session() if session is None else session
    origin = _origin.get()
    seq, prev_hash = _next_place(session, account_id)
    link = Link(
        account_id=account_id,
        seq=seq,
        action=action,
        target=_object(target),
        actor=(actor or origin.actor()).seen_by(account_id),
        details=_object(details or {}),
        ip=_bounded(origin.ip, IP_LENGTH_MAX),
        user_agent=_bounded(origin.user_agent, USER_AGENT_LENGTH_MAX),
        request_id=origin.request_id,
        created_at=at or current_runtime().clock.now(),
        prev_hash=prev_hash,
    )
    return _append(session, link)


def _next_place(session: Session, account_id: str) -> tuple[int, str]:
    """Take the next number of an account's chain; give it and the hash to follow.

    One statement that writes: whoever comes second waits for the first to commit, on both databases, and reads what it
    left. So a chain never forks, and a rollback leaves no gap.
    """
    head = insert_into(session, cast("Table", AuditHead.__table__)).values(account_id=account_id, seq=1)
    raised = head.on_conflict_do_update(index_elements=[AuditHead.account_id], set_={"seq": AuditHead.seq + 1})
    row = session.execute(raised.returning(AuditHead.seq, AuditHead.hash)).one()
    return row.seq, row.hash


def _append(session: Session, link: Link) -> AuditEntry:
    """Add the row and move the chain's end to it."""
    entry = AuditEntry(**{name: getattr(link, name) for name in Link.__slots__}, hash=hash_of(link))
    session.add(entry)
    session.execute(
        update(AuditHead)
        .where(AuditHead.account_id == link.account_id)
        .values(hash=entry.hash)
        .execution_options(synchronize_session=False)
    )
    return entry


def _object(values: Mapping[str, object]) -> dict[str, Json]:
    return cast("dict[str, Json]", storable(dict(values)))


def _bounded(text: str | None, length_max: int) -> str | None:
    return None if text is None else storable_text(text)[:length_max]
