"""Each peer's own virtual environment, made once below the cache folder from its pinned requirements.txt."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

PEERS = Path(__file__).resolve().parent / "peers"
MARK = ".installed"


class NotInstalled(RuntimeError):
    """pip could not install a peer; the message holds the end of what it said."""


def environment(peer: str, cache: Path) -> Path:
    """Give the folder of a peer's programs, installing them when requirements.txt is not what is installed.

    Raises:
        NotInstalled: with pip's last words.
    """
    requirements = PEERS / peer / "requirements.txt"
    folder = cache / "env" / peer
    wanted = hashlib.sha256(requirements.read_bytes()).hexdigest()
    mark = folder / MARK
    if not mark.exists() or mark.read_text() != wanted:
        print(f"installing {peer} into {folder}", flush=True)
        _run([sys.executable, "-m", "venv", "--clear", str(folder)])
        _run([str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "--requirement", str(requirements)])
        mark.write_text(wanted)
    return folder / "bin"


def installed_version(programs: Path, package: str) -> str:
    """Give the version of a package in an environment."""
    code = f"import importlib.metadata as m; print(m.version({package!r}))"
    done = subprocess.run([str(programs / "python"), "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise NotInstalled((done.stderr or done.stdout)[-1_500:])
