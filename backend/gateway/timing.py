"""Server-Timing: how long each step of a call took, for its own caller.

Source: W3C Server Timing, section 3; durations in milliseconds, three decimals. Only a caller who may call a target is
told: the steps of a stranger's refusal could say what was found of a key or of another's API.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

STAGES = ("auth", "limit", "parse", "credits", "model")
"""In the order they are taken; `record`, which follows whatever the last of them was, holds the rest."""
# Writing six doubles cost more than the whole journal line; nearly all durations are among these.
_MS = tuple(f"{microseconds / 1e3:.3f}" for microseconds in range(2_048))


def server_timing(started_ns: int, marks: Sequence[int], ended_ns: int) -> tuple[str, str]:
    """Give the header.

    Args:
        started_ns: perf_counter_ns() when the door was reached.
        marks: perf_counter_ns() at the end of each stage that was begun.
        ended_ns: the same once the record was kept.
    """
    if len(marks) == len(STAGES):
        auth, limit, parse, credits_, model = marks
        try:  # Written out, since a loop over the six costs four times as much.
            return "Server-Timing", (
                f"auth;dur={_MS[(auth - started_ns) // 1_000]}, limit;dur={_MS[(limit - auth) // 1_000]}, "
                f"parse;dur={_MS[(parse - limit) // 1_000]}, credits;dur={_MS[(credits_ - parse) // 1_000]}, "
                f"model;dur={_MS[(model - credits_) // 1_000]}, record;dur={_MS[(ended_ns - model) // 1_000]}"
            )
        except IndexError:
            pass  # One of them took longer than what is written down.
    ends, names = (*marks, ended_ns), (*STAGES[: len(marks)], "record")
    spans = [end - begun for begun, end in pairwise((started_ns, *ends))]
    parts = [f"{name};dur={span // 1_000 / 1e3:.3f}" for name, span in zip(names, spans, strict=True)]
    return "Server-Timing", ", ".join(parts)
