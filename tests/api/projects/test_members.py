"""Guarantees of members: what each role may do, and a project always has an owner."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask

from backend.services import project_members
from backend.services.access import Viewer
from tests.api.conftest import Person
from tests.api.projects.test_projects import PROJECTS, actions, make

WORDS = ("viewer", "developer", "admin", "owner")


@pytest.fixture
def path(alice: Person) -> str:
    """Alice's project."""
    return f"{PROJECTS}/{make(alice)['id']}"


@pytest.fixture
def join(alice: Person, path: str) -> Callable[[Person, str], Person]:
    """Give a function that takes somebody into Alice's project."""

    def add(person: Person, role: str) -> Person:
        answer = alice.post(f"{path}/members", json={"email": person.email.upper(), "role": role})
        assert answer.status_code == 201, answer.get_json()
        assert (answer.get_json()["account_id"], answer.get_json()["role"]) == (person.id, role)
        return person

    return add


def roles(person: Person, path: str) -> dict[str, str]:
    """Give who is what."""
    members: list[dict[str, Any]] = person.get(f"{path}/members").get_json()
    return {member["account_id"]: member["role"] for member in members}


@pytest.mark.parametrize("role", WORDS)
def test_every_member_sees_the_project(
    alice: Person, bob: Person, path: str, join: Callable[[Person, str], Person], role: str
) -> None:
    """With their own role, and with who else is there."""
    join(bob, role)

    assert bob.get(path).get_json()["role"] == role
    assert [project["id"] for project in bob.get(PROJECTS).get_json()] == [path.rpartition("/")[2]]
    assert roles(bob, path) == {alice.id: "owner", bob.id: role}


@pytest.mark.parametrize("role", WORDS)
def test_what_each_role_may_change(
    sign_up: Callable[[], Person], bob: Person, path: str, join: Callable[[Person, str], Person], role: str
) -> None:
    """Admins change the project and members below owners; owners everything; the others nothing."""
    join(bob, role)
    victim, boss = join(sign_up(), "developer"), join(sign_up(), "owner")
    newcomers = [sign_up() for _ in WORDS]
    is_admin, is_owner = role in {"admin", "owner"}, role == "owner"

    def ok(answer: Any) -> bool:
        assert answer.status_code in {200, 201, 204, 403}, answer.get_json()
        return bool(answer.status_code != 403)

    assert ok(bob.patch(path, json={"name": "new"})) is is_admin
    for person, given in zip(newcomers, WORDS, strict=True):
        is_expected = is_owner if given == "owner" else is_admin
        assert ok(bob.post(f"{path}/members", json={"email": person.email, "role": given})) is is_expected
    assert ok(bob.patch(f"{path}/members/{victim.id}", json={"role": "owner"})) is is_owner
    assert ok(bob.patch(f"{path}/members/{victim.id}", json={"role": "viewer"})) is (is_owner or is_admin)
    assert ok(bob.patch(f"{path}/members/{boss.id}", json={"role": "viewer"})) is is_owner
    assert ok(bob.delete(f"{path}/members/{victim.id}")) is is_admin
    assert ok(bob.delete(path)) is is_owner


def test_a_refusal_says_which_role_it_takes(bob: Person, path: str, join: Callable[[Person, str], Person]) -> None:
    """A member knows whom to ask."""
    join(bob, "viewer")

    error = bob.patch(path, json={"name": "mine"}).get_json()["error"]

    assert (error["code"], error["details"]) == ("FORBIDDEN", {"reason": "role", "role": "viewer", "needed": "admin"})


def test_an_admin_cannot_touch_owners(alice: Person, bob: Person, path: str, join: Callable[..., Person]) -> None:
    """Nor make themself one."""
    join(bob, "admin")

    for answer in (
        bob.delete(f"{path}/members/{alice.id}"),
        bob.patch(f"{path}/members/{alice.id}", json={"role": "admin"}),
        bob.patch(f"{path}/members/{bob.id}", json={"role": "owner"}),
    ):
        assert answer.status_code == 403
    assert roles(alice, path) == {alice.id: "owner", bob.id: "admin"}


