"""Guarantees of the audit routes: one's own trail, whole, with who did what from where, and the proof of it."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from backend.core.clock import FrozenClock
from backend.models import db
from backend.services.audit_service import record
from tests.api.conftest import PASSWORD, Person

PATH = "/api/dev/audit"


def trail(person: Person, query: str = "") -> list[dict[str, Any]]:
    """Give somebody's own trail."""
    answer = person.get(f"{PATH}{query}")
    assert answer.status_code == 200, answer.get_json()
    entries: list[dict[str, Any]] = answer.get_json()
    return entries


def note(app: Flask, person: Person, action: str, **target: str) -> None:
    """Let something happen to somebody's account."""
    with app.app_context():
        record(action, account_id=person.id, target=target)
        db.session.commit()


def test_a_trail_begins_with_the_account(alice: Person) -> None:
    """Who signed up and in, when, from where and with which program."""
    started, granted, registered = trail(alice)

    assert (registered["action"], registered["seq"], registered["prev_hash"]) == ("account.registered", 1, "")
    assert registered["actor"] == {"type": "session", "account_id": alice.id, "email": alice.email, "key_id": None}
    assert registered["ip"] == "127.0.0.1"
    assert registered["user_agent"].startswith("Werkzeug/")
    assert registered["request_id"].startswith("req_")
    assert (granted["action"], granted["prev_hash"]) == ("credits.granted", registered["hash"])
    assert (started["action"], started["prev_hash"]) == ("session.started", granted["hash"])


def test_one_sees_ones_own_trail_alone(alice: Person, bob: Person, admin: Person) -> None:
    """An administrator's route to other people's things is another one."""
    for person in (alice, bob, admin):
        assert {entry["target"].get("account_id", person.id) for entry in trail(person)} == {person.id}
    assert trail(bob, f"?key_id={alice.id}") == []


def test_nobody_reads_without_an_identity(alice: Person) -> None:
    """A trail says much about its owner."""
    for path in (PATH, f"{PATH}/verify"):
        assert alice.client.get(path).status_code == 401


def test_a_wrong_password_is_noted_once_in_a_while(alice: Person, clock: FrozenClock) -> None:
    """The owner learns that somebody tries; whoever tries cannot fill the trail."""
    wrong = {"email": alice.email, "password": "not the one"}
    for seconds in (0, 0, 16 * 60, 0):
        clock.advance(seconds)
        assert alice.client.post("/api/v1/auth/login", json=wrong).status_code == 401

    failed = trail(alice, "?action=session.failed")

    assert len(failed) == 2
    assert failed[0]["actor"] == {"type": "anonymous", "account_id": None, "email": None, "key_id": None}
    assert "not the one" not in str(failed)


def test_a_changed_profile_says_before_and_after(alice: Person) -> None:
    """What it was can be read later; what stays the same makes no entry."""
    alice.patch("/api/v1/users/me", json={"name": "A Person"})
    alice.patch("/api/v1/users/me", json={"name": "Alice", "avatar_url": None})

    changed = trail(alice, "?action=profile.changed")

    assert [entry["details"] for entry in changed] == [{"name": {"before": "A Person", "after": "Alice"}}]


def test_entries_are_found_by_action_key_and_time(app: Flask, alice: Person, clock: FrozenClock) -> None:
    """After an incident, one asks what happened to a key since a moment."""
    before = clock.now()
    clock.advance(60)
    note(app, alice, "key.revoked", key_id="ak_live_1")
    note(app, alice, "key.revoked", key_id="ak_live_2")
    note(app, alice, "key.created", key_id="ak_live_1")
    moment = clock.now().isoformat().replace("+00:00", "Z")

    assert [entry["action"] for entry in trail(alice, "?key_id=ak_live_1")] == ["key.created", "key.revoked"]
    assert len(trail(alice, "?action=key.revoked")) == 2
    assert len(trail(alice, f"?from={moment}")) == 3
    assert len(trail(alice, f"?to={moment}")) == 3
    assert trail(alice, f"?to={before.isoformat().replace('+00:00', 'Z')}") == []


