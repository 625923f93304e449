"""Rows of numbers read by the kernel: every bit of what Python reads, and nothing that is not such a body."""

from __future__ import annotations

from typing import Any

import numpy as np
import orjson
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from backend.engine.native.library import library
from backend.engine.native.rows import rows_in

ROWS_MAX = 10_000
MIDDLE = 2**53 + 1
"""Lies in the middle between two numbers of 64 bits."""


def number(text: str) -> float | None:
    """Read one number in a row of its own."""
    found = rows_in(f"[[{text}]]".encode(), 1, ROWS_MAX)
    return None if found is None else float(found[0, 0])


def bits(numbers: Any) -> list[int]:
    """Tell apart what compares as equal: the two noughts."""
    listed: list[int] = np.asarray(numbers, dtype=np.float64).view(np.int64).ravel().tolist()
    return listed


def test_make_built_the_kernel() -> None:
    """Without it the other tests here would have nothing to test."""
    assert library() is not None


@given(
    st.lists(st.lists(st.floats(-1e9, 1e9), min_size=3, max_size=3), min_size=1, max_size=20),
    st.sampled_from([None, orjson.OPT_INDENT_2]),
)
@settings(max_examples=300, deadline=None)
def test_rows_arrive_bit_for_bit(rows: list[list[float]], option: int | None) -> None:
    """Whatever Python writes of numbers of a usual size, with blanks and without."""
    rows = [[value if value == 0 or abs(value) > 1e-9 else 0.5 for value in row] for row in rows]

    for body in (rows, {"instances": rows}):
        found = rows_in(orjson.dumps(body, option=option), 3, ROWS_MAX)
        assert found is not None
        assert found.shape == (len(rows), 3)
        assert bits(found) == bits(rows)


@given(st.integers(1, 10**19 - 1), st.integers(-27, 27))
@example(MIDDLE, 0)
@example(MIDDLE + 2, 0)
@example(MIDDLE * 5**4, -4)
@example((MIDDLE + 2) * 5**4, -4)
@example(2**54 - 1, 0)
@example(2**63 + 2**10, 0)
@example(9_007_199_254_740_991, 22)
@example(9_007_199_254_740_993, 23)
@settings(max_examples=2_000, deadline=None)
def test_a_number_is_the_nearest_one(digits: int, exponent: int) -> None:
    """Ties to even, as in Python: digits beyond 53 bits, and powers of ten that are not exact."""
    text = f"{digits}e{exponent}"
    assert number(text) == float(text)
    assert number(f"-{text}") == -float(text)


@given(st.integers(2**52, 2**53 - 1), st.integers(-3, 9), st.integers(-1, 1))
@settings(max_examples=2_000, deadline=None)
def test_the_middle_between_two_numbers(mantissa: int, power: int, beside: int) -> None:
    """The middle goes to the even one, and one digit beside it to the nearer one."""
    middle = 2 * mantissa + 1
    text = str(middle * 2**power + beside) if power >= 0 else f"{middle * 5**-power + beside}e{power}"
    assert number(text) == float(text)


@pytest.mark.parametrize(
    "text", ["1.234567890123456789", "123456789.0123456789", "0.001234567890123456789", "0.0000000000000000000000012"]
)
def test_nineteen_digits_are_read_wherever_the_point_stands(text: str) -> None:
    """Noughts before the first digit do not count, and one digit more is too many."""
    assert number(text) == float(text)
    assert number(f"{text}{'3' * 19}") is None


@pytest.mark.parametrize("text", ["0", "-0", "0.0", "-0.0", "0e5", "-0E-7", "-0.000e3"])
def test_noughts_keep_their_sign(text: str) -> None:
    """An integer has none."""
    found = number(text)
    assert found is not None
    assert bits(found) == bits(float(orjson.loads(text)))


@pytest.mark.parametrize(
    "text",
    [
        *("", "-", "+1", "01", "-01", "1.", ".5", "1.e3", "1e", "1e+", "0x1", "1_0", "1 2", "\x00", "1\x00", "\u0661"),
        *("NaN", "Infinity", "-Infinity", "null", "true", '"1"', "[1]", "{}"),
        *("1e5000", "1e400", "1e28", "123456789012345678901"),
    ],
)
def test_what_is_no_usual_number_is_left_to_others(text: str) -> None:
    """They say what is wrong with it, or read it exactly."""
    assert number(text) is None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[",
        b"[[",
        b"[]",
        b"[[]]",
        b"[1,2]",
        b"[[1,2]",
        b"[[1,2]]]",
        b"[[1,2],]",
        b"[[1,2],[3]]",
        b"[[1,2],[3,4,5]]",
        b"[[1,2][3,4]]",
        b"[[1,,2]]",
        b"[[1,2,]]",
        b"[[1,2],3]",
        b"[[1,2]] x",
        b"[[1,2]]\x00",
        b"[[1,2]]\x00[[3,4]]",
        b"\xef\xbb\xbf[[1,2]]",
        b"[[1,2]\xc2\xa0]",
        b'{"instances":[[1,2]]',
        b'{"instances":[[1,2]],"more":1}',
        b'{"instances":[[1,2]],"instances":[[1,2]]}',
        b'{"instance":[[1,2]]}',
        b'{"instances" [[1,2]]}',
        b'{"instances":{}}',
        b'{"instances":null}',
        b"{}",
    ],
)
def test_any_other_body_is_left_to_others(body: bytes) -> None:
    """Never half of it."""
    assert rows_in(body, 2, ROWS_MAX) is None


def test_as_many_rows_as_are_allowed() -> None:
    """One more is refused by who can say so."""
    rows = [[number, 0.5] for number in range(50)]

    assert rows_in(orjson.dumps(rows), 2, 50) is not None
    assert rows_in(orjson.dumps(rows), 2, 49) is None


def test_the_shortest_rows_have_room() -> None:
    """Room is made for as many rows as the body could hold."""
    for columns in (1, 2, 7):
        for rows in (1, 2, 500):
            found = rows_in(orjson.dumps([[1] * columns] * rows), columns, ROWS_MAX)
            assert found is not None
            assert found.shape == (rows, columns)
            assert (found == 1).all()


@given(st.binary(max_size=40))
@settings(max_examples=500, deadline=None)
def test_any_bytes_are_read_or_left(body: bytes) -> None:
    """Never a crash, and never a reading that the usual decoder would not confirm."""
    for bytes_ in (body, b"[[" + body, b"[[1," + body + b"]]"):
        found = rows_in(bytes_, 2, ROWS_MAX)
        if found is not None:
            assert bits(found) == bits(np.array(orjson.loads(bytes_), dtype=np.float64))
