"""Credits in the gateway: reserved before the work, charged when it was done, never for nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backend.core.errors import ModelFailed, NotFound, Unavailable
from tests.gateway.conftest import GRANT, SECRET, Echo, Send, World, code, details


def test_a_call_reserves_and_pays_its_units(send: Send, world: World) -> None:
    """Two words at ten credits: the record carries the reservation and where it ends."""
    world.position = 500
    answer = send(b"hello you")
    record = world.record
    assert (record.credits, record.hold, record.hold_end) == (20, 20, 520)
    assert answer.credits == 20
    assert dict(answer.headers)["X-Credits-Charged"] == "20"


def test_without_enough_credits_nothing_is_done(send: Send, world: World, echo: Echo) -> None:
    """402 says what the call needs; the model never runs, the log shows the refusal."""
    world.credits_left = 19
    answer = send(b"hello you")
    assert (answer.status, code(answer), details(answer)["required"]) == (402, "INSUFFICIENT_CREDITS", 20)
    assert echo.executed == 0
    assert (world.record.status_code, world.record.hold, world.credits_left) == (402, 0, 19)


@pytest.mark.parametrize("explosion", [ModelFailed("The model failed"), RuntimeError("defect"), NotFound("Model")])
def test_a_failed_execution_costs_nothing(send: Send, world: World, echo: Echo, explosion: Exception) -> None:
    """The record gives the whole hold back: credits 0 beside what was reserved."""
    echo.explosion = explosion
    answer = send()
    assert (world.record.credits, world.record.hold, world.record.hold_end) == (0, 10, 10)
    assert (answer.credits, dict(answer.headers)["X-Credits-Charged"]) == (0, "0")


def test_the_test_environment_costs_nothing(send: Send, world: World) -> None:
    """Calls with test keys reserve nothing, even with an empty account."""
    world.grants[SECRET] = replace(GRANT, environment="test")
    world.credits_left = 0
    assert send().status == 200
    assert (world.record.credits, world.record.hold, world.record.environment) == (0, 0, "test")


def test_free_work_reserves_nothing(send: Send, world: World) -> None:
    """A call of no units does not touch the credits."""
    world.credits_error = Unavailable("down")
    assert send(b"").status == 200


def test_beyond_a_charged_quota_a_call_costs_twice(send: Send, world: World) -> None:
    """What the owner chose with overage action charge."""
    world.overage = "charge"
    assert send().credits == 20
    assert (world.record.credits, world.record.hold, world.record.is_overage) == (20, 20, True)


def test_beyond_a_warned_quota_a_call_costs_as_usual_and_is_marked(send: Send, world: World) -> None:
    """Warn admits at the usual price; usage shows the overage."""
    world.overage = "warn"
    assert send().credits == 10
    assert world.record.is_overage


def test_with_the_ledger_down_nothing_is_done(send: Send, world: World, echo: Echo) -> None:
    """Work that nobody may be paid for is not done: 503, to be tried again."""
    world.credits_error = Unavailable("Credits cannot be reserved at the moment")
    answer = send()
    assert (answer.status, code(answer)) == (503, "UNAVAILABLE")
    assert (echo.executed, world.record.hold) == (0, 0)
