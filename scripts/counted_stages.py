"""The process in which instructions are counted: runs stages of the hot path, and tells valgrind when to count.

    python -m scripts.counted_stages FOLDER STAGE,STAGE CALLS MORE_CALLS

builds the hot path in an empty folder and runs each stage CALLS and then MORE_CALLS times, with a dump of valgrind's
count after each. Started by `scripts.instructions`.
"""

from __future__ import annotations

import ctypes
import gc
import mmap
import sys
from pathlib import Path

from scripts.hot_path import HotPath, repeat

WARM_UP_CALLS = 20
"""Python 3.11 specialises what ran eight times."""


def main(folder: str, names: str, *counts: str) -> None:
    """Run stages, counted by valgrind."""
    hot_path = HotPath(Path(folder))
    stages = hot_path.stages()
    valgrind = ValgrindCount()
    for name in names.split(","):
        repeat(stages[name], WARM_UP_CALLS)
        for calls in map(int, counts):
            # A full collection costs as much as a hundred calls; in which run it falls depends on what was imported.
            gc.collect()
            gc.freeze()
            valgrind.begin()
            repeat(stages[name], calls)
            valgrind.end()
    hot_path.close()


class ValgrindCount:
    """Speaks to callgrind from inside the process it runs; x86-64. Outside valgrind the requests do nothing.

    Source: valgrind.h and callgrind.h of Valgrind 3.19, VALGRIND_DO_CLIENT_REQUEST for amd64-linux.
    """

    _BASE = (ord("C") << 24) | (ord("T") << 16)
    _DUMP, _START, _STOP = _BASE, _BASE + 4, _BASE + 5
    _CODE = bytes.fromhex("4889f8 31d2 48c1c703 48c1c70d 48c1c73d 48c1c733 4887db 4889d0 c3")

    def __init__(self) -> None:
        self._page = mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
        self._page.write(self._CODE)
        at = ctypes.addressof(ctypes.c_char.from_buffer(self._page))
        self._request = ctypes.CFUNCTYPE(ctypes.c_long, ctypes.POINTER(ctypes.c_long * 6))(at)

    def begin(self) -> None:
        """Count from here on."""
        self._ask(self._START)

    def end(self) -> None:
        """Stop, and write down what was counted."""
        self._ask(self._DUMP)
        self._ask(self._STOP)

    def _ask(self, request: int) -> None:
        arguments = (ctypes.c_long * 6)(request)
        self._request(ctypes.byref(arguments))


if __name__ == "__main__":
    main(*sys.argv[1:])
