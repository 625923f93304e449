"""Landlock: from here on only the named folders can be read, and nothing can be written.

Used by the lock-down of the isolated child, where the kernel has it (Linux 5.13). Source: linux/landlock.h.
"""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from backend.engine.serving import kernel

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_VERSION_FLAG: Final = 1
_PATH_BENEATH: Final = 1
_READ_FILE, _READ_DIR = 1 << 2, 1 << 3
_HANDLED_FS: Final = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 5: (1 << 16) - 1}
"""File rights that can be taken away, by the first version of the interface that knows them."""
_NET_SINCE: Final = 4
_SCOPES_SINCE: Final = 6
_TCP: Final = 0b11
_SCOPES: Final = 0b11  # abstract UNIX sockets and signals of processes outside


def restrict(readable: Iterable[Path]) -> None:
    """Leave this process only the reading of the given files and folders; absent ones are passed over.

    Raises:
        OSError: the kernel has no Landlock.
    """
    version = kernel.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(_VERSION_FLAG))
    rights = max(mask for since, mask in _HANDLED_FS.items() if since <= version)
    attributes = struct.pack("=Q", rights)
    attributes += struct.pack("=Q", _TCP) if version >= _NET_SINCE else b""
    attributes += struct.pack("=Q", _SCOPES) if version >= _SCOPES_SINCE else b""
    ruleset = kernel.syscall(_CREATE_RULESET, attributes, ctypes.c_size_t(len(attributes)), ctypes.c_uint32(0))
    try:
        for path in readable:
            _allow(ruleset, path)
        kernel.syscall(_RESTRICT_SELF, ctypes.c_int(ruleset), ctypes.c_uint32(0))
    finally:
        os.close(ruleset)


def _allow(ruleset: int, path: Path) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        rights = _READ_FILE | _READ_DIR if path.is_dir() else _READ_FILE
        rule = struct.pack("=Qi", rights, place)
        kernel.syscall(_ADD_RULE, ctypes.c_int(ruleset), ctypes.c_int(_PATH_BENEATH), rule, ctypes.c_uint32(0))
    finally:
        os.close(place)
