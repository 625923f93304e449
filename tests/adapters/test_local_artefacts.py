"""Guarantees of artefacts kept in a folder."""

from __future__ import annotations

import os
import resource
import signal
from hashlib import sha256
from pathlib import Path

import pytest

from backend.adapters.local_artefacts import LocalArtefacts
from backend.core.errors import PayloadTooLarge, Unavailable
from backend.services.incoming_artefact import IncomingArtefact


@pytest.fixture
def store(tmp_path: Path) -> LocalArtefacts:
    """An empty store."""
    return LocalArtefacts(tmp_path)


def keep(store: LocalArtefacts, content: bytes) -> str:
    """Put bytes into a store; give their name."""
    with IncomingArtefact(store) as incoming:
        incoming.write(content)
        return incoming.keep(".joblib")


def test_what_is_kept_is_what_was_written_and_readable_by_the_owner_alone(store: LocalArtefacts) -> None:
    """The name carries the digest, so that a serving process can tell a tampered file."""
    name = keep(store, b"model")

    path = store.path(name)
    assert path.read_bytes() == b"model"
    assert sha256(b"model").hexdigest() in name
    assert path.stat().st_mode & 0o777 == 0o600


def test_equal_files_are_stored_once_and_removed_apart(store: LocalArtefacts) -> None:
    """Removing one model never takes another's file, in whatever order."""
    first, second = keep(store, b"model"), keep(store, b"model")

    assert first != second
    assert store.path(first).samefile(store.path(second))
    store.remove(first)
    store.remove(first)
    assert store.path(second).read_bytes() == b"model"


def test_what_is_not_kept_leaves_nothing(store: LocalArtefacts, tmp_path: Path) -> None:
    """A refused upload frees its space at once."""
    with IncomingArtefact(store) as incoming:
        incoming.write(b"model")

    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_file_over_its_bound_is_stopped_while_it_is_written(store: LocalArtefacts) -> None:
    """The bound holds before the disk is full."""
    with IncomingArtefact(store, bytes_max=5) as incoming:
        incoming.write(b"12345")
        with pytest.raises(PayloadTooLarge):
            incoming.write(b"6")


def test_a_full_disk_is_a_refusal_that_can_be_repeated(store: LocalArtefacts, tmp_path: Path) -> None:
    """A disk that takes no more answers 503 and leaves nothing behind, never a crash."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, limits[1]))
    try:
        with IncomingArtefact(store) as incoming, pytest.raises(Unavailable):
            incoming.write(bytes(1_000_000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("name", ["../x", "/etc/passwd", "ab/../../x", "", "ab/x.joblib", "ab/" + "a" * 64 + ".joblib"])
def test_only_names_that_the_store_gave_are_opened(store: LocalArtefacts, name: str) -> None:
    """A manipulated row cannot make the server read or delete another file."""
    with pytest.raises(ValueError, match="not the name of an artefact"):
        store.path(name)
    with pytest.raises(ValueError, match="not the name of an artefact"):
        store.remove(name)


def test_a_killed_uploads_file_is_an_orphan(store: LocalArtefacts) -> None:
    """The kernel drops the lock of a process that dies, and the next start sweeps its file away."""
    child = os.fork()
    if child == 0:
        incoming = IncomingArtefact(store)
        incoming.write(b"half")
        incoming.flush_to_disk()
        os.kill(os.getpid(), 9)
    os.waitpid(child, 0)

    with IncomingArtefact(store) as living:
        assert store.remove_orphans() == 1
        assert living.path.exists()
    assert store.remove_orphans() == 0
