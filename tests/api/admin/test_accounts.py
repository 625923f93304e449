"""Guarantees of administration: who may do it, what it does at once, and that nobody locks everybody out."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from backend.core.errors import AppError
from backend.models import Account, db
from backend.services import account_service, admin_service
from backend.services.access import Viewer
from tests.api.conftest import PASSWORD, Person

ACCOUNTS = "/api/admin/accounts"
ABSENT = f"{ACCOUNTS}/00000000-0000-4000-8000-000000000000"


def one(person: Person) -> str:
    """Give the path of somebody's account."""
    return f"{ACCOUNTS}/{person.id}"


def emails(admin: Person, query: str) -> list[str]:
    """Give the addresses that a search finds."""
    answer = admin.get(f"{ACCOUNTS}?{query}")
    assert answer.status_code == 200, answer.get_json()
    return [account["email"] for account in answer.get_json()]


def test_nobody_else_comes_in(alice: Person, bob: Person, client: FlaskClient) -> None:
    """403 whether the account exists or not, before the body is looked at; 401 without an identity."""
    calls: list[tuple[str, str, Any]] = [
        ("get", ACCOUNTS, None),
        ("get", one(bob), None),
        ("get", ABSENT, None),
        ("patch", one(alice), {"plan": "business"}),
        ("patch", ABSENT, "rubbish"),
        ("post", f"{one(alice)}/credits", {"amount": 1_000_000, "reason": "please"}),
        ("post", f"{ABSENT}/credits", "rubbish"),
    ]
    for method, path, body in calls:
        refused = getattr(alice, method)(path, json=body)
        assert (refused.status_code, refused.get_json()["error"]["code"]) == (403, "FORBIDDEN")
        assert getattr(client, method)(path, json=body).status_code == 401
    assert alice.get("/api/v1/users/me").get_json()["plan"] == "free"


def test_an_administrators_key_administers_nothing(admin: Person, alice: Person) -> None:
    """A key that leaks must not give away the installation."""
    scopes = ["read", "write", "portal:*", "predict:*"]
    key = admin.post("/api/dev/api-keys", json={"name": "all", "scopes": scopes}).get_json()["api_key"]

    for headers in ({"X-API-Key": key}, {"Authorization": f"Bearer {key}"}):
        assert admin.client.get(ACCOUNTS, headers=headers).status_code == 401
        assert admin.client.patch(one(alice), json={"plan": "pro"}, headers=headers).status_code == 401


def test_an_account_is_shown_with_what_it_has(admin: Person, alice: Person, exported: dict[str, Any]) -> None:
    """What an administrator needs in order to decide; never the password's hash."""
    seen = admin.get(one(alice)).get_json()

    created_at = seen.pop("created_at")
    assert created_at.endswith("Z")
    assert seen == {
        "id": alice.id,
        "email": alice.email,
        "name": "A Person",
        "role": "user",
        "plan": "free",
        "status": "active",
        "current_credits": 10_000,
        "api_count": 1,
        "key_count": 1,
    }


@pytest.mark.parametrize("odd", ["%00", "x", "1", "..", "x" * 3000, ABSENT.rpartition("/")[2]])
def test_an_account_that_is_none_is_not_found(admin: Person, odd: str) -> None:
    """Whatever stands in the path."""
    assert admin.get(f"{ACCOUNTS}/{odd}").status_code == 404
    assert admin.patch(f"{ACCOUNTS}/{odd}", json={"plan": "pro"}).status_code == 404
    assert admin.post(f"{ACCOUNTS}/{odd}/credits", json={"amount": 1, "reason": "x"}).status_code == 404


def test_accounts_are_found_by_a_part_of_their_address(app: Flask, admin: Person) -> None:
    """In any case, and what SQL reads as a wildcard is a letter here."""
    with app.app_context():
        for email in ("a_b@shop.example", "axb@shop.example", "50%@shop.example"):
            account_service.register(email=email, password=PASSWORD, name="A Person")

    assert emails(admin, "email=SHOP.example") == ["50%@shop.example", "a_b@shop.example", "axb@shop.example"]
    assert emails(admin, "email=a_b") == ["a_b@shop.example"]
    assert emails(admin, "email=%25@shop") == ["50%@shop.example"]
    assert emails(admin, "email=%5C") == []
    assert emails(admin, "email=nobody") == []


def test_accounts_come_in_pages(admin: Person, sign_up: Callable[[], Person]) -> None:
    """Each once, in the order of addresses."""
    everybody = sorted([admin.email, *(sign_up().email for _ in range(5))])
    path, found = f"{ACCOUNTS}?limit=4", []
    for _ in range(2):
        page = admin.get(path)
        found += [account["email"] for account in page.get_json()]
        path = page.headers.get("Link", "").split(">")[0].lstrip("<")

    assert found == everybody
    assert path == ""


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "email=%00", "cursor=x", "cursor=%00", "role=admin"])
def test_a_query_that_does_not_fit_is_refused(admin: Person, query: str) -> None:
    """And never a 500."""
    assert admin.get(f"{ACCOUNTS}?{query}").status_code in {400, 422}


def test_a_larger_plan_grants_what_it_gives_beyond_and_is_noted(admin: Person, alice: Person) -> None:
    """The owner sees that an administrator did it, and not from where."""
    changed = admin.patch(one(alice), json={"plan": "pro"}).get_json()
    back_and_forth = [admin.patch(one(alice), json={"plan": plan}).get_json() for plan in ("free", "pro")]

    assert (changed["plan"], changed["current_credits"]) == ("pro", 250_000)
    assert back_and_forth[1] == changed
    entry = alice.get("/api/dev/audit?action=account.plan_changed").get_json()[-1]
    assert entry["details"] == {"plan": {"before": "free", "after": "pro"}}
    assert entry["actor"] == {"type": "admin", "account_id": admin.id, "email": None, "key_id": None}
    assert (entry["ip"], entry["user_agent"]) == (None, None)
    assert admin.get("/api/dev/audit?action=account.plan_changed").get_json() == []


