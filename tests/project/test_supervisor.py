"""The supervisor ends its children in order, and whatever the one that folds was told before, it folds last."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.config import Settings
from backend.serve import Child, Supervisor

WAIT_SECONDS = 20.0
CHILD = """
import os, signal, sys, time
def note(what): open(sys.argv[1], "a").write(f"{sys.argv[2]} {what}\\n")
note("starts")
def end(*_): note("is told"), time.sleep(2 * slow), note("ends"), os._exit(0)
slow = float(sys.argv[3])
time.sleep(slow)
signal.signal(signal.SIGTERM, end)
signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGTERM])
note("is up")
time.sleep(60)
"""
"""A child that needs some seconds until it knows how to end, and then twice as many to end."""


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    """The file in which children say what happens to them."""
    return tmp_path / "notes"


@pytest.fixture
def supervisor(tmp_path: Path, notes: Path) -> Iterator[Supervisor]:
    """A supervisor whose children only take notes; both are up."""
    made = Supervisor(Settings(modelport_home=tmp_path), os.environ)
    for child, slow in ((made.web, "0.1"), (made.background, "0.5")):
        child.command = [sys.executable, "-c", CHILD, str(notes), child.name, slow]
        child.start()
    wait_for(notes, "web is up", "background is up")
    yield made
    for child in (made.web, made.background):
        child.signal(signal.SIGKILL)


def wait_for(notes: Path, *lines: str) -> None:
    """Wait until every line is among the notes."""
    deadline = time.monotonic() + WAIT_SECONDS
    while not (notes.exists() and set(lines) <= set(notes.read_text().splitlines())):
        assert time.monotonic() < deadline, lines
        time.sleep(0.01)


def end(supervisor: Supervisor, notes: Path) -> list[str]:
    """End all; give what was noted since."""
    before = len(notes.read_text().splitlines())
    supervisor.end()
    assert all(child.has_ended for child in (supervisor.web, supervisor.background))
    return notes.read_text().splitlines()[before:]


IN_ORDER = ["web is told", "web ends", "background is told", "background ends"]
ANOTHER = ["background starts", "background is told", "background ends"]
"""Told before it was up, so that the signal is the first thing it takes."""


def test_the_web_server_ends_first(supervisor: Supervisor, notes: Path) -> None:
    """What it answers last is there to be folded."""
    assert end(supervisor, notes) == IN_ORDER


def test_one_that_a_reload_told_to_end_is_followed_by_another(supervisor: Supervisor, notes: Path) -> None:
    """It may have folded for the last time before the web server's last answers."""
    supervisor.background.signal(signal.SIGTERM)
    wait_for(notes, "background is told")
    after = end(supervisor, notes)
    assert after == ["web is told", "web ends", "background ends", *ANOTHER]


def test_one_that_died_is_followed_by_another(supervisor: Supervisor, notes: Path) -> None:
    """The other is told at once, long before it knows how to end, and ends in order all the same."""
    process = supervisor.background.process
    assert process is not None
    process.kill()
    process.wait()
    assert end(supervisor, notes) == [*IN_ORDER[:2], *ANOTHER]


def test_a_child_that_does_not_end_is_killed(supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stop takes a bounded time."""
    monkeypatch.setattr("backend.serve.STOP_SECONDS_MAX", 0.1)
    supervisor.end()
    for child in (supervisor.web, supervisor.background):
        assert child.process is not None
        assert child.process.returncode == -signal.SIGKILL


def test_a_child_that_was_never_started_is_passed_over() -> None:
    """The visitor runs only at a first start."""
    child = Child("visitor", [sys.executable, "-c", ""], {})
    child.end()
    assert child.process is None
