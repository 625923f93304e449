"""Guarantees of projects: made, listed in numbered pages, changed, deleted; seen by members alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.api.conftest import Person, without_request_id

PROJECTS = "/api/v1/projects"
ABSENT = f"{PROJECTS}/00000000-0000-4000-8000-000000000000"


def make(person: Person, **fields: Any) -> dict[str, Any]:
    """Make a project."""
    answer = person.post(PROJECTS, json={"name": "Mon Projet IA", **fields})
    assert answer.status_code == 201, answer.get_json()
    made: dict[str, Any] = answer.get_json()
    return made


def actions(person: Person) -> list[str]:
    """Give what is in somebody's trail about projects, oldest first."""
    entries = person.get("/api/dev/audit").get_json()
    return [entry["action"] for entry in reversed(entries) if "project_id" in entry["target"]]


def test_a_project_is_made_as_the_document_writes_it(alice: Person) -> None:
    """Document 4's own body; who makes it owns it."""
    body = {"name": "Mon Projet IA", "description": "Description du projet", "type": "rag"}

    made = alice.post(PROJECTS, json=body)

    answer = made.get_json()
    assert made.status_code == 201
    assert {name: answer[name] for name in body} == body
    assert (answer["role"], answer["member_count"], answer["app_count"]) == ("owner", 1, 0)
    assert answer["created_at"].endswith("Z")
    assert alice.get(f"{PROJECTS}/{answer['id']}").get_json() == answer


def test_projects_come_in_numbered_pages(alice: Person) -> None:
    """Page and limit of document 4, newest first, with the total and the way to the other pages."""
    names = [f"P{number}" for number in range(5)]
    for name in names:
        make(alice, name=name)

    pages = [alice.get(f"{PROJECTS}?page={page}&limit=2") for page in (1, 2, 3, 4)]

    listed = [[project["name"] for project in page.get_json()] for page in pages]
    assert sorted(name for page in listed for name in page) == names
    assert [len(page) for page in listed] == [2, 2, 1, 0]
    assert {page.headers["X-Total-Count"] for page in pages} == {"5"}
    assert pages[1].headers["Link"] == ", ".join(
        f'<{PROJECTS}?page={page}&limit=2>; rel="{relation}"'
        for page, relation in ((1, "first"), (1, "prev"), (3, "next"), (3, "last"))
    )
    assert 'rel="next"' not in pages[2].headers["Link"]


def test_nothing_is_listed_where_there_is_nothing(alice: Person) -> None:
    """An empty list, and no error."""
    answer = alice.get(PROJECTS)

    assert (answer.get_json(), answer.headers["X-Total-Count"]) == ([], "0")


@pytest.mark.parametrize("query", ["page=0", "page=-1", "page=1.5", "page=9223372036854775807", "limit=0", "limit=101"])
def test_a_page_that_cannot_be_is_refused(alice: Person, query: str) -> None:
    """Numbers beyond the database's own never reach it."""
    assert alice.get(f"{PROJECTS}?{query}").status_code == 422


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": ""},
        {"name": "  "},
        {"name": "nul\x00"},
        {"name": 7},
        {"name": "x" * 201},
        {"name": "x", "description": "nul\x00"},
        {"name": "x", "type": "../etc"},
        {"name": "x", "type": ""},
        {"name": "x", "role": "owner"},
        {"name": "x", "account_id": "somebody"},
        {"name": "x", "plan": "business"},
        {"name": "x", "credits": 1_000_000},
        {"name": "x", "status": "active"},
        [],
        "x",
    ],
)
def test_a_project_that_does_not_fit_is_refused(alice: Person, body: object) -> None:
    """Nothing beside name, description and type can be set from outside."""
    assert alice.post(PROJECTS, json=body).status_code == 422
    assert alice.get(PROJECTS).get_json() == []


def test_a_project_is_changed_and_the_change_is_noted(alice: Person) -> None:
    """What was left out stays, and the trail says what it was."""
    made = make(alice, description="before")

    changed = alice.patch(f"{PROJECTS}/{made['id']}", json={"description": "after"})
    alice.patch(f"{PROJECTS}/{made['id']}", json={"description": "after"})

    assert changed.get_json() == {**made, "description": "after"}
    assert actions(alice) == ["project.created", "project.changed"]
    [entry] = alice.get("/api/dev/audit?action=project.changed").get_json()
    assert entry["details"] == {"description": {"before": "before", "after": "after"}}


def test_a_deleted_project_is_gone(alice: Person) -> None:
    """Its trail stays."""
    path = f"{PROJECTS}/{make(alice)['id']}"

    assert alice.delete(path).status_code == 204
    assert alice.get(path).status_code == 404
    assert alice.delete(path).status_code == 404
    assert actions(alice) == ["project.created", "project.deleted"]


@pytest.mark.parametrize("suffix", ["", "/members"])
def test_a_stranger_cannot_tell_a_project_from_none(alice: Person, bob: Person, admin: Person, suffix: str) -> None:
    """Byte for byte the same, for administrators of the installation too."""
    path = f"{PROJECTS}/{make(alice)['id']}"
    calls: list[Callable[[Person, str], Any]] = [
        lambda person, at: person.get(f"{at}{suffix}"),
        lambda person, at: person.patch(at, json={"name": "mine"}),
        lambda person, at: person.delete(at),
        lambda person, at: person.post(f"{at}/members", json={"email": bob.email, "role": "owner"}),
        lambda person, at: person.patch(f"{at}/members/{alice.id}", json={"role": "viewer"}),
        lambda person, at: person.delete(f"{at}/members/{alice.id}"),
        lambda person, at: person.delete(f"{at}/members/{person.id}"),
    ]
    for person in (bob, admin):
        for call in calls:
            seen, absent = call(person, path), call(person, ABSENT)
            assert seen.status_code == 404
            assert without_request_id(seen) == without_request_id(absent)
        assert person.get(PROJECTS).get_json() == []
    assert alice.get(path).get_json()["member_count"] == 1


@pytest.mark.parametrize("odd", ["%00", "x", "1", "%F0%9F%98%80", "00000000-0000-4000-8000-00000000000A", "x" * 3000])
def test_an_id_that_none_can_have_is_not_found(alice: Person, odd: str) -> None:
    """Whatever stands in the path, never a 500."""
    own = f"{PROJECTS}/{make(alice)['id']}"
    assert alice.get(f"{PROJECTS}/{odd}").status_code == 404
    assert alice.delete(f"{own}/members/{odd}").status_code == 404
    assert alice.patch(f"{own}/members/{odd}", json={"role": "viewer"}).status_code == 404


def test_nobody_comes_in_without_an_identity(alice: Person) -> None:
    """Every route of projects asks who is there."""
    path = f"{PROJECTS}/{make(alice)['id']}"
    for method, at in (("get", PROJECTS), ("post", PROJECTS), ("get", path), ("patch", path), ("delete", path)):
        assert getattr(alice.client, method)(at).status_code == 401
        assert getattr(alice.client, method)(f"{at}/members/x").status_code in {401, 404, 405}
