"""Many sketches added up at once, as monitoring needs them: hundreds of hours of hundreds of APIs in one page.

Uses numpy, so it stays off the hot path. Sketches of one width of counts are added in one pass.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import numpy as np

from backend.engine.metering.sketch import FIRST_BIN, HEADER, LAST_BIN, VERSION, QuantileSketch

BINS = LAST_BIN - FIRST_BIN + 1
_DTYPES: dict[bytes, np.dtype[np.unsignedinteger]] = {
    b"B": np.dtype("u1"),
    b"H": np.dtype("<u2"),
    b"I": np.dtype("<u4"),
    b"Q": np.dtype("<u8"),
}


class SketchTable:
    """Rows of bin counts."""

    def __init__(self, rows: int) -> None:
        self._counts = np.zeros((rows, BINS), np.int64)
        self._zeros = [0] * rows

    def add_all(self, sketches: Iterable[tuple[int, bytes]]) -> None:
        """Add stored sketches, each to the row that is named with it.

        Raises:
            ValueError: one of them is no sketch of a known version.
        """
        widths: defaultdict[bytes, list[tuple[int, int, bytes]]] = defaultdict(list)
        for row, data in sketches:
            version, code, zeros, first, length = HEADER.unpack_from(data)
            begin = first - FIRST_BIN
            is_known = version == VERSION and code in _DTYPES
            if not is_known or len(data) != HEADER.size + length * _DTYPES[code].itemsize:
                raise ValueError("not a quantile sketch of a known version")
            self._zeros[row] += zeros
            if length:
                if begin < 0 or begin + length > BINS:
                    raise ValueError("a quantile sketch with bins that there are not")
                widths[code].append((row * BINS + begin, length, data[HEADER.size :]))
        for code, parts in widths.items():
            self._add(parts, _DTYPES[code])

    def _add(self, parts: list[tuple[int, int, bytes]], dtype: np.dtype[np.unsignedinteger]) -> None:
        """Add counts: where they begin in the table, how many they are, and themselves."""
        begins, lengths, data = zip(*parts, strict=True)
        ends = np.cumsum(lengths)
        places = np.arange(ends[-1]) + np.repeat(np.array(begins) - ends + lengths, lengths)
        np.add.at(self._counts.reshape(-1), places, np.frombuffer(b"".join(data), dtype).astype(np.int64))

    def sketch(self, row: int) -> QuantileSketch:
        """Give a row as a sketch."""
        return _sketch(self._counts[row], self._zeros[row])

    def total(self) -> QuantileSketch:
        """Give all rows as one sketch."""
        return _sketch(self._counts.sum(axis=0), sum(self._zeros))


def _sketch(counts: np.ndarray[tuple[int, ...], np.dtype[np.int64]], zeros: int) -> QuantileSketch:
    made = QuantileSketch()
    made.zeros = zeros
    filled = np.flatnonzero(counts)
    made.bins = dict(zip((filled + FIRST_BIN).tolist(), counts[filled].tolist(), strict=True))
    return made
