"""One account can never read, count or tell apart what is another's: every route, walked with another's ids."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from tests.api.conftest import Person
from tests.api.walls.conftest import MISSING, Ids

BODIES: dict[str, dict[str, Any]] = {
    "/api/exports/<int:api_id>/status": {"status": "inactive"},
    "/api/dev/keys/<key_id>/limits": {"sustained_limit": 5},
    "/api/dev/apps/<app_id>/keys": {"name": "mine", "environment": "test"},
    "/api/v1/projects/<project_id>/members": {"email": "nobody@example.com", "role": "viewer"},
    "/api/v1/projects/<project_id>/members/<account_id>": {"role": "viewer"},
}
"""What a route asks for before it looks at an id; the others take an empty object."""
SAME_FOR_ALL = {"filename", "path", "page"}
QUERIES = ("key_id", "app_id", "request_id", "endpoint")
SCOPES = ["read", "write", "portal:*", "predict:*"]


@pytest.fixture(params=["session", "key"])
def stranger(request: pytest.FixtureRequest, bob: Person) -> Person:
    """Bob, signed in or with a key that may do whatever a key can."""
    if request.param == "key":
        made = bob.post("/api/dev/api-keys", json={"name": "everything", "scopes": SCOPES})
        assert made.status_code == 201, made.get_json()
        bob.token = made.get_json()["api_key"]
    return bob


def test_another_s_id_answers_as_one_that_does_not_exist(
    app: Flask, alice: Person, hers: Ids, stranger: Person
) -> None:
    """Byte for byte, on every route and with every method; and nothing of hers changes by it."""
    before = inventory(alice, hers)
    walked = 0
    for rule, method in routes_with_ids(app):
        seen, absent = (answer_to(stranger, rule, method, ids) for ids in (hers, MISSING))
        assert seen == absent, f"{method} {rule.rule}"
        walked += 1
    assert walked > 40
    assert inventory(alice, hers) == before


def test_no_list_counts_or_shows_another_s_things(app: Flask, hers: Ids, stranger: Person) -> None:
    """Whatever can be read without an id holds none of hers."""
    for path in paths_without_ids(app):
        text = stranger.get(path).get_data(as_text=True)
        assert not [found for found in hers.texts() if found in text], path


@pytest.mark.parametrize("path", ["/api/dev/logs", "/api/dev/usage", "/api/dev/api-keys", "/api/dev/audit"])
def test_a_filter_by_another_s_id_answers_as_one_by_an_id_that_does_not_exist(
    hers: Ids, stranger: Person, path: str
) -> None:
    """Filters are no way around."""
    for name in QUERIES:
        seen, absent = (stranger.get(path, query_string={name: value(name, ids)}) for ids in (hers, MISSING))
        assert without_ids(seen, hers) == without_ids(absent, MISSING), f"{path}?{name}"


def test_what_needs_an_identity_says_so_to_a_caller_without_one(app: Flask, alice: Person, hers: Ids) -> None:
    """A stranger without any identity cannot tell an id that exists from one that does not."""
    alice.token = "nothing"
    for rule, method in routes_with_ids(app):
        seen, absent = (answer_to(alice, rule, method, ids) for ids in (hers, MISSING))
        assert seen == absent, f"{method} {rule.rule}"
        assert seen[0] in {401, 403, 405, 404}, f"{method} {rule.rule}: {seen[0]}"


def routes_with_ids(app: Flask) -> Iterator[tuple[Rule, str]]:
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        if rule.arguments and not rule.arguments & SAME_FOR_ALL:
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield rule, method


def paths_without_ids(app: Flask) -> list[str]:
    rules = [rule for rule in app.url_map.iter_rules() if not rule.arguments and "GET" in (rule.methods or ())]
    return sorted(rule.rule for rule in rules if rule.rule.startswith("/api/") or rule.rule == "/metrics")


def answer_to(person: Person, rule: Rule, method: str, ids: Ids) -> tuple[int, object]:
    """Give status and body of a call, with the ids that were sent taken out of the body."""
    path = rule.build({name: ids.of(name) for name in rule.arguments}, append_unknown=False)
    assert path is not None
    body = None if method in {"GET", "DELETE"} else BODIES.get(rule.rule, {})
    answer = person.client.open(path[1], method=method, headers=person.headers, json=body)
    return answer.status_code, without_ids(answer, ids)


def without_ids(answer: TestResponse, ids: Ids) -> str:
    """Give an answer's text without what was sent, and without its request id and the time it was made at."""
    text = answer.get_data(as_text=True)
    for sent in (answer.headers["X-Request-ID"], *ids.texts(), f"/api/predict/{ids.api_id}"):
        text = text.replace(sent, "")
    return text


def value(name: str, ids: Ids) -> str:
    return f"/api/predict/{ids.api_id}" if name == "endpoint" else str(getattr(ids, name))


def inventory(owner: Person, ids: Ids) -> list[str]:
    """Give what the owner sees of her things."""
    paths = (
        f"/api/models/{ids.model_id}",
        f"/api/exports/{ids.api_id}",
        f"/api/dev/api-keys/{ids.key_id}",
        f"/api/dev/apps/{ids.app_id}",
        f"/api/v1/projects/{ids.project_id}",
        f"/api/v1/projects/{ids.project_id}/members",
    )
    answers = [owner.get(path) for path in paths]
    assert {answer.status_code for answer in answers} == {200}
    return [answer.get_data(as_text=True) for answer in answers]
