"""The few Linux calls that Python does not offer, through ctypes.

Used by the lock-down of the isolated child. Every function raises OSError with the kernel's own reason.
"""

from __future__ import annotations

import ctypes
import os
import platform
from typing import Final

_PR_SET_PDEATHSIG: Final = 1
_PR_SET_DUMPABLE: Final = 4
_PR_SET_NO_NEW_PRIVS: Final = 38
_CAPABILITY_VERSION_3: Final = 0x20080522
_CLONE_NEWNET: Final = 0x40000000
_CLONE_NEWIPC: Final = 0x08000000
_CLONE_NEWUSER: Final = 0x10000000
_CAPSET: Final = {"x86_64": 126, "aarch64": 91}

_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long
machine: Final = {"amd64": "x86_64", "arm64": "aarch64"}.get(platform.machine().lower(), platform.machine().lower())


def syscall(number: int, *arguments: object) -> int:
    """Call the kernel by number."""
    return _checked(_libc.syscall(ctypes.c_long(number), *arguments))


def die_with_parent(signal: int) -> None:
    """Have the kernel send a signal to this process when the thread that started it ends."""
    _checked(_libc.prctl(_PR_SET_PDEATHSIG, signal, 0, 0, 0))


def forbid_new_privileges() -> None:
    """Give up set-uid programs for good, which the kernel asks for before it takes a filter."""
    _checked(_libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
    _checked(_libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0))


def leave_network() -> None:
    """Move to a network and IPC namespace of one's own, where there is nobody."""
    try:
        _checked(_libc.unshare(_CLONE_NEWNET | _CLONE_NEWIPC))
    except PermissionError:
        _checked(_libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET | _CLONE_NEWIPC))


def drop_capabilities() -> None:
    """Give up every privilege of root but its name."""
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    none = (ctypes.c_uint32 * 6)()
    syscall(_CAPSET[machine], ctypes.byref(header), ctypes.byref(none))


def _checked(result: int) -> int:
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result
