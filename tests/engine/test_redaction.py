"""What an account names is never kept: at any depth, in any case, in tables, refusals and bodies cut short."""

from __future__ import annotations

import json
from typing import Any

import pytest

from backend.engine.metering.records import clip_body
from backend.engine.redaction import REDACTED, Redactor
from tests.metering import record

SECRET = "123-45-6789"
REDACTOR = Redactor.of(["SSN", "card.number"])


def kept(request: object, response: object = None, **changed: Any) -> tuple[str, str, str | None]:
    """Give what is kept of a call."""
    texts = [body if isinstance(body, str) else json.dumps(body) for body in (request, response)]
    call = REDACTOR.redact(record(request_data=texts[0], response_data=texts[1], **changed))
    return call.request_data or "", call.response_data or "", call.error_message


@pytest.mark.parametrize(
    "body",
    [
        {"ssn": SECRET},
        {"Ssn": SECRET, "age": 5},
        {"SSN": [SECRET, {"deep": SECRET}]},
        {"people": [{"id": 1, "more": {"ssn": {"value": SECRET}}}]},
        {"instances": [{"ssn": SECRET}, {"ssn": SECRET}]},
        [{"ssn": SECRET}],
        {"columns": ["age", "ssn"], "data": [[5, SECRET], [6, SECRET]]},
        {"dataframe_split": {"columns": ["SSN"], "index": [0], "data": [[SECRET]]}},
        {"inputs": [{"name": "ssn", "shape": [1], "datatype": "BYTES", "data": [SECRET]}]},
        {"card.number": SECRET},
        '{"\\u0073sn": "123-45-6789"}',
        '{"ssn": "123-45-6789", "ssn": "123-45-6789"}',
    ],
)
def test_a_named_field_is_not_kept_whatever_the_shape(body: object) -> None:
    """The value is gone from request and response alike, and its place is marked."""
    request, response, _ = kept(body, body)
    assert SECRET not in request + response
    assert REDACTED in request
    assert REDACTED in response


@pytest.mark.parametrize(
    "body",
    [
        "ssn=123-45-6789",
        '{"ssn": "123-45-6789"',
        '{"ssn": "123-45-6789", "x": NaN}',
        clip_body(b'{"ssn": "123-45-6789", "pad": "' + b"x" * 200 + b'"}', 100),
        clip_body(b'{"ssn": "123-45-6789\xff"}', 100),
        '["123-45-6789"]',
        '[["123-45-6789"]]',
        '{"instances": [["123-45-6789"]]}',
        '"123-45-6789"',
        "[" * 2_000 + '"123-45-6789"' + "]" * 2_000,
        '{"a":' * 500 + '{"ssn":"123-45-6789"}' + "}" * 500,
    ],
)
def test_what_cannot_be_searched_is_not_kept(body: str) -> None:
    """A body that was cut, is no JSON, or holds values without names, leaves its size only."""
    request, _, _ = kept(body, request_bytes=77)
    assert SECRET not in request
    assert json.loads(request)["bytes"] == 77


def test_a_refusal_that_quotes_the_field_is_not_kept() -> None:
    """The message about a value holds the value."""
    message = f'ssn: expected a number, got the string "{SECRET}"'
    problem = {"row": 0, "column": "ssn", "expected": "a number", "got": f'the string "{SECRET}"', "message": message}
    other = {"row": 0, "column": "age", "expected": "a number", "got": "null", "message": "age: expected a number"}
    envelope = {"error": {"code": "INVALID_INPUT", "message": message, "details": {"problems": [problem, other]}}}
    request, response, told = kept({"ssn": SECRET}, envelope, status_code=400, error_message=message)
    assert SECRET not in request + response
    assert told == REDACTED
    assert json.loads(response)["error"]["details"]["problems"][1] == other


def test_a_refusal_of_a_body_without_names_is_not_kept() -> None:
    """Where nothing says which value is which, what quotes any of them goes."""
    message = f'expected an object, got the string "{SECRET}"'
    request, response, told = kept(
        f'"{SECRET}"', {"error": {"message": message}}, status_code=400, error_message=message
    )
    assert SECRET not in request + response
    assert told == REDACTED


def test_what_names_no_field_stays_as_it_came() -> None:
    """Spaces, the order of keys and long numbers are the caller's; words that contain the name are not the name."""
    request = '{ "b": 123456789012345678901,  "assn": "ssn", "passport": 1 }'
    response = '{"prediction": [1, 2], "probabilities": [[0.1, 0.9]]}'
    assert kept(request, response, error_message="lessness: expected") == (request, response, "lessness: expected")


def test_a_call_without_bodies_has_none_afterwards() -> None:
    """Nothing is made up."""
    call = REDACTOR.redact(record(request_data=None, response_data=None))
    assert call.request_data is call.response_data is None
