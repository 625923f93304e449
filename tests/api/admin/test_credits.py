"""Guarantees of adjusted credits: exact, once, explained to the owner, in both books."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.admin.test_accounts import one
from tests.api.conftest import Person


def adjust(admin: Person, person: Person, amount: object, reason: object = "Goodwill") -> Any:
    """Change somebody's credits."""
    return admin.post(f"{one(person)}/credits", json={"amount": amount, "reason": reason})


def test_credits_are_given_and_taken(admin: Person, alice: Person) -> None:
    """The answer, the account, its ledger and its trail say the same."""
    given, taken = adjust(admin, alice, 500).get_json(), adjust(admin, alice, -1_500, "Correction").get_json()

    assert (given["current_credits"], given["entry"]["amount"]) == (10_500, 500)
    assert (taken["current_credits"], taken["entry"]["balance_after"]) == (9_000, 9_000)
    assert alice.get("/api/dev/credits").get_json()["current_credits"] == 9_000
    assert alice.get("/api/dev/credits/ledger").get_json()[0] == taken["entry"]
    noted = alice.get("/api/dev/audit?action=credits.adjusted").get_json()
    assert [entry["details"]["amount"] for entry in noted] == [-1_500, 500]
    assert noted[0]["actor"]["type"] == "admin"


@pytest.mark.parametrize("amount", [0, 0.5, "5", None, True, 10**12 + 1, -(10**12) - 1, 10**40])
def test_an_amount_that_does_not_fit_is_refused(admin: Person, alice: Person, amount: object) -> None:
    """Whole, not nothing, and within what the books can hold."""
    assert adjust(admin, alice, amount).status_code in {400, 422}
    assert admin.get(one(alice)).get_json()["current_credits"] == 10_000


@pytest.mark.parametrize("reason", ["", "  ", "nul\x00", None, 7, "x" * 201, "two\nlines"])
def test_a_reason_is_needed(admin: Person, alice: Person, reason: object) -> None:
    """The owner reads why."""
    assert adjust(admin, alice, 5, reason).status_code == 422


def test_more_than_there_is_cannot_be_taken(admin: Person, alice: Person) -> None:
    """Nor given beyond what an account can hold."""
    assert adjust(admin, alice, -10_001).status_code == 409
    assert adjust(admin, alice, 10**12).status_code == 409
    assert admin.get(one(alice)).get_json()["current_credits"] == 10_000


def test_a_repeated_adjustment_happens_once(admin: Person, alice: Person) -> None:
    """A lost answer can be asked for again."""
    headers = {**admin.headers, "Idempotency-Key": "one-attempt"}
    body = {"amount": 7, "reason": "Once"}

    answers = [admin.client.post(f"{one(alice)}/credits", json=body, headers=headers) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].get_json() == answers[1].get_json()
    assert admin.get(one(alice)).get_json()["current_credits"] == 10_007
