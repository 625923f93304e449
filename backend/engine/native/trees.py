"""Ensembles of trees, walked by trees.c.

Used where there is a library; the ensembles do the same with arrays where there is none. Whoever makes one has checked
the arrays.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from functools import cache
from struct import Struct
from typing import Final, NamedTuple

import numpy as np

from backend.engine.foreign import Array
from backend.engine.native.library import library
from backend.engine.native.rows import row_type

NODES_MAX: Final = 2**31 // 3
COLUMNS_MAX: Final = 2**31 // 1024
"""With more of either, walks go eight at a time: a node has three words, a block 1,024 rows, a place 31 bits."""


class Layout(ctypes.Structure):
    """`Ensemble` of trees.h."""

    _fields_ = (
        ("nodes", ctypes.c_void_p),
        ("roots", ctypes.c_void_p),
        ("values", ctypes.c_void_p),
        ("targets", ctypes.c_void_p),
        ("start", ctypes.c_void_p),
        ("trees", ctypes.c_size_t),
        ("width", ctypes.c_size_t),
        ("sums", ctypes.c_size_t),
        ("columns", ctypes.c_size_t),
        ("is_narrow", ctypes.c_int64),
        ("is_small", ctypes.c_int64),
    )


class Kernel(NamedTuple):
    """`modelport_trees_sums` twice: keeping the interpreter's lock for what is shorter than passing it on, and not."""

    briefly: Callable[..., int]
    at_length: Callable[..., int]


class Parts(NamedTuple):
    """The arrays of an ensemble; see `Trees`. Integers and numbers of 64 bits, in one piece each."""

    nodes: Array
    roots: Array
    values: Array
    targets: Array
    start: Array


@cache
def kernel() -> Kernel | None:
    """Give the kernel; None without a library."""
    both = library()
    if both is None:
        return None
    found = Kernel(both.held.modelport_trees_sums, both.released.modelport_trees_sums)
    for function in found:
        function.argtypes = (ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_void_p)  # type: ignore[attr-defined]
        function.restype = ctypes.c_int  # type: ignore[attr-defined]
    return found


class NativeEnsemble:
    """An ensemble that the kernel walks.

    Args:
        found: the kernel.
        parts: checked already. They stay alive with this, since the kernel has their addresses.
    """

    def __init__(self, found: Kernel, parts: Parts, *, columns: int, is_narrow: bool) -> None:
        self._briefly, self._at_length = found
        self._parts, self._columns, self._sums = parts, columns, len(parts.start)
        is_small = len(parts.nodes) < NODES_MAX and columns < COLUMNS_MAX
        sizes = (len(parts.roots), parts.values.shape[1], self._sums, columns, is_narrow, is_small)
        self._layout = Layout(*(array.ctypes.data for array in parts), *sizes)
        self._address = ctypes.addressof(self._layout)
        self._pack, self._answer = Struct(f"{columns}d").pack, row_type(self._sums)
        self._row: type[object] = row_type(columns)

    def many(self, rows: Array) -> Array:
        """Give the sums of rows, shape (rows, sums).

        Raises:
            ValueError: rows of another width.
        """
        numbers = np.ascontiguousarray(rows, dtype=np.float64)
        if numbers.ndim != 2 or numbers.shape[1] != self._columns:
            raise ValueError(f"expected rows of {self._columns} numbers, got an array of shape {numbers.shape}")
        found = np.empty((len(numbers), self._sums))
        if self._at_length(self._address, numbers.ctypes.data, len(numbers), found.ctypes.data):
            raise MemoryError
        return found

    def one(self, row: Sequence[float]) -> list[float]:
        """Give the sums of one row.

        Raises:
            struct.error: a row of another width.
        """
        found = self._answer()
        if self._briefly(self._address, row if type(row) is self._row else self._pack(*row), 1, found):
            raise MemoryError
        return found[:]
