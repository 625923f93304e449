"""Calls, field by field: what a fold does to each of thousands of calls, it does to a whole field at once.

Read from the journal by the fold and handed through its steps. Pure: no SQL, no files. A call of its own exists only
where one has to be looked at by itself: a line that does not read, a body that is redacted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator, Sequence
from itertools import chain, compress
from operator import itemgetter
from typing import Any, TypeVar

import orjson

from backend.engine.metering.reader import lines_in
from backend.engine.metering.records import FIELDS, TEXTS, TYPES, VERSION, CallRecord, UndecodableRecord, check_bounds

Field = Sequence[Any]
SLICE_BYTES = 128 * 1024
"""What is decoded at a time: a few hundred calls, which the processor's cache holds until their fields are apart."""
_PLACES = {name: place for place, name in enumerate(CallRecord._fields)}
_REPEATED = [
    _PLACES[name]
    for name in (
        "key_id",
        "remote_address",
        "account_id",
        "app_id",
        "environment",
        "source",
        "kind",
        "method",
        "endpoint",
    )
]
KeyT = TypeVar("KeyT", bound=Hashable)


class Calls:
    """Some calls in an order of their own; never changed."""

    __slots__ = ("_fields",)

    def __init__(self, fields: Sequence[Field]) -> None:
        """Take the fields of CallRecord in their order, all equally long."""
        self._fields = fields

    @classmethod
    def of(cls, records: Collection[CallRecord]) -> Calls:
        """Give records field by field."""
        return cls(list(zip(*records, strict=True)) if records else [()] * len(_PLACES))

    @classmethod
    def joined(cls, parts: Iterable[Calls]) -> Calls:
        """Give the calls of some parts one after the other."""
        every = [part._fields for part in parts]
        return cls([list(chain.from_iterable(fields)) for fields in zip(*every, strict=True)]) if every else cls.of(())

    def __len__(self) -> int:
        return len(self._fields[0])

    def field(self, name: str) -> Field:
        """Give one field of each call."""
        return self._fields[_PLACES[name]]

    def each(self, *names: str) -> Iterator[tuple[Any, ...]]:
        """Give some fields of each call, call by call."""
        return zip(*[self.field(name) for name in names], strict=True)

    def at(self, places: Sequence[int], *names: str) -> list[Field]:
        """Give some fields of the calls at some places, at least one, in ascending order."""
        fields = [self.field(name) for name in names]
        if len(places) == len(self):
            return fields
        if len(places) == 1:
            return [(field[places[0]],) for field in fields]
        pick = itemgetter(*places)
        return [pick(field) for field in fields]

    def only(self, wanted: Sequence[Any]) -> Calls:
        """Give the calls whose place says so, in whatever is true or false."""
        if all(wanted):
            return self
        return Calls([list(compress(field, wanted)) for field in self._fields])

    def records(self) -> list[CallRecord]:
        """Give call by call."""
        return [CallRecord._make(values) for values in zip(*self._fields, strict=True)]


def places_by(keys: Iterable[KeyT]) -> dict[KeyT, list[int]]:
    """Give the places at which each key stands."""
    places: defaultdict[KeyT, list[int]] = defaultdict(list)
    for place, key in enumerate(keys):
        places[key].append(place)
    return places


def slices(block: bytes) -> Iterator[bytes]:
    """Cut whole lines into pieces of whole lines, of SLICE_BYTES or little more."""
    start = 0
    while start < len(block):
        end = block.find(b"\n", start + SLICE_BYTES) + 1 or len(block)
        yield block[start:end]
        start = end


def read_lines(block: bytes) -> Calls:
    """Read whole lines back, at least one.

    Raises:
        UndecodableRecord: one of them needs to be looked at by itself: it is no record, or one of an earlier layout, or
            holds what has to be mended.
    """
    # A line holds no line's end of its own, so these lines are one array of arrays; it is read in one go.
    try:
        lines = orjson.loads(b"[" + block[:-1].replace(b"\n", b",") + b"]")
        fields: list[Field] = list(zip(*lines, strict=True))
    except (orjson.JSONDecodeError, TypeError, ValueError) as error:
        raise UndecodableRecord(str(error)) from error
    if len(lines) != lines_in(block) or len(fields) != FIELDS:
        raise UndecodableRecord("not records of the present layout alone")
    if not all(set(map(type, field)) <= types for field, types in zip(fields, TYPES, strict=True)):
        raise UndecodableRecord("a value is not of its field's type")
    if set(fields[0]) != {VERSION}:
        raise UndecodableRecord("not records of the present layout alone")
    del fields[0]
    different = list(fields)
    for place in _REPEATED:
        fields[place], different[place] = _shared(fields[place])
    check_bounds(different)
    if any("\0" in "".join(filter(None, different[place])) for place in TEXTS):
        raise UndecodableRecord("a text has to be mended")
    return Calls(fields)


def _shared(field: Field) -> tuple[Field, Field]:
    """Give the same values, each as one object however often it comes; and each of them once, to be looked at."""
    one_of = dict(zip(field, field, strict=True))
    once = list(one_of)
    return list(map(one_of.__getitem__, field)) if len(once) > 1 else once * len(field), once