def test_a_suspended_account_is_out_at_once(admin: Person, alice: Person, exported: dict[str, Any]) -> None:
    """Its sessions, its keys, its sign-in; back again, its old sessions stay ended and its keys work."""
    row = {"sepal_length": 5.1, "sepal_width": 3.5, "petal_length": 1.4, "petal_width": 0.2}
    key, path = {"X-API-Key": exported["api_key"]}, f"/api/predict/{exported['api_id']}"
    login = {"email": alice.email, "password": PASSWORD}
    refresh = {"refresh_token": alice.refresh_token}
    assert alice.client.post(path, json=row, headers=key).status_code == 200

    assert admin.patch(one(alice), json={"status": "suspended"}).get_json()["status"] == "suspended"

    assert alice.client.post(path, json=row, headers=key).status_code == 403
    assert alice.get("/api/v1/users/me").status_code == 401
    assert alice.client.post("/api/v1/auth/refresh", json=refresh).status_code == 401
    assert alice.client.post("/api/v1/auth/login", json=login).status_code == 401
    admin.patch(one(alice), json={"status": "active"})
    assert alice.get("/api/v1/users/me").status_code == 401
    assert alice.client.post(path, json=row, headers=key).status_code == 200
    alice.token = alice.client.post("/api/v1/auth/login", json=login).get_json()["access_token"]
    noted = alice.get("/api/dev/audit?action=account.status_changed").get_json()
    assert [entry["details"]["status"]["after"] for entry in noted] == ["active", "suspended"]


def test_administrators_do_not_lock_themselves_out(app: Flask, admin: Person, bob: Person) -> None:
    """Not themselves; another one, while one is left."""
    with app.app_context():
        db.session.get_one(Account, bob.id).role = "admin"
        db.session.commit()

    assert admin.patch(one(admin), json={"status": "suspended"}).status_code == 409
    assert admin.patch(one(admin), json={"status": "active", "plan": "pro"}).status_code == 200
    assert admin.patch(one(bob), json={"status": "suspended"}).status_code == 200
    assert bob.get(ACCOUNTS).status_code == 401


def test_two_administrators_who_suspend_each_other_leave_one(app: Flask, admin: Person, bob: Person) -> None:
    """The check and the change are one."""
    with app.app_context():
        db.session.get_one(Account, bob.id).role = "admin"
        db.session.commit()

    def suspend(pair: tuple[Person, Person]) -> int:
        who, whom = pair
        with app.app_context():
            viewer = Viewer(who.id, is_admin=True)
            try:
                admin_service.change_account(viewer, whom.id, plan=None, status="suspended")
            except AppError as refusal:
                return refusal.status
        return 200

    for _ in range(5):
        with ThreadPoolExecutor(2) as pool:
            statuses = sorted(pool.map(suspend, ((admin, bob), (bob, admin))))
        assert statuses == [200, 401]
        with app.app_context():
            for person in (admin, bob):
                db.session.get_one(Account, person.id).status = "active"
            db.session.commit()


@pytest.mark.parametrize(
    "body",
    [{"plan": "gold"}, {"plan": 1}, {"status": "deleted"}, {"role": "admin"}, {"credits": 5}, {"email": "x@y.z"}, []],
)
def test_a_change_that_does_not_fit_is_refused(admin: Person, alice: Person, body: object) -> None:
    """Plan and status, and nothing beside."""
    before = admin.get(one(alice)).get_json()

    assert admin.patch(one(alice), json=body).status_code == 422
    assert admin.get(one(alice)).get_json() == before


def test_nothing_is_changed_by_an_empty_change(admin: Person, alice: Person) -> None:
    """And nothing is noted."""
    before = alice.get("/api/dev/audit").get_json()

    assert admin.patch(one(alice), json={}).status_code == 200
    assert admin.patch(one(alice), json={"plan": "free", "status": "active"}).status_code == 200
    assert alice.get("/api/dev/audit").get_json() == before


def test_the_first_administrator_has_the_largest_plan(app: Flask) -> None:
    """Who sets an installation up is not its free user."""
    with app.app_context():
        made = account_service.ensure_first_admin("boss@example.com", PASSWORD)
        assert made is not None
        account = db.session.get_one(Account, made.account_id)
        assert (account.role, account.plan) == ("admin", "business")


MIGHTY = {"role": "admin", "plan": "business", "credits": 10**9, "current_credits": 10**9, "status": "active"}


@pytest.mark.parametrize("field", MIGHTY)
def test_nobody_makes_themself_mighty(alice: Person, client: FlaskClient, field: str) -> None:
    """Role, plan, credits and status are set by no route but these."""
    given = {field: MIGHTY[field]}
    newcomer = {"email": f"{field}@example.com", "password": PASSWORD, "name": "New", **given}

    for answer in (
        client.post("/api/v1/auth/register", json=newcomer),
        client.post("/api/v1/auth/login", json={"email": alice.email, "password": PASSWORD, **given}),
        alice.patch("/api/v1/users/me", json=given),
        alice.post("/api/v1/projects", json={"name": "x", **given}),
    ):
        assert answer.status_code == 422
        assert answer.get_json()["error"]["details"]["constraint"] == "unknown"
