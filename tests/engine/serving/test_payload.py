"""Bodies: matched by name, never cast with loss, refused with everything that is wrong, and never a crash."""

from __future__ import annotations

from typing import Any

import numpy as np
import orjson
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from backend.core.errors import InvalidInput
from backend.engine.serving import payload
from backend.engine.serving.contract import Column, Contract
from backend.engine.serving.payload import BATCH_BYTES, Batch, PayloadReader
from tests.engine.serving.contracts import contract

AGE = Column("age", "number")
NUMBERS = contract(AGE, Column("income", "number"))
UNNAMED = contract(Column("x0", "number"), Column("x1", "number"), named=False, container="matrix")
MIXED = contract(
    AGE,
    Column("rooms", "integer"),
    Column("sea", "boolean"),
    Column("city", "string", categories=("Paris", "Lyon"), closed=True),
    Column("note", "string", categories=("a", "b"), nullable=True),
    Column("id", "string", required=False),
)
WHOLE = {"age": 1.5, "rooms": 3, "sea": True, "city": "Paris", "note": None}
TEXT = contract(Column("text", "string"), named=False, container="text")


def read(wanted: Contract, body: Any, **options: Any) -> Batch:
    return PayloadReader(wanted, **options).read(body if isinstance(body, bytes) else orjson.dumps(body))


def refusal(wanted: Contract, body: Any, **options: Any) -> InvalidInput:
    with pytest.raises(InvalidInput) as caught:
        read(wanted, body, **options)
    return caught.value


@pytest.mark.parametrize(
    ("body", "rows", "single"),
    [
        ({"age": 1, "income": 2.5}, [[1, 2.5]], True),
        ({"income": 2.5, "age": 1}, [[1, 2.5]], True),
        ([{"age": 1, "income": 2.5}, {"income": 4, "age": 3}], [[1, 2.5], [3, 4]], False),
        ({"instances": [{"age": 1, "income": 2.5}]}, [[1, 2.5]], False),
        ({"age": -0.0, "income": 2**53}, [[0, 2**53]], True),
        ({"age": 1e300, "income": 5e-324}, [[1e300, 5e-324]], True),
    ],
)
def test_records_are_matched_by_name(body: Any, rows: Any, single: Any) -> None:
    """The order of the fields never decides which column a value goes to."""
    batch = read(NUMBERS, body)
    assert batch.matrix is not None
    assert batch.matrix.dtype == np.float64
    assert (batch.matrix.tolist(), batch.rows, batch.single) == (rows, len(rows), single)


@pytest.mark.parametrize(
    ("body", "rows", "single"),
    [
        ([1, 2], [[1, 2]], True),
        ([[1, 2], [3, 4]], [[1, 2], [3, 4]], False),
        ({"instances": [[1, 2]]}, [[1, 2]], False),
        ({"x1": 2, "x0": 1}, [[1, 2]], True),
    ],
)
def test_models_without_names_take_rows(body: Any, rows: Any, single: Any) -> None:
    """A flat row is one record; a list of rows is several."""
    batch = read(UNNAMED, body)
    assert batch.matrix is not None
    assert (batch.matrix.tolist(), batch.single) == (rows, single)


def test_mixed_columns_keep_their_own_types() -> None:
    """Texts stay texts, booleans booleans, nulls None, and a column the model drops may be absent."""
    batch = read(MIXED, [WHOLE, {**WHOLE, "rooms": 4.0, "note": "unseen", "id": "x"}])
    assert batch.columns == ([1.5, 1.5], [3, 4.0], [True, True], ["Paris", "Paris"], [None, "unseen"], [None, "x"])


@pytest.mark.parametrize("body", [{"text": "hello"}, ["hello", "you"], [{"text": "hello"}], {"instances": ["a"]}])
def test_texts_come_as_objects_or_plain(body: Any) -> None:
    """A text model takes its one column either way."""
    assert read(TEXT, body).columns is not None


def test_the_message_of_one_missing_column_is_the_documented_one() -> None:
    """Clients match this sentence."""
    error = refusal(NUMBERS, {"income": 2})
    assert error.message == "Missing required field: age"
    assert error.details["missing_fields"] == ["age"]
    assert error.details["problems_total"] == 1


