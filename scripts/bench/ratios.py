"""What Modelport should reach against the best peer, and what it reached: one row for each target.

Called by the page and by its tests. Pure: reads results, gives rows. "The best peer" is the one with the most requests
(or rows) a second in that cell, whoever it is; the 99th percentile is compared with that same peer's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from scripts.bench.results import BATCH_CONNECTIONS, BATCH_ROWS, SINGLE, Results

OURS = ("modelport-granian", "modelport-gunicorn")


@dataclass(frozen=True, slots=True)
class Reached:
    """One of ours against a target; `ratio` is ours divided by theirs, None where either was not measured."""

    ratio: float | None
    is_reached: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One target."""

    what: str
    target: str
    rival: str
    """Who is compared with; empty where nobody was measured."""
    rival_value: str
    ours: Mapping[str, Reached]


@dataclass(frozen=True, slots=True)
class Speed:
    """At least so many times the best peer's requests a second, and at most such a part of its 99th percentile."""

    what: str
    model: str
    connections: int
    times: float
    p99_part: float | None = None


SPEEDS = (
    Speed("one row, forest of 100 trees, 16 connections", "b", 16, 25, 0.1),
    Speed("the same, 64 connections", "b", 64, 10),
    Speed("one row, logistic regression, 16 connections", "a", 16, 4, 0.5),
    Speed("one row, mixed pipeline on named columns, 16 connections", "d", 16, 15),
)


def rows(results: Results, peers: Sequence[str]) -> list[Row]:
    """Give every target with what was reached."""
    found = []
    for speed in SPEEDS:
        found.append(_speed_row(results, peers, speed))
        if speed.p99_part is not None:
            found.append(_p99_row(results, peers, speed))
    found.append(_batch_row(results, peers))
    found += [_cpu_row(results, "hello", 3.0), _cpu_row(results, "empty-flask", 1.0)]
    found.append(_memory_row(results, peers))
    return found


def best_peer(
    results: Results, peers: Sequence[str], model: str, connections: int, batch: int = SINGLE
) -> tuple[str, float] | None:
    """Give the peer with the highest rate in a cell, and that rate."""
    rates = {peer: results.median("rate", peer, model, connections, rows=batch) for peer in peers}
    known = {peer: rate for peer, rate in rates.items() if rate is not None}
    return max(known.items(), key=lambda item: item[1]) if known else None


def _compare(ours: float | None, theirs: float | None, holds: Callable[[float], bool]) -> Reached:
    if ours is None or not theirs:
        return Reached(None, None)
    ratio = ours / theirs
    return Reached(ratio, holds(ratio))


def _speed_row(results: Results, peers: Sequence[str], speed: Speed) -> Row:
    best = best_peer(results, peers, speed.model, speed.connections)
    rate = best[1] if best else None
    ours = {}
    for name in OURS:
        # Under gunicorn the aim is to be ahead; the factor is asked of the faster server.
        least = speed.times if name == OURS[0] else 1.0
        found = results.median("rate", name, speed.model, speed.connections)
        ours[name] = _compare(found, rate, lambda ratio, least=least: ratio >= least)  # type: ignore[misc]
    return Row(
        what=f"{speed.what}: requests a second",
        target=f"at least {speed.times:g} times the best peer; gunicorn: ahead",
        rival=best[0] if best else "",
        rival_value=f"{rate:,.0f}/s" if rate is not None else "",
        ours=ours,
    )


def _p99_row(results: Results, peers: Sequence[str], speed: Speed) -> Row:
    best = best_peer(results, peers, speed.model, speed.connections)
    theirs = results.median("p99_ms", best[0], speed.model, speed.connections) if best else None
    part = speed.p99_part or 1.0
    ours = {}
    for name in OURS:
        most = part if name == OURS[0] else 1.0
        found = results.median("p99_ms", name, speed.model, speed.connections)
        ours[name] = _compare(found, theirs, lambda ratio, most=most: ratio <= most)  # type: ignore[misc]
    return Row(
        what=f"{speed.what}: P99",
        target=f"at most {part:g} of that peer's; gunicorn: below it",
        rival=best[0] if best else "",
        rival_value=f"{theirs:,.1f} ms" if theirs is not None else "",
        ours=ours,
    )


def _batch_row(results: Results, peers: Sequence[str]) -> Row:
    best = best_peer(results, peers, "b", BATCH_CONNECTIONS, BATCH_ROWS)
    rate = best[1] if best else None
    ours = {}
    for name in OURS:
        least = 4.0 if name == OURS[0] else 1.0
        found = results.median("rate", name, "b", BATCH_CONNECTIONS, rows=BATCH_ROWS)
        ours[name] = _compare(found, rate, lambda ratio, least=least: ratio >= least)  # type: ignore[misc]
    return Row(
        what="1,000 rows in one request, forest: rows a second",
        target="at least 4 times the best peer; gunicorn: ahead",
        rival=best[0] if best else "",
        rival_value=f"{rate * BATCH_ROWS:,.0f} rows/s" if rate is not None else "",
        ours=ours,
    )


def _cpu_row(results: Results, floor: str, most: float) -> Row:
    """Compare the whole call's processor time with a floor under the same web server."""
    ours = {}
    values = []
    for name in OURS:
        web = name.removeprefix("modelport-")
        theirs = results.median("cpu_us", f"{floor}-{web}", "a", 16)
        values.append(f"{theirs:,.0f} µs" if theirs is not None else "not measured")
        found = results.median("cpu_us", name, "a", 16)
        ours[name] = _compare(found, theirs, lambda ratio: ratio <= most)
    what = "a bare WSGI hello" if floor == "hello" else "an empty Flask view"
    return Row(
        what=f"processor time of the whole call, logistic regression, against {what} on the same server",
        target=f"at most {most:g} times" if most > 1 else "less",
        rival=what,
        rival_value=" / ".join(values),
        ours=ours,
    )


def _memory_row(results: Results, peers: Sequence[str]) -> Row:
    held = {peer: results.visit_median("rss_mb", peer) for peer in peers}
    known = {peer: value for peer, value in held.items() if value is not None}
    least = min(known.items(), key=lambda item: item[1]) if known else None
    return Row(
        what="resident memory (RSS) of all processes, four models loaded",
        target="below every peer's",
        rival=least[0] if least else "",
        rival_value=f"{least[1]:,.0f} MB" if least else "",
        ours={
            name: _compare(results.visit_median("rss_mb", name), least[1] if least else None, lambda ratio: ratio < 1)
            for name in OURS
        },
    )
