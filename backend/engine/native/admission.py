"""Admissions and reservations in the shared state, decided by admission.c where nothing but counting is to be done.

Used by `backend.engine.limits.quick`, which knows rules and counters. Both functions keep the interpreter's lock, for a
microsecond or two, and never wait.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from functools import cache
from typing import Any, Final, NamedTuple

from backend.engine.native.library import library

RULES_MAX: Final = 8
"""As in admission.c: more rules at once it leaves alone."""
LEAVE: Final = -1
"""The answer to whatever is more than counting: nothing was counted."""


class View(ctypes.Structure):
    """`Mapping` of admission.c: a process's view of the state's file."""

    _fields_ = (("words", ctypes.c_void_p), ("length", ctypes.c_uint64), ("locks", ctypes.c_void_p))


class RuleLayout(ctypes.Structure):
    """`Rule` of admission.c."""

    _fields_ = (
        *((name, ctypes.c_uint64) for name in ("high", "low", "at", "kind")),
        *((name, ctypes.c_int64) for name in ("limit", "span")),
        *((name, ctypes.c_uint64) for name in ("can_refuse", "oldest")),
        *((name, ctypes.c_int64) for name in ("now", "left", "reset")),
        *((name, ctypes.c_uint64) for name in ("value", "base", "mask")),
    )


class CellLayout(ctypes.Structure):
    """`Cell` of admission.c."""

    _fields_ = (
        ("file", ctypes.c_void_p),
        ("amount", ctypes.c_int64),
        *((name, ctypes.c_uint64) for name in ("high", "low", "at")),
        *((name, ctypes.c_int64) for name in ("lock", "ceiling")),
    )


class Admission(NamedTuple):
    """The functions of admission.c. Each takes one address: converting arguments costs more than what they do.

    Attributes:
        admit: of a plan; gives the place of the binding rule.
        reserve: of a CellLayout; gives where the credits end.
    """

    admit: Callable[[int], int]
    reserve: Callable[[int], int]


@cache
def admission() -> Admission | None:
    """Give the functions; None without a library."""
    both = library()
    if both is None:
        return None
    admit, reserve = both.held.modelport_admit, both.held.modelport_reserve
    for function in (admit, reserve):
        function.argtypes, function.restype = (ctypes.c_void_p,), ctypes.c_int64
    return Admission(admit, reserve)


@cache
def plan_layout(rules: int) -> type[Any]:
    """Give `Plan` of admission.c for so many rules."""
    fields = (
        ("file", ctypes.c_void_p),
        ("now", ctypes.c_int64),
        ("cost", ctypes.c_int64),
        ("rules_count", ctypes.c_uint64),
        ("locks_count", ctypes.c_uint64),
        ("locks", ctypes.c_int64 * RULES_MAX),
        ("left", ctypes.c_int64),
        ("reset", ctypes.c_int64),
        ("rules", RuleLayout * rules),
    )
    return type("PlanLayout", (ctypes.Structure,), {"_fields_": fields})
