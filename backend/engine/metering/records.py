"""The record of one answered call, and its one line in the journal.

The gateway writes it, the fold reads it. Pure: opens no file, reads no clock. A line is a JSON array whose
first item is the version of its layout, so that a newer release reads the journals an older one left
behind.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import le
from typing import Any, NamedTuple

import orjson

VERSION = 2
FIELDS = 28
FIRST_VERSION = 1
FIRST_FIELDS = 17
ID_CHARS_MAX = 64
ADDRESS_CHARS_MAX = 45
WORD_CHARS_MAX = 10
KIND_CHARS_MAX = 50
ENDPOINT_CHARS_MAX = 200
INTEGER_MAX = 2**31 - 1
POSITION_MAX = 2**53 - 1
"""Where the numbers of shared state end."""
MICROSECONDS_MAX = 4_102_444_800_000_000
"""The year 2100: a later call has a broken clock behind it."""


class UndecodableRecord(ValueError):
    """A journal line that is no record; it is set aside, never guessed at."""


class CallRecord(NamedTuple):
    """One call as it was answered. A tuple, since millions are made: it takes a third of a dataclass's time."""

    request_id: str
    occurred_at_us: int
    """Microseconds since 1970, UTC."""
    api_id: int
    key_id: str | None
    model_id: int | None
    status_code: int
    response_time: float
    """Seconds."""
    cpu_usage: float
    """Percent: the thread's CPU time over the call's wall time."""
    memory_usage: float
    """MB resident in the worker."""
    rows: int
    request_bytes: int
    response_bytes: int
    remote_address: str | None
    request_data: str | None
    """JSON text, cut by `clip_body`."""
    response_data: str | None
    error_message: str | None
    account_id: str = ""
    """Who is charged; empty in journals of the first release."""
    app_id: str | None = None
    environment: str = "live"
    source: str = "api"
    """api, playground or internal."""
    kind: str = "ml.predict"
    method: str = "POST"
    endpoint: str = ""
    """The path that was called."""
    credits: int = 0
    """What the call costs; 0 when it failed."""
    hold: int = 0
    """Credits reserved before the work; what is above `credits` goes back."""
    hold_end: int = 0
    """Where the reservation ends on the account's number line; 0 without one."""
    is_overage: bool = False
    """Admitted beyond the daily quota."""


def encode(record: tuple[object, ...]) -> bytes:
    """Write a record as one line, newline included.

    Args:
        record: a CallRecord, or its fields in their order, some of them perhaps written already.
    """
    return _dumps((VERSION, *record), orjson.OPT_APPEND_NEWLINE)


def written(*fields: object) -> orjson.Fragment:
    """Write fields that stand side by side once for the many records in which they are the same."""
    return orjson.Fragment(_dumps(fields)[1:-1])


def decode(line: bytes) -> CallRecord:
    """Read a line back.

    Raises:
        UndecodableRecord: not a record of a known version, or a value that no column can hold.
    """
    values = _values(line)
    check_bounds([(value,) for value in values])
    return CallRecord._make(values)


def moment_in(line: bytes) -> int:
    """Give when the call of a line was, in microseconds since 1970, without reading all of it; 0 for no record."""
    try:
        return int(line.split(b",", 3)[2])
    except (IndexError, ValueError):
        return 0


def clip_body(body: bytes, bytes_max: int) -> str:
    """Give a body as text for the log: as it came, or its head in a JSON object when too long or no text.

    Args:
        body: request or response as sent; any bytes.
        bytes_max: longer bodies are cut after this many bytes.
    """
    if len(body) <= bytes_max and b"\0" not in body:
        try:
            return body.decode()
        except UnicodeDecodeError:
            pass
    head = body[:bytes_max].decode("utf-8", "replace").replace("\0", "\N{REPLACEMENT CHARACTER}")
    cut = {"truncated": len(body) > bytes_max, "bytes": len(body), "head": head}
    return orjson.dumps(cut).decode()


def _values(line: bytes) -> list[Any]:
    """Give the fields of a record as a line has them, each of a type that its column holds."""
    try:
        values = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise UndecodableRecord(str(error)) from error
    if isinstance(values, list) and len(values) == FIRST_FIELDS and values[0] == FIRST_VERSION:
        values += _SINCE_FIRST
    elif not isinstance(values, list) or len(values) != FIELDS or values[0] != VERSION:
        raise UndecodableRecord("not a record of a known version")
    return [mend(value) for mend, value in zip(_MENDERS, values, strict=True)][1:]


