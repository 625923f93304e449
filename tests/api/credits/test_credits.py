"""What an account reads of its credits is its own, exact, and agrees with the ledger; the command proves it."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text, update
from sqlalchemy.exc import IntegrityError

from backend.core.clock import FrozenClock
from backend.core.errors import Forbidden, NotFound
from backend.core.plans import FREE
from backend.engine.metering.reader import JournalReader
from backend.models import UserCredits, db
from backend.schemas.credits import LedgerEntryOut
from backend.services.access import Viewer
from backend.services.credit_service import TooFewCredits, TooManyCredits, adjust, credits_of
from backend.services.journal_service import fold_all
from backend.services.runtime import current_runtime
from tests.api.conftest import Person

ALLOWANCE = FREE.monthly_credits
ROW = {"sepal_length": 5.1, "sepal_width": 3.5, "petal_length": 1.4, "petal_width": 0.2}


def predict(client: FlaskClient, exported: dict[str, Any], rows: int = 1, *, key: str = "") -> Any:
    """Call an API with its key."""
    headers = {"X-API-Key": key or exported["api_key"]}
    return client.post(f"/api/predict/{exported['api_id']}", json=[ROW] * rows, headers=headers)


def fold(app: Flask) -> None:
    """Do what the background process does."""
    with app.app_context():
        runtime = current_runtime()
        fold_all(runtime.sessions, JournalReader(runtime.journal_folder), ports=runtime.fold_ports)


def adjusted(app: Flask, amount: int, account_id: str, *, is_admin: bool = True) -> tuple[int, LedgerEntryOut]:
    """Change somebody's credits as an administrator."""
    with app.app_context():
        return adjust(Viewer("the administrator", is_admin=is_admin), account_id, amount, "A gift")


def test_a_new_account_has_its_plans_credits(alice: Person) -> None:
    """Everything the page shows, in one answer."""
    answer = alice.get("/api/dev/credits").get_json()
    month = answer.pop("month")
    assert answer == {
        "current_credits": ALLOWANCE,
        "on_hold": 0,
        "plan": {"name": "free", "title": "Free", "monthly_credits": ALLOWANCE, "calls_per_minute": 100},
        "progress": 0.0,
        "alert": False,
        "prices": [{"kind": "ml.predict", "title": "Prediction", "unit": "row", "credits": 1}],
    }
    assert (month["consumed"], month["calls"], month["granted"]) == (0, 0, ALLOWANCE)


def test_a_call_costs_a_credit_a_row(app: Flask, client: FlaskClient, alice: Person, exported: dict[str, Any]) -> None:
    """What was predicted is what is paid, in the balance, the month and the ledger alike."""
    assert [predict(client, exported, rows).status_code for rows in (1, 3)] == [200, 200]
    fold(app)
    answer = alice.get("/api/dev/credits").get_json()
    assert (answer["current_credits"], answer["month"]["consumed"], answer["month"]["calls"]) == (ALLOWANCE - 4, 4, 2)
    entry = alice.get("/api/dev/credits/ledger?kind=settle").get_json()[0]
    assert (entry["amount"], entry["balance_after"], entry["calls"]) == (-4, ALLOWANCE - 4, 2)


def test_a_call_that_is_not_covered_is_refused_before_the_work(
    app: Flask, client: FlaskClient, alice: Person, exported: dict[str, Any]
) -> None:
    """402 names what is missing and costs nothing; what is covered is still served."""
    adjusted(app, 2 - ALLOWANCE, alice.id)
    refused = predict(client, exported, 3)
    assert (refused.status_code, refused.get_json()["error"]["code"]) == (402, "INSUFFICIENT_CREDITS")
    assert refused.get_json()["error"]["details"] == {"required": 3, "available": 2}
    assert predict(client, exported, 2).status_code == 200
    assert predict(client, exported).status_code == 402
    fold(app)
    assert alice.get("/api/dev/credits").get_json()["current_credits"] == 0


def test_an_invalid_call_costs_nothing(
    app: Flask, client: FlaskClient, alice: Person, exported: dict[str, Any]
) -> None:
    """Refused input reserved nothing."""
    headers = {"X-API-Key": exported["api_key"]}
    assert client.post(f"/api/predict/{exported['api_id']}", json={"no": 1}, headers=headers).status_code == 400
    fold(app)
    assert alice.get("/api/dev/credits").get_json()["current_credits"] == ALLOWANCE


def test_four_fifths_consumed_is_an_alert(
    app: Flask, client: FlaskClient, alice: Person, exported: dict[str, Any]
) -> None:
    """The share is of what there was: consumed and left together."""
    adjusted(app, 10 - ALLOWANCE, alice.id)
    assert predict(client, exported, 7).status_code == 200
    fold(app)
    before = alice.get("/api/dev/credits").get_json()
    assert predict(client, exported).status_code == 200
    fold(app)
    after = alice.get("/api/dev/credits").get_json()
    assert [(shown["progress"], shown["alert"]) for shown in (before, after)] == [(0.7, False), (0.8, True)]


