"""Guarantees of Idempotency-Key: a lost answer comes again, and nothing happens twice."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from backend.models import IdempotencyRecord, db
from backend.services import idempotency_service, key_creation
from backend.services.runtime import current_runtime
from tests.api.conftest import Person
from tests.api.portal import KEYS, key_holder, made, new_key, trail


def send(person: Person, idempotency_key: str, path: str = KEYS, **body: Any) -> TestResponse:
    """Post with an Idempotency-Key; a key by default."""
    headers = {**person.headers, "Idempotency-Key": idempotency_key}
    return person.client.post(path, json={"name": "x"} if path == KEYS and not body else body, headers=headers)


def kept(app: Flask) -> list[IdempotencyRecord]:
    """Give what is stored."""
    with app.app_context():
        return list(db.session.scalars(select(IdempotencyRecord)))


def test_a_repeated_request_has_the_same_answer_and_makes_nothing(app: Flask, alice: Person) -> None:
    """Whoever lost the answer gets the key after all; the trail says that it was shown again."""
    first, second = send(alice, "one"), send(alice, "one")

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.data == second.data
    assert first.headers.get("Idempotent-Replayed") is None
    assert second.headers["Idempotent-Replayed"] == "true"
    assert second.headers["X-Request-ID"] != first.headers["X-Request-ID"]
    assert len(alice.get(KEYS).get_json()) == 1
    assert [entry.target for entry in trail(app, alice, "key.revealed")] == [{"key_id": first.get_json()["id"]}]


def test_every_door_that_shows_a_secret_can_be_repeated(alice: Person, admin: Person, exported: dict[str, Any]) -> None:
    """Each of them shows it once, and an answer can be lost on each."""
    app_id = made(alice, "/api/dev/apps", name="Shop")["id"]
    key_id = new_key(alice)["id"]
    doors: list[tuple[Person, str, dict[str, Any]]] = [
        (alice, KEYS, {"name": "x"}),
        (alice, f"/api/dev/apps/{app_id}/keys", {"name": "x", "environment": "test"}),
        (alice, "/api/v1/keys", {"name": "x"}),
        (alice, f"/api/dev/keys/{key_id}/rotate", {"grace_seconds": 60}),
        (alice, f"/api/exports/{exported['id']}/regenerate-key", {}),
        (alice, f"/api/export/{exported['model_id']}", {}),
        (admin, f"/api/admin/accounts/{alice.id}/credits", {"amount": 5, "reason": "a gift"}),
    ]
    for number, (person, path, body) in enumerate(doors):
        first, second = (send(person, f"key-{number}", path, **body) for _ in range(2))
        assert first.status_code in {200, 201}, path
        assert (second.status_code, second.data) == (first.status_code, first.data), path
        assert second.headers["Idempotent-Replayed"] == "true"


def test_the_same_key_with_another_request_is_refused(alice: Person) -> None:
    """A counter that restarted must not give one request another's answer."""
    send(alice, "one", name="first")

    for answer in (send(alice, "one", name="second"), send(alice, "one", "/api/v1/keys", name="first")):
        assert answer.status_code == 409
        assert answer.get_json()["error"]["details"] == {"reason": "other_request"}


def test_a_key_belongs_to_its_sender(alice: Person, bob: Person) -> None:
    """Accounts, and a session and a key of one account, never meet in a key."""
    program = key_holder(alice, "portal:*", "predict:*")
    answers = [send(person, "one", name="x") for person in (alice, bob, program)]

    assert [answer.headers.get("Idempotent-Replayed") for answer in answers] == [None] * 3
    assert len({answer.get_json()["id"] for answer in answers}) == 3


def test_what_was_refused_may_be_sent_again(app: Flask, alice: Person) -> None:
    """A mistake that is mended does not need a new key; nothing was changed, so nothing is kept."""
    assert send(alice, "one", name=" ").status_code == 422
    assert send(alice, "one", name="x", scopes=["predict:9"]).status_code == 403
    assert kept(app) == []
    assert send(alice, "one", name="x").status_code == 201


def test_after_a_day_a_key_is_new(app: Flask, alice: Person, clock: Any) -> None:
    """Kept for 24 hours as documented, then forgotten by the hourly job too."""
    first = send(alice, "one").get_json()["id"]
    clock.advance(86_399)
    assert send(alice, "one").get_json()["id"] == first
    clock.advance(1)
    with app.app_context():
        runtime = current_runtime()
        with runtime.sessions.begin() as session:
            assert idempotency_service.purge_answers(session, now=clock.now()) == 0
    assert send(alice, "one").get_json()["id"] != first
    clock.advance(86_401)
    with app.app_context(), current_runtime().sessions.begin() as session:
        assert idempotency_service.purge_answers(session, now=clock.now()) == 1


