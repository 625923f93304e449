"""Audit, administration and projects on PostgreSQL: locks, triggers and texts that SQLite takes and it refuses."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from backend.app import create_app
from backend.core.errors import AppError
from backend.models import Account, db
from backend.services import admin_service, project_members
from backend.services.access import Viewer
from tests.api.admin.test_accounts import ACCOUNTS, one
from tests.api.conftest import PASSWORD, Person, close, settings_of

pytestmark = pytest.mark.slow
ODD = ("%00", "x", "%F0%9F%98%80", "x" * 3000)


@pytest.fixture
def app(tmp_path: Path, postgres_uri: str) -> Iterator[Flask]:
    """An application on PostgreSQL."""
    made = create_app(replace(settings_of(tmp_path), database_url=postgres_uri))
    with made.app_context():
        upgrade()
    yield made
    close(made)


@pytest.fixture
def project(alice: Person) -> str:
    """The path of Alice's project."""
    return f"/api/v1/projects/{alice.post('/api/v1/projects', json={'name': 'Hers'}).get_json()['id']}"


def at_once(app: Flask, *calls: Callable[[], object]) -> list[int]:
    """Do several things at the same moment; give their statuses, sorted."""

    def status(call: Callable[[], object]) -> int:
        with app.app_context():
            try:
                call()
            except AppError as refusal:
                return refusal.status
        return 200

    with ThreadPoolExecutor(len(calls)) as pool:
        return sorted(pool.map(status, calls))


def test_a_trail_is_written_proven_and_immutable(app: Flask, alice: Person) -> None:
    """JSONB gives back what was hashed; triggers refuse every change; the document's query uses its index."""
    alice.patch("/api/v1/users/me", json={"name": "Zoë \u2028 \U0001f600"})

    assert alice.get("/api/dev/audit/verify").get_json() == {"is_intact": True, "checked": 4, "first_broken": None}
    assert alice.get("/api/dev/audit?key_id=ak_live_1&from=2026-01-01T00:00:00Z").get_json() == []
    assert len(alice.get("/api/dev/audit?limit=2").get_json()) == 2
    for statement in (
        "UPDATE dev_portal_audit SET ip = ''",
        "DELETE FROM dev_portal_audit",
        "TRUNCATE dev_portal_audit",
    ):
        with app.app_context(), pytest.raises(DBAPIError, match="append-only"):
            db.session.execute(text(statement))
    query = "SELECT * FROM dev_portal_audit WHERE target->>'key_id' = 'ak' ORDER BY created_at DESC"
    with app.app_context():
        db.session.execute(text("SET LOCAL enable_seqscan = off"))
        plan = " ".join(db.session.scalars(text(f"EXPLAIN {query}")))
    assert "ix_dev_portal_audit_key" in plan


def test_nothing_in_a_path_or_a_query_breaks_it(app: Flask, alice: Person, admin: Person, project: str) -> None:
    """Its texts hold no NUL, and its numbers end."""
    for odd in ODD:
        assert alice.get(f"/api/v1/projects/{odd}").status_code == 404
        assert alice.delete(f"{project}/members/{odd}").status_code == 404
        assert admin.get(f"{ACCOUNTS}/{odd}").status_code == 404
        assert admin.patch(f"{ACCOUNTS}/{odd}", json={"plan": "pro"}).status_code == 404
    assert alice.get("/api/v1/projects?page=1000000&limit=100").get_json() == []
    assert alice.get("/api/dev/audit?cursor=OTk5OTk5OTk5OTk5OTk5OTk5").status_code == 200
    assert [account["id"] for account in admin.get(f"{ACCOUNTS}?email={alice.email.upper()}").get_json()] == [alice.id]
    assert admin.get(f"{ACCOUNTS}?email=%25").get_json() == []


def test_two_owners_who_leave_at_once_leave_one(app: Flask, alice: Person, bob: Person, project: str) -> None:
    """Row locks make the check and the change one."""
    project_id = project.rpartition("/")[2]
    alice.post(f"{project}/members", json={"email": bob.email, "role": "owner"})

    statuses = at_once(
        app,
        lambda: project_members.remove_member(Viewer(alice.id), project_id, alice.id),
        lambda: project_members.remove_member(Viewer(bob.id), project_id, bob.id),
    )

    assert statuses == [200, 409]


def test_two_administrators_who_suspend_each_other_leave_one(app: Flask, alice: Person, bob: Person) -> None:
    """Nor do they wait for each other for ever."""
    with app.app_context():
        for person in (alice, bob):
            db.session.get_one(Account, person.id).role = "admin"
        db.session.commit()

    def suspend(who: Person, whom: Person) -> Callable[[], object]:
        viewer = Viewer(who.id, is_admin=True)
        return lambda: admin_service.change_account(viewer, whom.id, plan=None, status="suspended")

    assert at_once(app, suspend(alice, bob), suspend(bob, alice)) == [200, 401]


def test_an_account_is_changed_suspended_and_credited(alice: Person, admin: Person) -> None:
    """The same answers as on SQLite."""
    changed = admin.patch(one(alice), json={"plan": "pro"}).get_json()
    credited = admin.post(f"{one(alice)}/credits", json={"amount": 5, "reason": "Goodwill"}).get_json()
    admin.patch(one(alice), json={"status": "suspended"})

    assert (changed["plan"], changed["current_credits"]) == ("pro", 250_000)
    assert credited["current_credits"] == 250_005
    assert alice.get("/api/v1/users/me").status_code == 401
    login = {"email": alice.email, "password": PASSWORD}
    assert alice.client.post("/api/v1/auth/login", json=login).status_code == 401
