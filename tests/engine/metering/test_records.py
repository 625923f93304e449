"""A record survives its line; a line that is no record is refused, not guessed at."""

from __future__ import annotations

import math
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.engine.metering.records import (
    FIELDS,
    INTEGER_MAX,
    MICROSECONDS_MAX,
    POSITION_MAX,
    VERSION,
    CallRecord,
    UndecodableRecord,
    clip_body,
    decode,
    encode,
)
from tests.metering import record

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
COUNT = st.integers(0, INTEGER_MAX)
REAL = st.floats(0, 1e9)
RESERVED = st.tuples(st.integers(0, POSITION_MAX), st.integers(0, POSITION_MAX), st.integers(0, POSITION_MAX)).map(
    sorted
)


def made_of(reserved: list[int], **values: Any) -> CallRecord:
    """Give a record whose credits fit what was reserved."""
    costs, hold, hold_end = reserved
    return CallRecord(credits=costs, hold=hold, hold_end=hold_end, **values)


RECORDS = st.builds(
    made_of,
    reserved=RESERVED,
    request_id=TEXT.filter(lambda text: 0 < len(text) <= 64),
    occurred_at_us=st.integers(0, MICROSECONDS_MAX),
    api_id=COUNT,
    key_id=st.none() | TEXT.filter(lambda text: len(text) <= 64),
    model_id=st.none() | COUNT,
    status_code=COUNT,
    response_time=REAL,
    cpu_usage=REAL,
    memory_usage=REAL,
    rows=COUNT,
    request_bytes=COUNT,
    response_bytes=COUNT,
    remote_address=st.none() | TEXT.filter(lambda text: len(text) <= 45),
    request_data=st.none() | TEXT,
    response_data=st.none() | TEXT,
    error_message=st.none() | TEXT,
    account_id=TEXT.filter(lambda text: len(text) <= 36),
    app_id=st.none() | TEXT.filter(lambda text: len(text) <= 36),
    environment=st.sampled_from(["live", "test"]),
    source=st.sampled_from(["api", "playground", "internal"]),
    endpoint=TEXT.filter(lambda text: len(text) <= 200),
    is_overage=st.booleans(),
)


@given(RECORDS)
def test_a_record_survives_its_line(made: CallRecord) -> None:
    """What the fold reads is what the gateway wrote, and each record is exactly one line."""
    line = encode(made)
    assert line.count(b"\n") == 1
    assert line.endswith(b"\n")
    assert decode(line) == made


@given(st.binary(max_size=200))
def test_noise_is_refused(noise: bytes) -> None:
    """Damage on disk gives a refusal, never another kind of error."""
    with pytest.raises(UndecodableRecord):
        decode(noise)


@pytest.mark.parametrize("place", range(FIELDS))
@pytest.mark.parametrize("value", [[], {}, True, -1, 2**63, "x" * 100, -0.5])
def test_one_wrong_value_is_refused_or_storable(place: int, value: Any) -> None:
    """No line can hold a value that a column refuses: it would stop the fold for everybody."""
    values = [VERSION, *record()]
    values[place] = value
    try:
        made = decode(orjson.dumps(values))
    except UndecodableRecord:
        return
    numbers = (made.api_id, made.model_id or 0, made.status_code, made.rows)
    assert all(type(number) is int and 0 <= number <= INTEGER_MAX for number in numbers)
    assert 0 < len(made.request_id) <= 64
    assert 0 <= made.credits <= made.hold <= made.hold_end <= POSITION_MAX
    assert max(len(made.account_id), len(made.app_id or "")) <= 64


def test_what_is_not_measured_counts_as_nothing() -> None:
    """JSON has no NaN: an unknown measurement must not lose the call."""
    made = decode(encode(record()._replace(cpu_usage=math.nan, memory_usage=math.inf)))
    assert (made.cpu_usage, made.memory_usage) == (0.0, 0.0)


def test_text_that_no_database_stores_is_mended() -> None:
    """PostgreSQL refuses NUL and nobody encodes lone surrogates; the call is counted all the same."""
    made = decode(encode(record()._replace(error_message="a\0b\ud800c")))
    assert made.error_message == "a\ufffdb?c"


def test_a_newer_layout_is_refused() -> None:
    """A line of a layout to come is set aside, not read by position."""
    with pytest.raises(UndecodableRecord):
        decode(encode(record()).replace(b"[2,", b"[3,", 1))


def test_a_short_body_is_logged_as_it_came() -> None:
    """Nothing is changed in what fits."""
    assert clip_body('{"é":1}'.encode(), 100) == '{"é":1}'


@given(st.binary(max_size=300), st.integers(0, 200))
def test_any_body_becomes_storable_text(body: bytes, bytes_max: int) -> None:
    """Whatever callers send can be logged: cut bodies are JSON that says how long they were."""
    text = clip_body(body, bytes_max)
    assert "\0" not in text
    text.encode()
    if len(body) > bytes_max:
        cut = orjson.loads(text)
        assert (cut["truncated"], cut["bytes"]) == (True, len(body))
