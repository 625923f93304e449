"""One row read by the kernel: what it reads is what the usual reader reads, to the bit, and nothing else."""

from __future__ import annotations

from typing import Any

import numpy as np
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.core.errors import InvalidInput
from backend.engine.native.rows import RowReader, row_reader
from backend.engine.serving.contract import Column
from backend.engine.serving.payload import Batch, PayloadReader
from tests.engine.serving.contracts import contract

NAMES = ("age", "income", 'a "b"\\', "größe", "a")
names = st.text(max_size=5)
numbers = st.one_of(st.floats(-1e9, 1e9), st.integers(-(2**53) + 1, 2**53 - 1))


def reader(*columns: str, takes_arrays: bool = True) -> RowReader:
    found = row_reader(columns, takes_arrays=takes_arrays)
    assert found is not None
    return found


def bits(values: Any) -> list[int]:
    """Tell apart what compares as equal: the two noughts."""
    listed: list[int] = np.asarray(values, dtype=np.float64).view(np.int64).ravel().tolist()
    return listed


def payload_reader(columns: tuple[str, ...], *, named: bool) -> PayloadReader:
    """Give the usual reader of a contract of numbers, the kernel's part of it taken away."""
    numbers_only = contract(
        *(Column(name, "number") for name in columns), named=named, container="frame" if named else "matrix"
    )
    usual = PayloadReader(numbers_only)
    usual._row_in = None
    return usual


def usually(usual: PayloadReader, body: bytes) -> Batch | None:
    try:
        return usual.read(body)
    except InvalidInput:
        return None


def agree(columns: tuple[str, ...], body: bytes, *, named: bool) -> bool:
    """Tell whether the kernel read a body; where it did, the usual reader must have read the same."""
    found = reader(*columns, takes_arrays=not named)(body)
    if found is None:
        return False
    usual = usually(payload_reader(columns, named=named), body)
    assert usual is not None, body
    assert usual.single
    assert bits(found) == bits(usual.matrix)
    return True


@given(st.dictionaries(names, numbers, min_size=1, max_size=8), st.randoms(), st.booleans())
@settings(max_examples=500, deadline=None)
def test_a_record_is_read_in_any_order(record: dict[str, float], random: Any, is_indented: bool) -> None:  # noqa: FBT001
    """Whatever the names are, with blanks and without."""
    record = {name: value if value == 0 or abs(value) > 1e-9 else 0.5 for name, value in record.items()}
    sent = list(record.items())
    random.shuffle(sent)
    body = orjson.dumps(dict(sent), option=orjson.OPT_INDENT_2 if is_indented else None)

    assert agree(tuple(record), body, named=True)


@given(st.lists(numbers, min_size=1, max_size=8))
@settings(max_examples=300, deadline=None)
def test_an_array_is_read_where_rows_have_no_names(values: list[float]) -> None:
    values = [value if value == 0 or abs(value) > 1e-9 else 0.5 for value in values]
    columns = tuple(f"x{place}" for place in range(len(values)))

    assert agree(columns, orjson.dumps(values), named=False)
    assert not agree(columns, orjson.dumps(values), named=True)


@pytest.mark.parametrize("columns", [64, 65, 200])
def test_wide_records(columns: int) -> None:
    """Beyond 64 columns they have to come in the columns' order."""
    record = {f"column {place}": place / 7 for place in range(columns)}
    turned = dict(reversed(record.items()))

    assert agree(tuple(record), orjson.dumps(record), named=True)
    assert agree(tuple(record), orjson.dumps(turned), named=True) == (columns <= 64)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"{}",
        b'{"age"',
        b'{"age":1}',
        b'{"age":1,"income":2',
        b'{"age":1,"income":2}}',
        b'{"age":1,"income":2,}',
        b'{"age":1,"income":2,"more":3}',
        b'{"age":1 "income":2}',
        b'{"age" 1,"income":2}',
        b'{"age":1,"age":2}',
        b'{"age":1,"income":2,"age":1}',
        b'{"ag\\u0065":1,"income":2}',
        b'{"Age":1,"income":2}',
        b'{"age ":1,"income":2}',
        b'{age:1,"income":2}',
        b'{"age":1,"income":true}',
        b'{"age":1,"income":null}',
        b'{"age":1,"income":"2"}',
        b'{"age":1,"income":[2]}',
        b'{"age":1,"income":NaN}',
        b'{"age":1,"income":1e400}',
        b'{"age":1,"income":9007199254740992}',
        b'{"age":1,"income":-9007199254740993}',
        b'{"age":1,"income":1.5e16}',
        b'{"age":1,"income":2}\x00',
        b'{"age":1,"income":2}\x00}',
        b'\xef\xbb\xbf{"age":1,"income":2}',
        b'[{"age":1,"income":2}]',
        b'{"instances":[{"age":1,"income":2}]}',
        b"[1]",
        b"[1,2,3]",
        b"[1,2",
        b"[1,2]]",
        b"[[1,2]]",
        b"[1,true]",
        b"[1,9007199254740992]",
    ],
)
def test_any_other_body_is_left_to_others(body: bytes) -> None:
    """They say what is wrong with it, or read it otherwise."""
    assert reader("age", "income")(body) is None


def test_a_name_that_begins_like_another() -> None:
    """Names are compared with their quotes."""
    assert list(reader("a", "ab", "abc")(b'{"abc":3,"ab":2,"a":1}') or ()) == [1, 2, 3]
    assert reader("ab")(b'{"a":1}') is None
    assert reader("a")(b'{"ab":1}') is None


@given(
    st.lists(
        st.sampled_from(
            [
                *('"age"', '"income"', '"größe"', '"a"', '"a \\"b\\"\\\\"', ":", ",", "{", "}", "[", "]", " ", "\n"),
                *("1", "-0", "-0.0", "2.5", "1e3", "9007199254740991", "9007199254740993", "true", "null", '"1"', "\0"),
            ]
        ),
        max_size=30,
    ),
    st.integers(1, 5),
    st.booleans(),
)
@settings(max_examples=3_000, deadline=None)
def test_whatever_is_read_is_read_alike(pieces: list[str], width: int, named: bool) -> None:  # noqa: FBT001
    """Bodies put together out of what rows are made of: a reading that the usual reader does not confirm is none."""
    agree(NAMES[:width], "".join(pieces).encode(), named=named)


@given(st.data())
@settings(max_examples=1_000, deadline=None)
def test_a_damaged_row_is_read_alike_or_left(data: st.DataObject) -> None:
    body = bytearray(orjson.dumps(dict(zip(NAMES, (1, 2.5, -3, 4e5, 0.125), strict=True))))
    at = data.draw(st.integers(0, len(body) - 1))
    how = data.draw(st.sampled_from(["cut", "drop", "change", "double"]))
    if how == "cut":
        del body[at:]
    elif how == "drop":
        del body[at]
    elif how == "change":
        body[at] = data.draw(st.integers(0, 255))
    else:
        body[at:at] = body[at : at + data.draw(st.integers(1, 30))]

    agree(NAMES, bytes(body), named=True)
