"""Server-Timing: every step is named, in milliseconds, and only to who may call."""

from __future__ import annotations

import re

import pytest

from backend.core.errors import Unavailable
from backend.engine.metering.records import CallRecord
from backend.engine.signing import PlainKey
from backend.gateway.call import Answer
from backend.gateway.pipeline import percent, seconds
from backend.gateway.timing import server_timing
from tests.gateway.conftest import Send, World

MS = 1_000_000


def stages(answer: Answer) -> list[str]:
    """Give the names in the header, and check that each has a duration."""
    text = dict(answer.headers)["Server-Timing"]
    assert re.fullmatch(r"([a-z]+;dur=\d+\.\d{3}(, |$))+", text)
    return [stage.partition(";")[0] for stage in text.split(", ")]


def test_durations_are_milliseconds_between_the_marks() -> None:
    """The first begins at the door, the last ends with the record; long ones are written as exactly as short ones."""
    marks = [5 * MS, 5 * MS + 17_000, 9 * MS, 9 * MS, 9 * MS + 2_500 * MS]
    name, value = server_timing(4 * MS, marks, 9 * MS + 2_500 * MS + 999)
    assert name == "Server-Timing"
    assert value == (
        "auth;dur=1.000, limit;dur=0.017, parse;dur=3.983, credits;dur=0.000, model;dur=2500.000, record;dur=0.000"
    )


def test_a_served_call_names_all_its_stages(send: Send) -> None:
    """The order is that of the pipeline."""
    assert stages(send()) == ["auth", "limit", "parse", "credits", "model", "record"]


def test_a_refused_call_names_the_stages_it_came_to(send: Send, world: World) -> None:
    """The stage that refused is the last before the record."""
    assert stages(send(b"bad")) == ["auth", "limit", "parse", "record"]
    world.is_open = False
    assert stages(send()) == ["auth", "limit", "record"]


def test_a_call_that_cannot_be_recorded_still_names_its_stages(send: Send, world: World) -> None:
    """The refusal comes after the model."""
    world.journal_error = Unavailable("full")
    answer = send()
    assert (answer.status, stages(answer)[-2:]) == (503, ["model", "record"])


@pytest.mark.parametrize(
    "given", [{"credential": None}, {"credential": PlainKey("bad")}, {"target": "8"}, {"target": "70"}]
)
def test_strangers_are_told_no_times(send: Send, given: dict[str, object]) -> None:
    """What a refusal took would tell whether a key or another's API was found."""
    assert "Server-Timing" not in dict(send(**given).headers)


def test_the_record_has_its_fields_in_their_order(send: Send, world: World) -> None:
    """The pipeline writes fields by position: one that moved would be stored as its neighbour."""
    send(b"hello you")
    record = world.record
    assert record._fields == CallRecord._fields
    expected = {
        "request_id": "req_1",
        "api_id": 7,
        "key_id": "ak_live_1",
        "model_id": 3,
        "status_code": 200,
        "memory_usage": 64.0,
        "rows": 2,
        "request_bytes": 9,
        "remote_address": "192.0.2.1",
        "request_data": "hello you",
        "error_message": None,
        "account_id": "account-1",
        "app_id": "app-1",
        "environment": "live",
        "source": "api",
        "kind": "echo",
        "method": "POST",
        "endpoint": "/echo/7",
        "credits": 20,
        "hold": 20,
        "hold_end": 20,
        "is_overage": False,
    }
    assert {name: getattr(record, name) for name in expected} == expected
    assert record.response_bytes == len((record.response_data or "").encode())


@pytest.mark.parametrize(("span_ns", "expected"), [(0, 0.0), (499, 0.0), (500, 1e-06), (412_499, 0.000412)])
def test_seconds_are_rounded_to_the_microsecond(span_ns: int, expected: float) -> None:
    """As `round` does, without its cost."""
    assert seconds(span_ns) == expected


@pytest.mark.parametrize(("part", "whole", "expected"), [(0, 0, 0.0), (1, 3, 33.33), (2, 3, 66.67), (5, 3, 100.0)])
def test_shares_are_rounded_to_the_hundredth(part: int, whole: int, expected: float) -> None:
    """A thread's clock can run ahead of the wall's by a tick: never more than all."""
    assert percent(part, whole) == expected