def test_all_problems_are_reported_at_once() -> None:
    """Whoever repairs a payload repairs it once."""
    error = refusal(MIXED, [{"agee": 5, "rooms": 3.5, "sea": 1, "city": "Rome", "note": 7}, WHOLE, 5])
    assert error.details["missing_fields"] == ["age"]
    assert error.details["unknown_fields"] == ["agee"]
    problems = error.details["problems"]
    assert isinstance(problems, list)
    assert [(problem["row"], problem["column"]) for problem in problems] == [
        (0, "age"),
        (0, "agee"),
        (2, None),
        (0, "rooms"),
        (0, "sea"),
        (0, "city"),
        (0, "note"),
    ]
    texts = [problem["message"] for problem in problems]
    assert texts[1] == "Row 0: Unknown field: agee. Did you mean age?"
    assert texts[3] == "Row 0: rooms: expected an integer, got the number 3.5"
    assert texts[4] == "Row 0: sea: expected true or false, got the number 1"
    assert texts[5] == 'Row 0: city: expected one of Paris, Lyon, got the string "Rome"'
    assert problems[5]["expected"] == "one of Paris, Lyon"


@pytest.mark.parametrize(
    ("value", "got"),
    [
        ("5.1", 'the string "5.1"'),
        (True, "true"),
        (None, "null"),
        ([], "an array"),
        ({}, "an object"),
        (2**53 + 1, "the number 9007199254740993"),
        (-(2**60), "the number -1152921504606846976"),
    ],
)
def test_what_is_no_number_is_not_made_one(value: Any, got: str) -> None:
    """No word, boolean or too large integer passes as a number in silence."""
    for body in ({"age": value, "income": 1}, [{"age": value, "income": 1}]):
        problems = refusal(NUMBERS, body).details["problems"]
        assert isinstance(problems, list)
        assert problems[0]["got"] == got
        assert problems[0]["column"] == "age"


def test_twenty_digits_do_not_pass_as_the_float_next_to_them() -> None:
    """The decoder rounds integers beyond 64 bits; the reader notices, and leaves real floats alone."""
    assert "12345678901234567890123" in refusal(NUMBERS, b'{"age":12345678901234567890123,"income":1}').message
    assert "36893488147419103233" in refusal(UNNAMED, b"[[36893488147419103233, 1]]").message
    batch = read(NUMBERS, b'{"age":1.5e300,"income":1}')
    assert batch.matrix is not None
    assert batch.matrix[0, 0] == 1.5e300


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "empty"),
        (b"  ", "empty"),
        (b"NaN", "not JSON"),
        (b'{"age": NaN, "income": 1}', "not JSON"),
        (b'{"age": Infinity, "income": 1}', "not JSON"),
        (b'{"age": 1e400, "income": 1}', "not JSON"),
        (b'\xef\xbb\xbf{"age": 1, "income": 1}', "byte order mark"),
        (b'{"age": "\xff", "income": 1}', "not UTF-8"),
        (b"[" * 50_000, "not JSON"),
        (b'{"age": ' + b"[" * 900 + b"]" * 900 + b', "income": 1}', "age"),
        (b"[]", "no rows"),
        (b'{"instances": []}', "no rows"),
        (b'{"instances": 5}', "send an object with the columns age, income"),
        (b"{}", "Missing required fields: age, income"),
        (b"[{}]", "Missing required fields: age, income"),
        (b"[[1, 2]]", "an object with the columns age, income"),
        (b"[1, 2]", "an object with the columns age, income"),
        (b"5", "send an object"),
        (b"null", "send an object"),
        (b'"age"', "send an object"),
        (b'{"age": 1, "age": 2, "income": 1}', "age twice"),
        (b'[{"age": 1, "income": 1}, {"income": 2, "income": 1, "age": 5}]', "income twice"),
    ],
)
def test_bodies_of_no_use_are_refused_in_plain_words(body: bytes, words: str) -> None:
    """Each of these is a 500 at most of our peers."""
    error = refusal(NUMBERS, body)
    assert words in error.message + str(error.details)
    assert error.details["problems"]


def test_rows_of_the_wrong_length_are_named() -> None:
    """Ragged rows say which row and how many values."""
    error = refusal(UNNAMED, [[1, 2], [1], [1, 2, 3]])
    problems = error.details["problems"]
    assert isinstance(problems, list)
    assert [problem["message"] for problem in problems] == [
        "Row 1: expected 2 values, got 1",
        "Row 2: expected 2 values, got 3",
    ]