def test_the_ledger_is_read_in_pages_newest_first(app: Flask, alice: Person) -> None:
    """No movement is shown twice or left out."""
    for amount in range(1, 6):
        adjusted(app, amount, alice.id)
    first = alice.get("/api/dev/credits/ledger?limit=4")
    link = first.headers["Link"].partition("<")[2].partition(">")[0]
    second = alice.get(link)
    entries = [*first.get_json(), *second.get_json()]
    assert [entry["amount"] for entry in entries] == [5, 4, 3, 2, 1, ALLOWANCE]
    assert entries[0] | {"id": 0, "created_at": ""} == {
        "id": 0,
        "kind": "adjust",
        "amount": 5,
        "balance_after": ALLOWANCE + 15,
        "calls": 0,
        "reason": "A gift",
        "actor_id": "the administrator",
        "created_at": "",
    }
    assert "Link" not in second.headers


def test_an_account_reads_its_own_ledger_only(app: Flask, alice: Person, bob: Person) -> None:
    """Bob sees nothing of what Alice was given."""
    adjusted(app, 77, alice.id)
    assert [entry["amount"] for entry in bob.get("/api/dev/credits/ledger").get_json()] == [ALLOWANCE]
    assert bob.get("/api/dev/credits").get_json()["current_credits"] == ALLOWANCE


@pytest.mark.parametrize("path", ["/api/dev/credits", "/api/dev/credits/ledger"])
def test_credits_are_shown_to_nobody_unknown(client: FlaskClient, path: str) -> None:
    """Without a session or a key there is nothing to see."""
    assert client.get(path).status_code == 401


def test_a_key_without_the_portals_scope_reads_no_credits(client: FlaskClient, exported: dict[str, Any]) -> None:
    """A key that predicts is no key to the books."""
    answer = client.get("/api/dev/credits", headers={"X-API-Key": exported["api_key"]})
    assert answer.status_code == 403


def test_an_unknown_kind_is_refused(alice: Person) -> None:
    """A misspelt filter never answers everything."""
    assert alice.get("/api/dev/credits/ledger?kind=gift").status_code in {400, 422}


def test_a_month_that_began_shows_its_own_allowance(app: Flask, alice: Person, clock: FrozenClock) -> None:
    """The page is right in the first second of a month, although nobody called."""
    clock.advance(32 * 86_400)
    with app.app_context():
        shown = credits_of(Viewer(alice.id))
    assert (shown.month, shown.current_credits) == (f"{clock.now():%Y-%m}", ALLOWANCE)


def test_an_adjustment_takes_no_more_than_there_is(app: Flask, alice: Person) -> None:
    """Neither below 0, nor what a running call has reserved, nor beyond what an account can have."""
    with app.app_context():
        gate = app.extensions["modelport.process"].runtime.credits
        gate.reserve(alice.id, 100)
    with pytest.raises(TooFewCredits) as refusal:
        adjusted(app, -ALLOWANCE, alice.id)
    assert refusal.value.details == {"asked": ALLOWANCE, "available": ALLOWANCE - 100}
    with pytest.raises(TooManyCredits):
        adjusted(app, 10**12, alice.id)
    balance, entry = adjusted(app, 100 - ALLOWANCE, alice.id)
    assert (balance, entry.amount, entry.balance_after) == (100, 100 - ALLOWANCE, 100)


def test_only_administrators_adjust(app: Flask, alice: Person) -> None:
    """And only accounts that exist."""
    with pytest.raises(Forbidden):
        adjusted(app, 1, alice.id, is_admin=False)
    with pytest.raises(NotFound):
        adjusted(app, 1, "nobody")


def test_the_command_proves_the_books_or_says_what_differs(
    app: Flask, client: FlaskClient, exported: dict[str, Any], alice: Person
) -> None:
    """A balance that was changed behind the ledger's back is named, and the command fails."""
    assert predict(client, exported, 5).status_code == 200
    fold(app)
    runner = app.test_cli_runner()
    clean = runner.invoke(args=["credits", "verify"])
    assert (clean.exit_code, clean.output.strip().endswith("all agree")) == (0, True)
    with app.app_context():
        db.session.execute(update(UserCredits).values(current_credits=UserCredits.current_credits + 1))
        db.session.commit()
    forged = runner.invoke(args=["credits", "verify"])
    assert forged.exit_code == 1
    assert f"account {alice.id}: current_credits is {ALLOWANCE - 4}, must be {ALLOWANCE - 5}" in forged.output


@pytest.mark.parametrize("statement", ["UPDATE credit_postings SET amount = 0", "DELETE FROM credit_transactions"])
def test_the_books_refuse_to_be_rewritten(app: Flask, alice: Person, statement: str) -> None:
    """Nobody who has the database open changes what happened; a correction is a movement of its own."""
    adjusted(app, 5, alice.id)
    with app.app_context(), pytest.raises(IntegrityError, match="append-only"):
        db.session.execute(text(statement))