def test_everybody_may_leave_but_the_last_owner(
    alice: Person, bob: Person, path: str, join: Callable[..., Person]
) -> None:
    """A project without an owner could never be deleted."""
    join(bob, "viewer")

    assert bob.delete(f"{path}/members/{bob.id}").status_code == 204
    assert bob.get(path).status_code == 404
    assert alice.delete(f"{path}/members/{alice.id}").status_code == 409
    assert alice.patch(f"{path}/members/{alice.id}", json={"role": "admin"}).status_code == 409
    assert roles(alice, path) == {alice.id: "owner"}


def test_a_founder_who_leaves_hands_the_project_on(
    alice: Person, bob: Person, path: str, join: Callable[..., Person]
) -> None:
    """The next owner has it from then on, its trail included."""
    join(bob, "owner")

    assert alice.delete(f"{path}/members/{alice.id}").status_code == 204
    bob.patch(path, json={"name": "mine now"})

    assert alice.get(path).status_code == 404
    assert roles(bob, path) == {bob.id: "owner"}
    assert actions(alice) == ["project.created", "member.added", "member.removed"]
    assert actions(bob) == ["member.removed", "project.changed"]


def test_a_member_is_added_once(alice: Person, bob: Person, path: str, join: Callable[..., Person]) -> None:
    """Adding again says so instead of changing the role."""
    join(bob, "viewer")

    assert alice.post(f"{path}/members", json={"email": bob.email, "role": "admin"}).status_code == 409
    assert alice.post(f"{path}/members", json={"email": alice.email, "role": "viewer"}).status_code == 409
    assert roles(alice, path) == {alice.id: "owner", bob.id: "viewer"}


def test_an_address_that_nobody_has_is_not_found(alice: Person, path: str) -> None:
    """Members have accounts."""
    answer = alice.post(f"{path}/members", json={"email": "nobody@example.com", "role": "viewer"})

    assert (answer.status_code, answer.get_json()["error"]["message"]) == (404, "Account not found")


@pytest.mark.parametrize(
    "body",
    [{}, {"role": "king"}, {"role": 4}, {"role": None}, {"role": "OWNER"}, {"role": "viewer", "account_id": "x"}, []],
)
def test_a_role_that_does_not_fit_is_refused(alice: Person, path: str, body: object) -> None:
    """There are four."""
    assert alice.patch(f"{path}/members/{alice.id}", json=body).status_code == 422


def test_what_happens_to_members_is_in_the_owners_trail(
    alice: Person, bob: Person, path: str, join: Callable[..., Person]
) -> None:
    """Who was taken in by whom, as what, and since when no more."""
    join(bob, "admin")
    bob.patch(f"{path}/members/{bob.id}", json={"role": "viewer"})
    alice.delete(f"{path}/members/{bob.id}")

    removed, changed, added = alice.get("/api/dev/audit").get_json()[:3]

    target = {"project_id": path.rpartition("/")[2], "account_id": bob.id}
    assert [entry["action"] for entry in (added, changed, removed)] == [
        "member.added",
        "member.changed",
        "member.removed",
    ]
    assert added["target"] == changed["target"] == removed["target"] == target
    assert changed["details"] == {"role": {"before": "admin", "after": "viewer"}}
    assert changed["actor"] == {"type": "session", "account_id": bob.id, "email": bob.email, "key_id": None}


def test_two_owners_who_leave_at_once_leave_one(
    app: Flask, alice: Person, bob: Person, path: str, join: Callable[..., Person]
) -> None:
    """The check and the change are one: exactly one of them gets out."""
    project_id = path.rpartition("/")[2]
    for _ in range(5):
        if bob.id not in roles(alice, path):
            join(bob, "owner")

        def leave(person: Person) -> int:
            with app.app_context():
                try:
                    project_members.remove_member(Viewer(person.id), project_id, person.id)
                except project_members.LastOwner:
                    return 409
                return 204

        with ThreadPoolExecutor(2) as pool:
            statuses = sorted(pool.map(leave, (alice, bob)))

        assert statuses == [204, 409]
        alice, bob = (alice, bob) if alice.get(path).status_code == 200 else (bob, alice)
        answer = alice.post(f"{path}/members", json={"email": bob.email, "role": "owner"})
        assert answer.status_code == 201