def check_bounds(fields: Sequence[Sequence[Any]]) -> None:
    """Hold numbers and lengths against their columns, so that one broken line can never stop the fold.

    Args:
        fields: of some calls, each of its type, in the order of CallRecord. A value that comes again may be left out,
            but for credits and what was reserved.

    Raises:
        UndecodableRecord: a value that no column can hold.
    """
    by_name = dict(zip(CallRecord._fields, fields, strict=True))
    for name, most in _NUMBERS_MAX.items():
        numbers = set(by_name[name]) - _NO_NUMBER
        if numbers and not 0 <= min(numbers) <= max(numbers) <= most:
            raise UndecodableRecord(f"{name} is out of its bounds")
    for name, most in _CHARS_MAX.items():
        if max(map(len, filter(None, by_name[name])), default=0) > most:
            raise UndecodableRecord(f"{name} is too long")
    if not all(by_name["request_id"]):
        raise UndecodableRecord("a request id is empty")
    credits_, holds, ends = by_name["credits"], by_name["hold"], by_name["hold_end"]
    if not (min(credits_) >= 0 and all(map(le, credits_, holds)) and all(map(le, holds, ends))):
        raise UndecodableRecord("credits do not fit what was reserved")
    if max(ends) > POSITION_MAX:
        raise UndecodableRecord("hold_end is out of its bounds")


def _flag(value: object) -> bool:
    if type(value) is not bool:
        raise UndecodableRecord(f"{value!r} is neither true nor false")
    return value


def _whole(value: object) -> int:
    if type(value) is not int:
        raise UndecodableRecord(f"{value!r} is no whole number")
    return value


def _whole_or_none(value: object) -> int | None:
    return None if value is None else _whole(value)


def _real(value: object) -> float:
    """Give a measurement; orjson writes NaN and infinity as null, and what is unknown counts as nothing."""
    if value is None:
        return 0.0
    if type(value) is not float and type(value) is not int:
        raise UndecodableRecord(f"{value!r} is no number")
    return float(value)


def _text(value: object) -> str:
    """Give text as PostgreSQL takes it: without NUL."""
    if not isinstance(value, str):
        raise UndecodableRecord(f"{value!r} is no text")
    return value.replace("\0", "\N{REPLACEMENT CHARACTER}")


def _text_or_none(value: object) -> str | None:
    return None if value is None else _text(value)


def _dumps(values: tuple[object, ...], option: int = 0) -> bytes:
    try:
        return orjson.dumps(values, option=option)
    except TypeError:
        # Lone surrogates, which UTF-8 cannot hold: the call was answered and must be counted all the same.
        return orjson.dumps(tuple(_without_surrogates(value) for value in values), option=option)


def _without_surrogates(value: object) -> object:
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


_NUMBERS_MAX = {
    "occurred_at_us": MICROSECONDS_MAX,
    **dict.fromkeys(("api_id", "model_id", "status_code", "rows", "request_bytes", "response_bytes"), INTEGER_MAX),
}
_CHARS_MAX = {
    **dict.fromkeys(("request_id", "key_id", "account_id", "app_id"), ID_CHARS_MAX),
    **dict.fromkeys(("environment", "source", "method"), WORD_CHARS_MAX),
    "remote_address": ADDRESS_CHARS_MAX,
    "kind": KIND_CHARS_MAX,
    "endpoint": ENDPOINT_CHARS_MAX,
}
_MENDERS: tuple[Callable[[object], object], ...] = (
    _whole,
    _text,
    _whole,
    _whole,
    _text_or_none,
    _whole_or_none,
    _whole,
    _real,
    _real,
    _real,
    _whole,
    _whole,
    _whole,
    _text_or_none,
    _text_or_none,
    _text_or_none,
    _text_or_none,
    _text,
    _text_or_none,
    _text,
    _text,
    _text,
    _text,
    _text,
    _whole,
    _whole,
    _whole,
    _flag,
)
_SINCE_FIRST = tuple(CallRecord._field_defaults.values())
_NONE = type(None)
_NO_NUMBER = {None}
_TYPES_OF = {
    _text_or_none: frozenset((str, _NONE)),
    _whole_or_none: frozenset((int, _NONE)),
    _text: frozenset((str,)),
    _whole: frozenset((int,)),
    _real: frozenset((float,)),
    _flag: frozenset((bool,)),
}
TYPES = tuple(_TYPES_OF[mend] for mend in _MENDERS)  # type: ignore[index]
"""Of the items of a line that needs no mending."""
TEXTS = [place for place, mend in enumerate(_MENDERS[1:]) if mend in {_text, _text_or_none}]
"""The places of texts among the fields of CallRecord."""
