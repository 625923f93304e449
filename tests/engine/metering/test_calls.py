"""Calls field by field are the calls that one-by-one reading gives; what needs a look by itself is never guessed at."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.engine.metering.calls import SLICE_BYTES, Calls, places_by, read_lines, slices
from backend.engine.metering.records import (
    FIELDS,
    FIRST_FIELDS,
    FIRST_VERSION,
    VERSION,
    CallRecord,
    UndecodableRecord,
    decode,
    encode,
)
from tests.engine.metering.test_records import RECORDS
from tests.metering import record

ODD_VALUES: st.SearchStrategy[Any] = st.sampled_from(
    [[], {}, True, None, -1, 2**63, 2**65, 3, 0.5, "", "x" * 100, "a\0b", [2, 3]]
)


@st.composite
def lines_with_one_odd_value(draw: st.DrawFn) -> list[bytes]:
    """Give lines of which one has some value at some place."""
    lines = [encode(made) for made in draw(st.lists(RECORDS, max_size=3))]
    values: list[Any] = [VERSION, *draw(RECORDS)]
    values[draw(st.integers(0, FIELDS - 1))] = draw(ODD_VALUES)
    odd = orjson.dumps(values, option=orjson.OPT_APPEND_NEWLINE) if 2**65 not in values else b"[36893488147419103232]\n"
    lines.insert(draw(st.integers(0, len(lines))), odd)
    return lines


@given(st.lists(RECORDS, min_size=1, max_size=5))
def test_records_survive_their_lines(made: list[CallRecord]) -> None:
    """What the gateway wrote is read back in one go, in its order."""
    assert read_lines(b"".join(map(encode, made))).records() == made


@given(lines_with_one_odd_value())
def test_at_once_reads_as_one_by_one_or_not_at_all(lines: list[bytes]) -> None:
    """No line reads otherwise beside others than alone."""
    try:
        calls = read_lines(b"".join(lines))
    except UndecodableRecord:
        return
    assert calls.records() == [decode(line) for line in lines]


@pytest.mark.parametrize(
    "block",
    [
        b'[2,"a"\n"b"]\n',
        encode(record()).replace(b"]\n", b"]]\n"),
        encode(record())[:-1] + b"," + encode(record()),
        encode(record()).replace(b',"', b'\n"', 1),
        encode(record()) + b"\n",
        encode(record()) + b"null\n",
        encode(record()) + b"{}\n",
        b"\n",
        b'"' + b"x" * FIELDS + b'"\n',
        encode(record()) + orjson.dumps([FIRST_VERSION, *record()][:FIRST_FIELDS]) + b"\n",
        encode(record(error_message="a\0b")),
        encode(record(cpu_usage=float("nan"))),
        encode(record()).replace(b"[2,", b"[2.0,", 1),
        encode(record()).replace(b"[2,", b"[3,", 1),
    ],
)
def test_what_is_not_of_the_present_layout_is_left_to_one_by_one(block: bytes) -> None:
    """Lines that would read only together, that are too many or too few, that need mending or are older."""
    with pytest.raises(UndecodableRecord):
        read_lines(block)


@given(st.lists(st.binary(max_size=40).map(lambda text: text.replace(b"\n", b"")), max_size=20))
def test_slices_are_whole_lines(texts: list[bytes]) -> None:
    """Cutting loses no byte and no line's end."""
    block = b"".join(text * (SLICE_BYTES // 40) + b"\n" for text in texts)
    parts = list(slices(block))
    assert b"".join(parts) == block
    assert all(part.endswith(b"\n") for part in parts)
    assert all(len(part) > SLICE_BYTES for part in parts[:-1])


def test_calls_are_picked_by_place_and_by_what_they_say() -> None:
    """At one place, at some, at all; joined parts stand one after the other."""
    made = [record(api_id) for api_id in (5, 6, 5)]
    calls = Calls.joined([Calls.of(made[:2]), Calls.of(()), Calls.of(made[2:])])
    assert (len(calls), calls.records()) == (3, made)
    assert places_by(calls.field("api_id")) == {5: [0, 2], 6: [1]}
    ids = [one.request_id for one in made]
    for places in ([1], [0, 2], [0, 1, 2]):
        (picked, apis) = calls.at(places, "request_id", "api_id")
        assert (list(picked), list(apis)) == ([ids[at] for at in places], [made[at].api_id for at in places])
    assert calls.only([True, 0, "yes"]).records() == [made[0], made[2]]
    assert calls.only([False] * 3).records() == []
    assert list(calls.each("api_id", "status_code")) == [(5, 200), (6, 200), (5, 200)]


def test_no_calls_have_every_field() -> None:
    """An empty batch goes the same way as any other."""
    for none in (Calls.of(()), Calls.joined([])):
        assert (len(none), none.records(), none.field("is_overage")) == (0, [], ())
