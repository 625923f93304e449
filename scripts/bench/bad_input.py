"""What a server answers to requests that are wrong: one row of model d, spoilt in one way at a time.

Called once for each server, after it was timed. Looks at the status and at whether the answer shows a stack trace.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from scripts.bench.asking import post
from scripts.bench.dialects import Endpoint
from scripts.bench.models import BenchModel

PLACEHOLDER = "@@"
JUNK_BYTES = 10_000_000
NESTING = 50_000
TRACE = re.compile(rb'Traceback \(most recent call last\)|File \\?"[^"]+\.py\\?", line \d')

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Seen:
    """What a server answered; status 0 is a broken connection or no answer within 30 seconds."""

    status: int
    shows_trace: bool
    seconds: float
    still_serves: bool
    """Whether it answers a good request afterwards."""


def _without(record: Record) -> list[Record]:
    return [{name: value for name, value in record.items() if name != "age"}]


def _renamed(record: Record) -> list[Record]:
    return [{"agee" if name == "age" else name: value for name, value in record.items()}]


def _with_token(token: str) -> Callable[[Endpoint, Record], bytes]:
    """Put a text that need not be JSON where the number of `age` belongs."""

    def write(endpoint: Endpoint, record: Record) -> bytes:
        return endpoint.body([{**record, "age": PLACEHOLDER}]).replace(f'"{PLACEHOLDER}"'.encode(), token.encode())

    return write


def _with_records(spoil: Callable[[Record], list[Record]]) -> Callable[[Endpoint, Record], bytes]:
    return lambda endpoint, record: endpoint.body(spoil(record))


CASES: Mapping[str, Callable[[Endpoint, Record], bytes]] = {
    "empty body": lambda _endpoint, _record: b"",
    "no rows": _with_records(lambda _record: []),
    "missing column": _with_records(_without),
    "extra column": _with_records(lambda record: [{**record, "shoe_size": 43.0}]),
    "misspelt column": _with_records(_renamed),
    "ragged rows": _with_records(lambda record: [record, *_without(record)]),
    "NaN": _with_token("NaN"),
    "infinity": _with_token("Infinity"),
    "1e400": _with_token("1e400"),
    "null": _with_token("null"),
    "a word for a number": _with_token('"five"'),
    '"5.1" in quotes': _with_token('"5.1"'),
    "true for a number": _with_token("true"),
    "50,000 nested brackets": _with_token("[" * NESTING + "]" * NESTING),
    "a string of 10 MB": _with_token(json.dumps("x" * JUNK_BYTES)),
}
"""By the name that the table shows."""


def ask_all(endpoint: Endpoint, model: BenchModel) -> dict[str, Seen]:
    """Send every case and then a good request each time."""
    record = model.records(1)[0]
    good = endpoint.body([record])
    seen = {}
    for name, write in CASES.items():
        reply = post(endpoint.url, write(endpoint, record), endpoint.headers)
        after = post(endpoint.url, good, endpoint.headers)
        seen[name] = Seen(reply.status, shows_trace(reply.body), reply.seconds, after.status == 200)
    return seen


def shows_trace(body: bytes) -> bool:
    """Tell whether an answer shows a Python stack trace."""
    return TRACE.search(body) is not None
