"""The playground: everything of the account's own, nothing of another's, and no key anywhere."""

from __future__ import annotations

import ast
import json
import shlex
from typing import Any

import pytest
from flask import Flask

from tests.api.conftest import ROW, Person, without_request_id

EXECUTE = "/api/dev/playground/execute"


@pytest.fixture
def name(exported: dict[str, Any]) -> str:
    """The endpoint that Alice has."""
    return f"ml.predict:{exported['api_id']}"


def execute(person: Person, name: str, body: Any = ROW, **given: Any) -> Any:
    """Call and give the answer about the answer."""
    answer = person.post(EXECUTE, json={"endpoint": name, "body": body, **given})
    assert answer.status_code == 200, answer.get_json()
    return answer.get_json()


def test_the_list_holds_what_a_form_needs(alice: Person, exported: dict[str, Any], name: str) -> None:
    """Price, scope, schema and an example, out of the catalogue and the contract."""
    (found,) = alice.get("/api/dev/playground/endpoints").get_json()
    assert (found["name"], found["kind"], found["method"]) == (name, "ml.predict", "POST")
    assert (found["path"], found["scope"]) == (f"/api/predict/{exported['api_id']}", f"predict:{exported['api_id']}")
    assert (found["price"], found["status"]) == ({"credits": 1, "unit": "row"}, "active")
    assert set(found["input_schema"]["properties"]) == set(ROW)
    assert execute(alice, name, found["example"])["status"] == 200


def test_the_documentation_is_complete_and_its_example_true(alice: Person, name: str) -> None:
    """The example's answer is what the endpoint really answers."""
    docs = alice.get(f"/api/dev/playground/docs/{name}").get_json()
    assert [parameter["name"] for parameter in docs["parameters"]] == list(ROW)
    assert all(parameter["required"] and parameter["type"] == "number" for parameter in docs["parameters"])
    real = execute(alice, name, docs["example_request"])["body"]
    assert docs["example_response"] == {key: real[key] for key in docs["example_response"]}
    assert docs["limits"] == {"plan": "free", "plan_limit": 100, "surface": None}
    assert {402, 403, 429} <= {refusal["status"] for refusal in docs["errors"]}
    assert docs["openapi_url"].endswith("/openapi.json")


def test_a_call_is_answered_whole(alice: Person, name: str) -> None:
    """Status, time, cost, headers, body and the request as a program would send it."""
    made = execute(alice, name)
    assert (made["status"], made["reason"], made["environment"]) == (200, "OK", "test")
    assert made["time_ms"] > 0
    assert made["body"]["prediction"] == "setosa"
    assert made["body"]["request_id"] == made["request_id"] == made["headers"]["X-Request-ID"]
    assert made["headers"]["X-RateLimit-Limit"] == "100"
    assert (made["request"]["method"], made["request"]["body"]) == ("POST", ROW)


def test_the_snippets_are_the_call_with_a_placeholder(alice: Person, exported: dict[str, Any], name: str) -> None:
    """Pasted with a key put in, they make exactly the call that was made; no key of anybody is in them."""
    body = {**ROW, "sepal_length": 6.25}
    made = execute(alice, name, body)
    words = shlex.split(made["snippets"]["curl"])
    assert (words[2], json.loads(words[words.index("--data-raw") + 1])) == (made["request"]["url"], body)
    tree = ast.parse(made["snippets"]["python"])
    record = next(node.value for node in tree.body if isinstance(node, ast.Assign))
    assert ast.literal_eval(record) == body
    assert all("YOUR_API_KEY" in text for text in made["snippets"].values())
    assert exported["api_key"] not in json.dumps(made)
    assert exported["api_key_masked"] not in json.dumps(made)


def test_test_is_free_and_live_costs(alice: Person, name: str) -> None:
    """The default costs nothing; live costs what a key's call costs."""
    assert execute(alice, name)["cost"] == {"credits": 0}
    live = execute(alice, name, [ROW, ROW], environment="live")
    assert live["cost"] == {"credits": 2}
    assert live["headers"]["X-Credits-Charged"] == "2"


@pytest.mark.parametrize(
    ("body", "code"), [({}, "INVALID_INPUT"), (None, "INVALID_INPUT"), ("text", "INVALID_INPUT"), ([], "INVALID_INPUT")]
)
def test_the_endpoints_refusals_come_inside(alice: Person, name: str, body: Any, code: str) -> None:
    """The playground worked; what was called refused."""
    made = execute(alice, name, body)
    assert (made["status"], made["reason"], made["body"]["error"]["code"]) == (400, "Bad Request", code)


def test_a_paused_api_refuses_inside(alice: Person, exported: dict[str, Any], name: str) -> None:
    """As a key's call would be refused."""
    alice.put(f"/api/exports/{exported['api_id']}/status", json={"status": "inactive"})
    assert execute(alice, name)["status"] == 403


def test_the_plan_limits_the_playground(alice: Person, name: str) -> None:
    """The 101st call inside a minute is refused, and says which limit it was."""
    statuses = [execute(alice, name)["status"] for _ in range(101)]
    assert statuses == [200] * 100 + [429]
    last = execute(alice, name)
    assert last["body"]["error"]["details"]["policy"] == "plan"
    assert execute(alice, name, environment="live")["status"] == 200


@pytest.mark.parametrize(
    "other", ["ml.predict:999", "ml.predict:x", "ml.predict:", "ml.other:1", "", "ml.predict:9999999999"]
)
def test_anothers_endpoint_is_not_found_like_one_that_does_not_exist(bob: Person, name: str, other: str) -> None:
    """Byte for byte, on both routes; also for an administrator's curiosity there is nothing to spend."""
    foreign = bob.post(EXECUTE, json={"endpoint": name, "body": ROW})
    absent = bob.post(EXECUTE, json={"endpoint": other, "body": ROW})
    assert foreign.status_code == absent.status_code == 404
    assert without_request_id(foreign) == without_request_id(absent)
    if other:
        docs = bob.get(f"/api/dev/playground/docs/{name}"), bob.get(f"/api/dev/playground/docs/{other}")
        assert [answer.status_code for answer in docs] == [404, 404]
        assert without_request_id(docs[0]) == without_request_id(docs[1])
    assert bob.get("/api/dev/playground/endpoints").get_json() == []


@pytest.mark.parametrize(
    "wrong", [{"method": "GET"}, {"environment": "prod"}, {"key": "mine"}, {"endpoint": 7}, {"body": ...}]
)
def test_a_call_that_does_not_read_is_refused_outside(alice: Person, name: str, wrong: dict[str, Any]) -> None:
    """Another method, an unknown environment or field: the playground itself says 422."""
    given = {"endpoint": name, "body": ROW, **wrong}
    if given["body"] is ...:
        del given["body"]
    assert alice.post(EXECUTE, json=given).status_code == 422


def test_without_a_session_there_is_no_playground(app: Flask, alice: Person) -> None:
    """Not even the list."""
    stranger = app.test_client(use_cookies=False)
    assert stranger.get("/api/dev/playground/endpoints").status_code == 401
    assert stranger.get("/api/dev/playground/docs/ml.predict:1").status_code == 401
    assert stranger.post(EXECUTE, json={"endpoint": "ml.predict:1", "body": {}}).status_code == 401
