"""What the tests of keys and apps do over and over: make a key, speak as one, share a project."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Flask
from sqlalchemy import select

from backend.engine.metering.reader import JournalReader
from backend.models import Account, AuditEntry, db
from backend.services.journal_service import fold_all
from backend.services.runtime import current_runtime
from tests.api.conftest import Person

KEYS = "/api/dev/api-keys"


def made(person: Person, path: str, **body: Any) -> dict[str, Any]:
    """Make something; give the answer."""
    answer = person.post(path, json=body)
    assert answer.status_code == 201, answer.get_json()
    given: dict[str, Any] = answer.get_json()
    return given


def fold(app: Flask) -> None:
    """Carry the answered calls into the database, as the background process does."""
    with app.app_context():
        runtime = current_runtime()
        fold_all(runtime.sessions, JournalReader(runtime.journal_folder), ports=runtime.fold_ports)


def new_key(person: Person, **body: Any) -> dict[str, Any]:
    """Make a key at the portal."""
    return made(person, KEYS, **{"name": "a key", **body})


def speaking_as(person: Person, secret: str) -> Person:
    """Give somebody who sends a key as bearer instead of a session."""
    return replace(person, token=secret)


def key_holder(person: Person, *scopes: str, **body: Any) -> Person:
    """Give a program of somebody's that holds a fresh key with some scopes."""
    return speaking_as(person, new_key(person, scopes=list(scopes), **body)["api_key"])


def shared_project(owner: Person, **members: Person) -> str:
    """Make a project with members by role; give its id."""
    project_id: str = made(owner, "/api/v1/projects", name="Shared")["id"]
    for role, member in members.items():
        made(owner, f"/api/v1/projects/{project_id}/members", email=member.email, role=role)
    return project_id


def set_account(app: Flask, person: Person, **columns: Any) -> None:
    """Set columns of an account, as an operator would in SQL."""
    with app.app_context():
        account = db.session.get_one(Account, person.id)
        for name, value in columns.items():
            setattr(account, name, value)
        db.session.commit()


def trail(app: Flask, person: Person, action: str) -> list[AuditEntry]:
    """Give the entries of an account with one action, oldest first."""
    with app.app_context():
        query = select(AuditEntry).where(AuditEntry.account_id == person.id, AuditEntry.action == action)
        return list(db.session.scalars(query.order_by(AuditEntry.seq)))
