"""Locks the isolated child down before it reads a file of a stranger.

Called first thing in the child. Each protection is put in force on its own and named only when it is; a kernel that
lacks one loses that one. Imports nothing heavy: the libraries are loaded under lock already.
"""

from __future__ import annotations

import resource
import signal
import sys
import sysconfig
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from backend.engine.serving import kernel, landlock, seccomp

_SYSTEM: Final = (
    "/etc/ld.so.cache",
    "/lib",
    "/lib64",
    "/usr/lib",
    "/usr/lib64",
    "/usr/local/lib",
    "/usr/share/zoneinfo",
    "/sys/devices/system/cpu",
    "/proc/cpuinfo",
    "/proc/self/maps",
    "/dev/null",
    "/dev/urandom",
)


@dataclass(frozen=True, slots=True)
class Limits:
    """What a child may use. Memory is address space, in MB; times are in seconds; `file_bytes` is what it may write."""

    memory_mb: int = 3_072
    cpu_seconds: int = 60
    wall_seconds: float = 120.0
    open_files: int = 64
    result_bytes: int = 8 << 20
    file_bytes: int = 0


def lock_down(limits: Limits) -> tuple[str, ...]:
    """Put every protection in force that this kernel has; give their names.

    Without Landlock, the filter alone cannot tell one file from another: the child then loads all it needs and calls
    `close_files`.
    """
    steps: tuple[tuple[str, Callable[[], None]], ...] = (
        ("rlimits", lambda: _set_rlimits(limits)),
        ("parent_death", lambda: kernel.die_with_parent(signal.SIGKILL)),
        ("network_namespace", kernel.leave_network),
        ("capabilities", kernel.drop_capabilities),
        ("no_new_privileges", kernel.forbid_new_privileges),
        ("landlock", lambda: landlock.restrict(_readable())),
        ("seccomp", seccomp.install),
    )
    return tuple(name for name, step in steps if _is_in_force(step))


def close_files() -> tuple[str, ...]:
    """Refuse to open any further file; give the protection's name when it is in force."""
    return ("closed_files",) if _is_in_force(lambda: seccomp.install(close_files=True)) else ()


def _is_in_force(step: Callable[[], None]) -> bool:
    try:
        step()
    except (OSError, ValueError, KeyError, AttributeError):  # not on this kernel, architecture or C library
        return False
    return True


def _set_rlimits(limits: Limits) -> None:
    memory = limits.memory_mb << 20
    for kind, soft, hard in (
        (resource.RLIMIT_AS, memory, memory),
        (resource.RLIMIT_CPU, limits.cpu_seconds, limits.cpu_seconds + 1),
        (resource.RLIMIT_NOFILE, limits.open_files, limits.open_files),
        (resource.RLIMIT_FSIZE, limits.file_bytes, limits.file_bytes),
        (resource.RLIMIT_CORE, 0, 0),
        (resource.RLIMIT_MEMLOCK, 0, 0),
    ):
        resource.setrlimit(kind, (soft, hard))


def _readable() -> list[Path]:
    """Give the Python installation, this package and the system's libraries: no home, no settings, no database."""
    package = Path(__file__).resolve().parents[2]
    installed = {Path(sysconfig.get_path(name)) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    libraries = {Path(prefix, "lib") for prefix in (sys.prefix, sys.base_prefix)}
    return [package, *installed, *libraries, *map(Path, _SYSTEM)]