def test_a_trail_comes_in_pages(app: Flask, alice: Person) -> None:
    """Newest first, each entry once, whatever is added meanwhile."""
    for number in range(5):
        note(app, alice, "key.created", key_id=str(number))
    first = alice.get(f"{PATH}?limit=3")
    note(app, alice, "key.created", key_id="new")
    path = first.headers["Link"].split(">")[0].lstrip("<")

    rest = alice.get(path).get_json()

    assert [entry["seq"] for entry in [*first.get_json(), *rest]] == [8, 7, 6, 5, 4, 3]


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=1000",
        "limit=x",
        "cursor=%00",
        "cursor=!",
        "from=yesterday",
        "to=2026-11-22T12:00:00",
        "from=0001-01-01T00:00:00%2B14:00",
        "to=9999-12-31T23:59:59-14:00",
        "begins=2026-11-22T12:00:00Z",
        "action=%00",
        "action=a&action=b",
        "key_id=%00",
        "account_id=x",
    ],
)
def test_a_query_that_does_not_fit_is_refused(alice: Person, query: str) -> None:
    """Whatever is sent, the answer says what is wrong with it."""
    expected = 400 if query.startswith("cursor") else 422
    assert alice.get(f"{PATH}?{query}").status_code == expected


def test_an_intact_trail_is_proven(alice: Person) -> None:
    """The owner need not believe us."""
    assert alice.get(f"{PATH}/verify").get_json() == {"is_intact": True, "checked": 3, "first_broken": None}


def test_a_tampered_trail_is_found(app: Flask, alice: Person, tmp_path: Path) -> None:
    """Triggers refuse a change; whoever takes them away is found by the hashes, over HTTP and by the command."""
    database = sqlite3.connect(tmp_path / "instance" / "modelport.db")
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        database.execute("UPDATE dev_portal_audit SET action = 'nothing'")
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        database.execute("DELETE FROM dev_portal_audit")
    assert app.test_cli_runner().invoke(args=["audit", "verify"]).exit_code == 0
    database.execute("DROP TRIGGER dev_portal_audit_no_update")
    database.execute("UPDATE dev_portal_audit SET ip = '192.0.2.1' WHERE seq = 2")
    database.commit()
    [[row]] = database.execute("SELECT id FROM dev_portal_audit WHERE seq = 2")
    database.close()

    answer = alice.get(f"{PATH}/verify").get_json()
    command = app.test_cli_runner().invoke(args=["audit", "verify", "--account", alice.id])

    assert answer == {"is_intact": False, "checked": 1, "first_broken": {"id": row, "seq": 2, "why": "changed"}}
    assert command.exit_code == 1
    assert f"{alice.id}: entry 2 (id {row}): changed" in command.output


def test_a_chain_that_was_written_anew_is_found_by_what_was_kept(app: Flask, alice: Person, tmp_path: Path) -> None:
    """Whoever rewrites a chain with all its hashes cannot rewrite what another machine keeps."""
    command, kept = app.test_cli_runner(), tmp_path / "heads.txt"
    kept.write_text(command.invoke(args=["audit", "heads"]).output)
    note(app, alice, "key.created", key_id="ak_live_1")
    assert command.invoke(args=["audit", "verify", "--kept", str(kept)]).exit_code == 0
    database = sqlite3.connect(tmp_path / "instance" / "modelport.db")
    for statement in (
        "DROP TRIGGER dev_portal_audit_no_delete",
        "DELETE FROM dev_portal_audit",
        "DELETE FROM dev_portal_audit_heads",
    ):
        database.execute(statement)
    database.commit()
    database.close()
    for action in ("account.registered", "session.started", "session.started"):
        note(app, alice, action)

    assert command.invoke(args=["audit", "verify"]).exit_code == 0
    found = command.invoke(args=["audit", "verify", "--kept", str(kept)])

    assert found.exit_code == 1
    assert f"{alice.id}: entry 3 is not the one that was kept" in found.output


def test_the_documents_own_query_answers(app: Flask, alice: Person, tmp_path: Path) -> None:
    """Document 2's incident response, in the database's own shell."""
    note(app, alice, "key.created", key_id="ak_live_compromised")
    note(app, alice, "key.revoked", key_id="ak_live_compromised")
    database = sqlite3.connect(tmp_path / "instance" / "modelport.db")
    query = "SELECT action FROM dev_portal_audit WHERE target->>'key_id' = ? ORDER BY created_at DESC, seq DESC"

    found = database.execute(query, ["ak_live_compromised"]).fetchall()
    [plan] = database.execute(f"EXPLAIN QUERY PLAN {query}", ["x"]).fetchall()[:1]
    database.close()

    assert found == [("key.revoked",), ("key.created",)]
    assert "ix_dev_portal_audit_key" in plan[3]


def test_signing_in_is_noted(alice: Person) -> None:
    """A sign-in that was not the owner's shows."""
    alice.client.post("/api/v1/auth/login", json={"email": alice.email, "password": PASSWORD})

    assert len(trail(alice, "?action=session.started")) == 2
