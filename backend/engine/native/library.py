"""The library of the C files beside this one, where `make` could build it."""

from __future__ import annotations

import ctypes
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from backend.core.logging import get_logger

LIBRARY: Final = Path(__file__).with_name("kernel.so")
VERSION: Final = 4
"""Of what its functions take, and the one that it tells."""
log = get_logger(__name__)


class Library(NamedTuple):
    """The library twice: its calls keep the interpreter's lock, which for short ones is cheaper, or release it."""

    held: ctypes.CDLL
    released: ctypes.CDLL


@cache
def library() -> Library | None:
    """Give the library; None where it was not built, or from other sources."""
    try:
        found = Library(ctypes.PyDLL(str(LIBRARY)), ctypes.CDLL(str(LIBRARY)))
        version = found.held.modelport_kernel_version()
    except (OSError, AttributeError) as error:
        return _without(str(error))
    return found if version == VERSION else _without(f"it is of version {version}, and {VERSION} is needed")


def _without(why: str) -> Library | None:
    log.warning("kernel_missing", why=why, remedy="install a C compiler and run `make kernel`")
    return None
