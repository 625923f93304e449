"""Guarantees of the audit chain: it never forks, a rollback leaves no gap, and no secret gets in."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from backend.engine.keys import mint_key
from backend.models import AuditEntry
from backend.services.audit_service import Actor, record

NOON = datetime(2026, 11, 22, 12, 0, 0, 123456, tzinfo=UTC)
WRITERS, ENTRIES_EACH = 8, 20


def add(session: Session, action: str = "key.created", **details: object) -> AuditEntry:
    """Record something of the account 'me'."""
    return record(action, account_id="me", target={"key_id": "ak_1"}, details=details, session=session, at=NOON)


def chain(session: Session) -> list[AuditEntry]:
    """Give the entries in their order."""
    return list(session.scalars(select(AuditEntry).order_by(AuditEntry.seq)))


def links(entries: Iterable[AuditEntry]) -> list[tuple[str, str]]:
    """Give what each entry follows, and its own hash."""
    return [(entry.prev_hash, entry.hash) for entry in entries]


def test_writers_at_once_never_fork_a_chain(sessions: sessionmaker[Session]) -> None:
    """Each entry follows exactly one other, however many workers write at the same moment."""

    def write(writer: int) -> None:
        for number in range(ENTRIES_EACH):
            with sessions.begin() as session:
                add(session, writer=writer, number=number)

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(write, range(WRITERS)))

    with sessions() as session:
        entries = chain(session)
    assert [entry.seq for entry in entries] == list(range(1, WRITERS * ENTRIES_EACH + 1))
    assert [entry.prev_hash for entry in entries] == ["", *(entry.hash for entry in entries[:-1])]


def test_what_was_rolled_back_left_no_entry_and_no_gap(sessions: sessionmaker[Session]) -> None:
    """An entry stands for something that happened."""
    for is_kept in (True, False, True):
        with sessions() as session:
            add(session)
            if is_kept:
                session.commit()

    with sessions() as session:
        assert [entry.seq for entry in chain(session)] == [1, 2]


def test_no_secret_gets_in_by_any_way(sessions: sessionmaker[Session]) -> None:
    """Somebody who writes a key into a reason or a name does not write it into the trail for ever."""
    secret = mint_key("mp", "live").secret
    with sessions.begin() as session:
        entry = add(session, reason=f"leaked: {secret}!", names=[{secret: secret}])

    with sessions() as session:
        kept = session.get_one(AuditEntry, entry.id)
    assert secret not in str(kept.details)
    assert kept.details["reason"] == "leaked: [key]!"


@pytest.mark.parametrize("hostile", ["nul \x00", "surrogate \ud800", "ünïcode \U0001f600"])
def test_every_text_can_be_kept(sessions: sessionmaker[Session], hostile: str) -> None:
    """PostgreSQL keeps neither NUL nor lone surrogates; a change must not fail for its entry."""
    with sessions.begin() as session:
        add(session, name=hostile)


def test_a_fraction_is_refused(sessions: sessionmaker[Session]) -> None:
    """Databases write fractions in different ways, so a hash over one could not be computed again."""
    with sessions() as session, pytest.raises(TypeError):
        add(session, share=0.5)


def test_an_administrator_is_named_so_on_other_peoples_things_alone() -> None:
    """An owner sees that it was not themself, and an administrator's own things have an ordinary trail."""
    boss = Actor(type="session", account_id="boss", is_admin=True)

    assert boss.seen_by("me")["type"] == "admin"
    assert boss.seen_by("boss")["type"] == "session"