def test_kept_answers_are_sealed_and_bound_to_their_place(app: Flask, alice: Person, bob: Person) -> None:
    """They show keys, so nobody reads them out of the table, nor moves one to an account of their own."""
    hers = send(alice, "one").get_json()
    send(bob, "one")
    with app.app_context():
        rows = {row.account_id: row for row in db.session.scalars(select(IdempotencyRecord))}
        answer = rows[alice.id].answer
        assert answer is not None
        assert hers["api_key"].encode() not in answer
        rows[bob.id].answer = answer
        db.session.commit()

    moved = send(bob, "one")

    assert moved.status_code == 409
    assert hers["api_key"] not in moved.get_data(as_text=True)


@pytest.mark.parametrize("header", ["", " ", "a b", "é", "x" * 256])
def test_what_is_no_key_is_refused(alice: Person, header: str) -> None:
    """A key that is cut or mended on the way would be another one."""
    answer = send(alice, header)

    assert (answer.status_code, answer.get_json()["error"]["details"]["field"]) == (422, "Idempotency-Key")


class TestTogether:
    """Two requests with one key at once."""

    @pytest.fixture
    def gate(self, monkeypatch: pytest.MonkeyPatch) -> tuple[threading.Event, threading.Event]:
        """Hold the making of a key: (it has begun, let it go on)."""
        begun, go_on = threading.Event(), threading.Event()
        real = key_creation.require_future

        def held(*args: Any) -> None:
            begun.set()
            assert go_on.wait(30)
            real(*args)

        monkeypatch.setattr(key_creation, "require_future", held)
        return begun, go_on

    def test_the_second_is_told_to_wait(
        self, app: Flask, alice: Person, gate: tuple[threading.Event, threading.Event]
    ) -> None:
        """And has the first's answer afterwards."""
        begun, go_on = gate
        first_client = Person(app.test_client(use_cookies=False), alice.id, alice.email, alice.token, "")
        with ThreadPoolExecutor(1) as pool:
            first = pool.submit(send, first_client, "one")
            assert begun.wait(30)
            meanwhile = send(alice, "one")
            go_on.set()
            answer = first.result()

        assert (meanwhile.status_code, answer.status_code) == (409, 201)
        assert meanwhile.get_json()["error"]["details"] == {"reason": "still_running"}
        assert send(alice, "one").data == answer.data

    def test_a_crashed_attempt_is_free_again_after_a_minute(self, app: Flask, alice: Person, clock: Any) -> None:
        """A worker that was killed in the middle does not keep the key for a day."""
        first = send(alice, "one").get_json()["id"]
        with app.app_context():
            row = db.session.scalars(select(IdempotencyRecord)).one()
            # As a process leaves it that was killed between its first statement and its answer.
            row.status, row.answer = None, None
            db.session.commit()

        clock.advance(59)
        assert send(alice, "one").status_code == 409
        clock.advance(1)
        again = send(alice, "one")
        assert again.status_code == 201
        assert again.get_json()["id"] != first
        assert send(alice, "one").data == again.data

    def test_of_many_at_once_one_makes_a_key(self, app: Flask, alice: Person) -> None:
        """Whatever the order, one key is made and every answer that is no 409 shows it."""

        def attempt(_number: int) -> TestResponse:
            person = Person(app.test_client(use_cookies=False), alice.id, alice.email, alice.token, "")
            return send(person, "one")

        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(attempt, range(8)))

        assert {answer.status_code for answer in answers} <= {201, 409}
        assert len({answer.data for answer in answers if answer.status_code == 201}) == 1
        assert len(alice.get(KEYS).get_json()) == 1


def test_a_crash_in_the_view_leaves_the_key_free(app: Flask, alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """A 500 is no answer to keep."""
    with monkeypatch.context() as patch:
        patch.setattr(key_creation, "require_future", lambda *_: 1 / 0)
        assert send(alice, "one").status_code == 500
    assert kept(app) == []
    assert send(alice, "one").status_code == 201


def test_the_document_names_the_header(alice: Person) -> None:
    """Client generators offer it on every route that takes it."""
    paths = alice.get("/openapi.json").get_json()["paths"]
    taking = {
        path
        for path, operations in paths.items()
        for operation in operations.values()
        if any(one.get("name") == "Idempotency-Key" for one in operation.get("parameters", []))
    }

    assert {KEYS, "/api/v1/keys", "/api/dev/apps/{app_id}/keys", "/api/dev/keys/{key_id}/rotate"} <= taking
    assert "/api/exports/{api_id}/regenerate-key" in taking
    assert "/api/admin/accounts/{account_id}/credits" in taking