def test_bounds_hold() -> None:
    """Too many rows are refused before they are looked at; the list of problems is cut, its count is not."""
    assert "more than 3" in refusal(NUMBERS, [{"age": 1, "income": 1}] * 4, rows_max=3).message
    error = refusal(NUMBERS, [{"age": "x", "income": 1}] * 5_000)
    problems = error.details["problems"]
    assert isinstance(problems, list)
    assert len(problems) == 100
    assert error.details["problems_total"] == 5_000
    long = refusal(NUMBERS, {"age": "y" * 10_000_000, "income": 1})
    assert len(orjson.dumps(long.details)) < 1_000
    many = refusal(NUMBERS, {f"field {index} {'z' * 100}": 1 for index in range(20_000)})
    assert len(orjson.dumps(many.details)) < 60_000


def test_a_column_called_instances_is_a_column() -> None:
    """The wrapper gives way to a column of its name."""
    batch = read(contract(Column("instances", "number")), {"instances": 5})
    assert batch.matrix is not None
    assert batch.matrix.tolist() == [[5]]


def test_closed_numbers_match_by_value() -> None:
    """A category 3 is met by 3.0, as in scikit-learn; 4 and the text are not."""
    wanted = contract(Column("day", "integer", categories=(1, 2, 3), closed=True))
    assert read(wanted, {"day": 3.0}).rows == 1
    for value in (4, "3", True, 2.5):
        refusal(wanted, {"day": value})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["age", "income", "city", "x0", "x1", "text", "instances", ""]), inner, max_size=4
        )
    ),
    max_leaves=20,
)
CONTRACTS = [NUMBERS, UNNAMED, MIXED, TEXT]


def described(error: InvalidInput) -> None:
    assert error.details["problems"]
    assert error.details["problems_total"]
    orjson.dumps(error.details)


def answers(body: bytes) -> None:
    for wanted in CONTRACTS:
        try:
            batch = PayloadReader(wanted).read(body)
        except InvalidInput as error:
            described(error)
        else:
            assert batch.rows > 0
            assert batch.matrix is None or np.isfinite(batch.matrix).all()


@given(st.binary(max_size=60))
@example(b'{"age":1,"income":\x00}')
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    """Never a crash, whatever the bytes."""
    answers(body)


@given(JSON)
@settings(max_examples=500, deadline=None)
def test_any_json_is_read_or_refused(value: Any) -> None:
    """Never a crash, whatever the shape, and every refusal can be sent as JSON."""
    import json

    answers(json.dumps(value).encode())


@given(
    st.lists(
        st.fixed_dictionaries(
            {"age": st.floats(allow_nan=False, allow_infinity=False), "income": st.integers(0, 2**53)}
        ),
        min_size=1,
        max_size=5,
    )
)
@settings(max_examples=200, deadline=None)
def test_numbers_arrive_bit_for_bit(records: list[dict[str, Any]]) -> None:
    """What was sent is what the model sees; the short way of one record and the long one agree."""
    expected = [[float(record["age"]), float(record["income"])] for record in records]
    many = read(NUMBERS, records)
    one = read(NUMBERS, records[0])
    assert many.matrix is not None
    assert one.matrix is not None
    assert many.matrix.tolist() == expected
    assert one.matrix.tolist() == expected[:1]


FLAWS = ['"1"', "true", "null", "[1]", "NaN", "1e999", "9007199254740993", "1,2", ""]


@pytest.mark.parametrize("flaw", FLAWS)
def test_a_long_body_is_refused_as_a_short_one(flaw: str) -> None:
    """Batches are read by another reader, which leaves what it does not take to the one that says what is wrong."""
    short, long = (f"[{'[1.5,2],' * rows}[3,{flaw}]]".encode() for rows in (1, 400))
    few, many = (refusal(UNNAMED, body) for body in (short, long))

    assert len(short) < BATCH_BYTES < len(long)
    assert many.message.replace("Row 400", "Row 1") == few.message
    assert [found(many, name) for name in ("got", "expected")] == [found(few, name) for name in ("got", "expected")]


def found(error: InvalidInput, name: str) -> list[Any]:
    """Give one field of each problem."""
    problems: Any = error.details["problems"]
    return [problem.get(name) for problem in problems]


@pytest.mark.parametrize("way", ["kernel", "without"])
def test_a_batch_of_numbers_arrives_bit_for_bit(way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the kernel and on a machine that has none."""
    rows = np.random.default_rng(3).normal(size=(500, 2))
    if way == "without":
        monkeypatch.setattr(payload, "rows_in", lambda *_: None)
    for body in (rows.tolist(), {"instances": rows.tolist()}):
        batch = read(UNNAMED, body)
        assert not batch.single
        assert batch.rows == len(rows)
        assert batch.matrix is not None
        assert np.array_equal(batch.matrix, rows)
