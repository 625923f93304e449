"""Who was let through is asked no second time, until anything changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from backend.core import remembered
from backend.engine.allowed import networks_of
from backend.engine.keys import mint_key
from backend.engine.metering.records import decode
from backend.engine.signing import PlainKey
from backend.gateway.call import SessionPrincipal
from backend.gateway.pipeline import Gateway
from tests.gateway.conftest import GRANT, KEY_ID, SECRET, Desk, Echo, Send, World, code

OTHER = mint_key("mp", "live").secret


class Whisper(Echo):
    """Another kind, with targets of its own."""

    name = "whisper"


@pytest.fixture(autouse=True)
def steady(world: World) -> None:
    """Nothing changes unless a test says so."""
    world.is_changing = False


def test_a_caller_is_looked_up_once(world: World, echo: Echo, send: Send) -> None:
    """What the directory and the kind would say now is not asked for."""
    first = send()
    world.grants.clear()
    echo.desks = {}
    second = send()

    assert (first.status, second.status) == (200, 200)
    assert world.attempts == ["accepted"] * 2
    assert len(world.admitted) == 2


def test_a_change_is_noticed_at_the_next_call(world: World, send: Send) -> None:
    """A key that was revoked is refused at once, and leaves no record."""
    send()
    world.grants.clear()
    world.is_changing = True
    answer = send()

    assert (answer.status, code(answer)) == (403, "INVALID_API_KEY")
    assert world.attempts == ["accepted", "refused"]
    assert len(world.lines) == 1


def test_a_change_during_the_look_up_is_noticed_after_it(
    world: World, gateway: Gateway, echo: Echo, send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The generation is read first: what was read before a change and kept after it is not believed."""
    changes = [1]
    gateway.passages.generation = lambda: len(changes)

    def find(target: str) -> Desk:
        changes.append(1)
        return echo.desks[target]

    with monkeypatch.context() as patch:
        patch.setattr(echo, "find", find)
        send()
    world.grants.clear()

    assert send().status == 403


def test_every_key_target_and_kind_has_its_own(world: World, send: Send) -> None:
    """What one key may do with one target says nothing of another."""
    world.grants[OTHER] = replace(GRANT, scopes=frozenset({"echo:8"}), key_id="ak_live_2")
    send()
    send(credential=PlainKey(OTHER), target="8")

    for credential, target in ((PlainKey(SECRET), "8"), (PlainKey(OTHER), "7"), (PlainKey(SECRET), "70")):
        assert send(credential=credential, target=target).status == 404
    assert [decode(line).key_id for line in world.lines] == [KEY_ID, "ak_live_2"]
    assert send(kind=Whisper(desks={})).status == 404


def test_only_plain_keys_are_remembered(world: World, send: Send) -> None:
    """A session was proven by its door, a signature covers one request alone."""
    world.players["account-1", "live"] = GRANT
    principal = SessionPrincipal("account-1", "live")
    send(credential=principal)
    world.players.clear()

    assert send(credential=principal).status == 403


def test_a_key_that_ends_is_asked_for_at_every_call(world: World, send: Send) -> None:
    """The directory tells when it is over; no change announces that."""
    world.grants[SECRET] = replace(GRANT, expires_at=datetime(2100, 1, 1, tzinfo=UTC))
    send()
    world.grants.clear()

    assert send().status == 403


def test_a_paused_target_refuses_and_records_every_call(world: World, echo: Echo, send: Send) -> None:
    echo.desks = {"7": Desk(is_active=False)}
    answers = [send(), send()]

    assert [code(answer) for answer in answers] == ["INVALID_API_KEY"] * 2
    assert [decode(line).status_code for line in world.lines] == [403, 403]


def test_an_address_is_looked_at_in_every_call(world: World, send: Send) -> None:
    world.grants[SECRET] = replace(GRANT, allowed_networks=tuple(networks_of(["192.0.2.1"])))

    assert [send(remote_address=place).status for place in ("192.0.2.1", "192.0.2.2", "192.0.2.1")] == [200, 403, 200]


def test_what_was_refused_is_not_remembered(world: World, send: Send) -> None:
    """A key that is made a moment later works, and a target that appears is found."""
    key = PlainKey(OTHER)
    refused = send(credential=key)
    world.grants[OTHER] = GRANT

    assert (refused.status, send(credential=key).status) == (403, 200)


def test_the_record_of_a_known_caller_is_that_of_a_new_one(world: World, send: Send) -> None:
    send()
    send()
    first, second = (decode(line) for line in world.lines)
    measured = {"occurred_at_us", "response_time", "cpu_usage", "hold_end", "response_bytes", "response_data"}

    assert {name for name in first._fields if getattr(first, name) != getattr(second, name)} <= measured
    assert (first.api_id, first.model_id, first.account_id, first.endpoint) == (7, 3, "account-1", "/echo/7")


def test_keys_are_not_kept_and_memory_is_bounded(
    world: World, gateway: Gateway, send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remembered, "ENTRIES_MAX", 3)
    keys = [mint_key("mp", "live").secret for _ in range(7)]
    for key in keys:
        world.grants[key] = GRANT
        send(credential=PlainKey(key))
    kept = gateway.passages._entries

    assert 0 < len(kept) <= 3
    assert not any(key in repr(kept) for key in keys)
