"""Rows of numbers, read out of JSON by rows.c: the usual bodies, whose reading is most of a batch's call otherwise.

Used by the payload reader, which asks its own questions of whatever this leaves to it.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from functools import cache
from itertools import accumulate
from typing import Final, cast

import numpy as np
import orjson

from backend.engine.foreign import Array
from backend.engine.native.library import library

EXPONENT_MAX: Final = 27
"""As in rows.c: larger powers of ten, and smaller ones, it leaves alone."""
POWER_BITS: Final = 128


def rows_in(body: bytes, columns: int, rows_max: int) -> Array | None:
    """Give the rows of a body that is an array of arrays of numbers, or `instances` that are one.

    Args:
        columns: how many numbers each row has.

    Returns:
        float64 of shape (rows, columns), each number the nearest to what was written. None for any other body, for more
        rows, and for a body with a number of more than 19 digits or beyond 27 powers of ten.
    """
    read = _reader()
    if read is None:
        return None
    # No row is shorter than its brackets and commas with a digit for each number.
    most = min(rows_max, len(body) // (2 * columns + 1) + 1)
    numbers = np.empty((most, columns))
    count = read(body, len(body), columns, most, _powers_of_five(), numbers.ctypes.data)
    return numbers[:count] if count > 0 else None


class Shape(ctypes.Structure):
    """`Shape` of rows.c."""

    _fields_ = (
        ("powers", ctypes.c_void_p),
        ("names", ctypes.c_char_p),
        ("ends", ctypes.c_void_p),
        ("columns", ctypes.c_uint64),
        ("takes_arrays", ctypes.c_uint64),
    )


class RowReader:
    """Reads bodies that are one row: an object of plain numbers, its names in any order, or an array of them.

    Args:
        read: of the kernel; see `row_reader`.
        names: of the columns.
        takes_arrays: whether a row may come without names.
    """

    def __init__(self, read: Callable[..., int], names: Sequence[str], *, takes_arrays: bool) -> None:
        written = [orjson.dumps(name) for name in names]
        self._read = read
        self._ends = (ctypes.c_uint64 * len(names))(*accumulate(map(len, written)))
        self._shape = Shape(
            ctypes.addressof(_powers_of_five()),
            b"".join(written),
            ctypes.addressof(self._ends),
            len(names),
            takes_arrays,
        )
        self._address = ctypes.addressof(self._shape)
        self._row = row_type(len(names))

    def __call__(self, body: bytes) -> Sequence[float] | None:
        """Give the numbers in the columns' order, each the nearest to what was written and below 2**53.

        Returns:
            None for any other body, and for numbers that `rows_in` does not read.
        """
        row = self._row()
        return cast("Sequence[float]", row) if self._read(self._address, body, len(body), row) else None


def row_reader(names: Sequence[str], *, takes_arrays: bool) -> RowReader | None:
    """Give a reader; None without a library."""
    found = library()
    if found is None:
        return None
    read = found.held.modelport_row_read
    pointer = ctypes.c_void_p
    read.argtypes, read.restype = (pointer, ctypes.c_char_p, ctypes.c_size_t, pointer), ctypes.c_int
    return RowReader(read, names, takes_arrays=takes_arrays)


def row_type(columns: int) -> type[ctypes.Array[ctypes.c_double]]:
    """Give the type of the rows that C fills and reads: a sequence of floats."""
    return ctypes.c_double * columns


@cache
def _reader() -> Callable[..., int] | None:
    found = library()
    if found is None:
        return None
    read = found.released.modelport_rows_read
    pointer, size = ctypes.c_void_p, ctypes.c_size_t
    read.argtypes, read.restype = (ctypes.c_char_p, size, size, size, pointer, pointer), ctypes.c_int64
    return read


@cache
def _powers_of_five() -> ctypes.Array[ctypes.c_uint64]:
    """Give the first 128 bits of each power, upper half first; those of fractions rounded up."""
    halves: list[int] = []
    for exponent in range(-EXPONENT_MAX, EXPONENT_MAX + 1):
        whole = 5 ** abs(exponent)
        if exponent < 0:
            bits = (1 << ((whole - 1).bit_length() + POWER_BITS - 1)) // whole + 1
        else:
            bits = whole << (POWER_BITS - whole.bit_length())
        halves += divmod(bits, 1 << POWER_BITS // 2)
    return (ctypes.c_uint64 * len(halves))(*halves)
