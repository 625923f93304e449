"""Guarantees of the proof: whatever is done to a chain behind the application's back is found, and where."""

from __future__ import annotations

import multiprocessing
import os
import signal
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.synchronize import Event

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session, sessionmaker

from backend.engine.audit_chain import Link, Why, hash_of
from backend.models import AuditEntry
from backend.services.audit_verification import BrokenEntry, Verification, accounts_with_chains, verify
from tests.databases import opened
from tests.services.audit.test_audit_chain import add

INSERT_TWIN = (
    "INSERT INTO dev_portal_audit (account_id, seq, action, target, actor, details, created_at, prev_hash, hash)"
    " SELECT account_id, 6, action, target, actor, details, created_at, prev_hash, hash"
    " FROM dev_portal_audit WHERE seq = 3"
)
TAMPERED: list[tuple[str, int, Why]] = [
    ("UPDATE dev_portal_audit SET action = 'key.revoked' WHERE seq = 3", 3, "changed"),
    ("""UPDATE dev_portal_audit SET details = '{"number": 99}' WHERE seq = 3""", 3, "changed"),
    ("UPDATE dev_portal_audit SET created_at = '2026-01-01 00:00:00.000001' WHERE seq = 1", 1, "changed"),
    ("UPDATE dev_portal_audit SET ip = '192.0.2.1' WHERE seq = 2", 2, "changed"),
    ("UPDATE dev_portal_audit SET prev_hash = 'x' WHERE seq = 4", 4, "changed"),
    ("DELETE FROM dev_portal_audit WHERE seq = 2", 2, "missing"),
    ("DELETE FROM dev_portal_audit WHERE seq = 1", 1, "missing"),
    ("DELETE FROM dev_portal_audit WHERE seq >= 4", 4, "cut"),
    ("DELETE FROM dev_portal_audit", 1, "cut"),
    (INSERT_TWIN, 6, "changed"),
    ("UPDATE dev_portal_audit_heads SET seq = 4", 5, "forked"),
    ("UPDATE dev_portal_audit_heads SET hash = 'x'", 5, "forked"),
    ("DELETE FROM dev_portal_audit_heads", 5, "forked"),
]


def written(sessions: sessionmaker[Session], entries: int = 5) -> None:
    """Record so many things."""
    for number in range(entries):
        with sessions.begin() as session:
            add(session, number=number, b=[1, {"z": True, "a": None}], a="é")


def test_a_chain_that_nobody_touched_holds(sessions: sessionmaker[Session]) -> None:
    """JSON columns give back what was hashed, on each database, with microseconds."""
    written(sessions)

    assert verify(sessions, "me") == Verification(5, None)
    assert verify(sessions, "nobody") == Verification(0, None)


@pytest.mark.parametrize(("statement", "seq", "why"), TAMPERED, ids=lambda value: str(value)[:60])
def test_the_first_broken_entry_is_named(sessions: sessionmaker[Session], statement: str, seq: int, why: Why) -> None:
    """An operator learns which row to look at, and what was done to it."""
    written(sessions)
    with sessions.begin() as session:
        session.execute(text(statement))

    found = verify(sessions, "me").first_broken

    assert found is not None
    assert (found.seq, found.why) == (seq, why)
    assert (found.id is None) == (why in {"missing", "cut"} or "heads" in statement)


def test_an_entry_rewritten_with_its_own_hash_breaks_the_next(sessions: sessionmaker[Session]) -> None:
    """A hash that fits its entry does not help: the next entry names the one that stood there."""
    written(sessions, 3)
    with sessions.begin() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.seq == 2)).one()
        entry.action = "key.revoked"
        entry.hash = hash_of(Link(**{name: getattr(entry, name) for name in Link.__slots__}))

    found = verify(sessions, "me")

    assert found.checked == 2
    assert found.first_broken == BrokenEntry(3, 3, "forked")


def test_rubbish_is_a_change_and_no_crash(sqlite_uri: str) -> None:
    """SQLite takes any text into any column."""
    for statement in (
        "UPDATE dev_portal_audit SET details = 'rubbish' WHERE seq = 3",
        "UPDATE dev_portal_audit SET created_at = 'rubbish' WHERE seq = 3",
        "UPDATE dev_portal_audit SET seq = 'rubbish' WHERE seq = 3",
    ):
        with opened(sqlite_uri) as sessions:
            with sessions.begin() as session:
                session.execute(text("DELETE FROM dev_portal_audit"))
                session.execute(text("DELETE FROM dev_portal_audit_heads"))
            written(sessions, 3)
            with sessions.begin() as session:
                session.execute(text(statement))

            assert verify(sessions, "me").first_broken is not None


def test_chains_are_found_by_what_is_left_of_them(sessions: sessionmaker[Session]) -> None:
    """An account whose entries were all taken out is still checked."""
    written(sessions, 1)
    with sessions.begin() as session:
        session.execute(text("DELETE FROM dev_portal_audit"))

    assert list(accounts_with_chains(sessions)) == ["me"]


def test_a_writer_killed_in_the_middle_leaves_no_gap(database_uri: str) -> None:
    """What a dead process had not committed never was; the next writer takes its number."""
    context = multiprocessing.get_context("spawn")
    with opened(database_uri) as sessions:
        written(sessions, 2)
        is_written = context.Event()
        child = context.Process(target=_write_and_wait, args=(database_uri, is_written))
        child.start()
        assert is_written.wait(60)
        os.kill(child.pid or 0, signal.SIGKILL)
        child.join()
        written(sessions, 1)

        assert verify(sessions, "me") == Verification(3, None)


def _write_and_wait(database_uri: str, is_written: Event) -> None:
    """Record something and never commit it."""
    with opened(database_uri) as sessions, sessions() as session:
        add(session)
        session.flush()
        is_written.set()
        signal.pause()


def test_a_proof_is_of_one_moment(sessions: sessionmaker[Session]) -> None:
    """Entries written while a chain is read do not make it look cut or forked."""
    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(written, sessions, 60)
        proofs = [verify(sessions, "me")]
        while not writing.done():
            proofs.append(verify(sessions, "me"))
        writing.result()

    assert [proof for proof in proofs if not proof.is_intact] == []
    assert verify(sessions, "me") == Verification(60, None)
