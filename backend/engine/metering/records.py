"""The record of one answered call, and its one line in the journal.

The gateway writes it, the fold reads it. Pure: opens no file, reads no clock. A line is a JSON array whose
first item is the version of its layout, so that a newer release reads the journals an older one left
behind.
"""

from __future__ import annotations

from dataclasses import dataclass

import orjson

VERSION = 1
FIELDS = 17
REQUEST_ID_CHARS_MAX = 64
ADDRESS_CHARS_MAX = 45
INTEGER_MAX = 2**31 - 1
MICROSECONDS_MAX = 4_102_444_800_000_000
"""The year 2100: a later call has a broken clock behind it."""


class UndecodableRecord(ValueError):
    """A journal line that is no record; it is set aside, never guessed at."""


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One call as it was answered."""

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


def encode(record: CallRecord) -> bytes:
    """Write a record as one line, newline included."""
    values = (
        VERSION,
        record.request_id,
        record.occurred_at_us,
        record.api_id,
        record.key_id,
        record.model_id,
        record.status_code,
        record.response_time,
        record.cpu_usage,
        record.memory_usage,
        record.rows,
        record.request_bytes,
        record.response_bytes,
        record.remote_address,
        record.request_data,
        record.response_data,
        record.error_message,
    )
    try:
        return orjson.dumps(values, option=orjson.OPT_APPEND_NEWLINE)
    except TypeError:
        # Lone surrogates, which UTF-8 cannot hold: the call was answered and must be counted all the same.
        mended = tuple(_without_surrogates(value) for value in values)
        return orjson.dumps(mended, option=orjson.OPT_APPEND_NEWLINE)


def decode(line: bytes) -> CallRecord:
    """Read a line back.

    Raises:
        UndecodableRecord: not a record of a known version, or a value that no column can hold.
    """
    try:
        values = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise UndecodableRecord(str(error)) from error
    if not isinstance(values, list) or len(values) != FIELDS or values[0] != VERSION:
        raise UndecodableRecord("not a record of a known version")
    try:
        return _checked(values)
    except (TypeError, ValueError, OverflowError) as error:
        raise UndecodableRecord(str(error)) from error


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


def _checked(values: list[object]) -> CallRecord:
    """Hold every value against its column, so that one broken line can never stop the fold."""
    (
        _,
        request_id,
        moment,
        api_id,
        key_id,
        model_id,
        status,
        seconds,
        cpu,
        memory,
        rows,
        sent,
        given,
        *texts,
    ) = values
    if (
        not isinstance(request_id, str)
        or not 0 < len(request_id) <= REQUEST_ID_CHARS_MAX
        or "\0" in request_id
    ):
        raise UndecodableRecord("no request id")
    address, request_data, response_data, error_message = (_text(value) for value in texts)
    return CallRecord(
        request_id,
        _whole(moment, MICROSECONDS_MAX),
        _whole(api_id),
        _short(key_id, REQUEST_ID_CHARS_MAX),
        None if model_id is None else _whole(model_id),
        _whole(status),
        _real(seconds),
        _real(cpu),
        _real(memory),
        _whole(rows),
        _whole(sent),
        _whole(given),
        _short(address, ADDRESS_CHARS_MAX),
        request_data,
        response_data,
        error_message,
    )


def _whole(value: object, maximum: int = INTEGER_MAX) -> int:
    if type(value) is not int or not 0 <= value <= maximum:
        raise UndecodableRecord(f"{value!r} is no whole number between 0 and {maximum}")
    return value


def _real(value: object) -> float:
    """Give a measurement; orjson writes NaN and infinity as null, and what is unknown counts as nothing."""
    if value is None:
        return 0.0
    if type(value) is not float and type(value) is not int:
        raise UndecodableRecord(f"{value!r} is no number")
    return float(value)


def _text(value: object) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise UndecodableRecord(f"{value!r} is no text")
    # PostgreSQL refuses NUL in text.
    return value.replace("\0", "\N{REPLACEMENT CHARACTER}") if "\0" in value else value


def _short(value: object, chars_max: int) -> str | None:
    text = _text(value)
    return text if text is None or len(text) <= chars_max else text[:chars_max]


def _without_surrogates(value: object) -> object:
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value
