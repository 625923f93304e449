"""Server-Timing: how long each step of a call took, for its own caller.

Source: W3C Server Timing, section 3; durations in milliseconds, three decimals. Only a caller who may call a target is
told: the steps of a stranger's refusal could say what was found of a key or of another's API.
"""

from __future__ import annotations

from collections.abc import Sequence

STAGES = ("auth", "limit", "parse", "credits", "model")
"""In the order they are taken; `record`, which follows whatever the last of them was, holds the rest."""
_SHAPES = tuple(", ".join([f"{name};dur=%s" for name in (*STAGES[:count], "record")]) for count in range(6))
# Writing six doubles cost more than the whole journal line; nearly all durations are among these.
_MILLISECONDS = tuple(f"{microseconds / 1e3:.3f}" for microseconds in range(2_048))


def server_timing(started_ns: int, marks: Sequence[int], ended_ns: int) -> tuple[str, str]:
    """Give the header.

    Args:
        started_ns: perf_counter_ns() when the door was reached.
        marks: perf_counter_ns() at the end of each stage that was begun.
        ended_ns: the same once the record was kept.
    """
    durations, begun = [], started_ns
    for mark in marks:
        span = (mark - begun) // 1_000
        durations.append(_MILLISECONDS[span] if span < len(_MILLISECONDS) else f"{span / 1e3:.3f}")
        begun = mark
    span = (ended_ns - begun) // 1_000
    durations.append(_MILLISECONDS[span] if span < len(_MILLISECONDS) else f"{span / 1e3:.3f}")
    return "Server-Timing", _SHAPES[len(marks)] % tuple(durations)
