"""Artefacts in a folder of this machine.

Each accepted model owns one name; equal files share their bytes through hard links, so removing one model
can never take another's file. Built by bootstrap. Never reads what a file says and never uses a name that a
client chose.
"""

from __future__ import annotations

import fcntl
import os
import re
import uuid
from pathlib import Path

_NAME = re.compile(r"[0-9a-f]{2}/[0-9a-f]{64}-[0-9a-f]{12}\.[a-z]{2,8}")
OWNER_ONLY = 0o600


class LocalArtefacts:
    """A folder with one file per accepted model, and uploads on their way in `.incoming`."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._incoming = root / ".incoming"

    def incoming(self) -> Path:
        """Give a fresh path to receive an upload at; whoever writes there holds an flock on it meanwhile."""
        self._incoming.mkdir(mode=0o700, parents=True, exist_ok=True)
        return self._incoming / uuid.uuid4().hex

    def keep(self, received: Path, sha256: str, suffix: str) -> str:
        """Move a received file to a name of its own; give that name.

        Args:
            sha256: of the file, hex, lower case.
            suffix: with its dot.
        """
        folder = self._root / sha256[:2]
        folder.mkdir(mode=0o700, exist_ok=True)
        name = f"{sha256[:2]}/{sha256}-{uuid.uuid4().hex[:12]}{suffix}"
        target = self.path(name)
        received.chmod(OWNER_ONLY)
        _make_durable(received)
        twin = next(folder.glob(f"{sha256}-*"), None)
        if twin is None or not _linked(twin, target):
            received.replace(target)
        received.unlink(missing_ok=True)
        _make_durable(folder)
        return name

    def path(self, artefact: str) -> Path:
        """Give where an artefact can be read.

        Raises:
            ValueError: a name that this store never gave.
        """
        if _NAME.fullmatch(artefact) is None:
            message = f"not the name of an artefact: {artefact!r}"
            raise ValueError(message)
        return self._root / artefact

    def remove(self, artefact: str) -> None:
        """Delete an artefact; absent is fine."""
        self.path(artefact).unlink(missing_ok=True)

    def remove_orphans(self) -> int:
        """Delete what killed uploads left behind; give how many files went.

        An upload holds an flock on its file, which the kernel drops with the process: what can be locked is
        orphaned.
        """
        removed = 0
        for path in self._incoming.glob("*"):
            with path.open("rb") as stream:
                try:
                    fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    continue
                path.unlink(missing_ok=True)
                removed += 1
        return removed


def _linked(twin: Path, target: Path) -> bool:
    """Give a second name to bytes that are there already; False where the twin just went or links are not to be had."""
    try:
        os.link(twin, target)
    except OSError:
        return False
    return True


def _make_durable(path: Path) -> None:
    """Bring a file or folder to the disk: the row that names it must never outlive it."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
