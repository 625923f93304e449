"""The run's results in one JSON file, written after every cell, so that a run that was broken off goes on.

Called by run.py, which adds to it, and by the page, which reads it. The file stays outside of git.
"""

from __future__ import annotations

import json
import statistics
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

SINGLE = 1
BATCH_ROWS = 1_000
BATCH_CONNECTIONS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One timed run of one server."""

    server: str
    round: int
    model: str
    connections: int
    rows: int
    """Rows of each request: 1 or 1,000."""
    rate: float
    """Requests a second."""
    p50_ms: float
    p99_ms: float
    cpu_us: float
    """Processor time of the server's tree for one request, microseconds, what it worked on afterwards included."""
    after_seconds: float
    """How long it went on working once the load had ended."""
    requests: int
    failed: int
    """Answers other than 2xx, and connections that broke."""
    others_percent: float
    """Of the machine's processor time, what neither the server nor wrk used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One server's start in one round, and its memory after all four models were asked."""

    server: str
    round: int
    start_seconds: float
    rss_mb: float
    pss_mb: float
    uss_mb: float
    processes: int


@dataclass(slots=True)
class Results:
    """Everything that one run saw."""

    options: dict[str, Any]
    """What was asked for; a file with other options is another run."""
    machine: dict[str, Any] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    cells: list[Cell] = field(default_factory=list)
    visits: list[Visit] = field(default_factory=list)
    bad_input: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    """By server: why it was not measured."""
    is_complete: bool = False

    def has(self, server: str, round_: int, key: tuple[str, int, int]) -> bool:
        """Tell whether a cell (model, connections, rows) was measured."""
        return any(
            (cell.server, cell.round, cell.model, cell.connections, cell.rows) == (server, round_, *key)
            for cell in self.cells
        )

    def chosen(self, server: str, model: str, connections: int, rows: int = SINGLE) -> list[Cell]:
        """Give the cells of all rounds in which nothing failed."""
        key = (server, model, connections, rows)
        return [
            cell
            for cell in self.cells
            if (cell.server, cell.model, cell.connections, cell.rows) == key and cell.failed == 0
        ]

    def median(self, name: str, server: str, model: str, connections: int, *, rows: int = SINGLE) -> float | None:
        """Give the median over rounds of one figure of a cell; None where nothing was measured."""
        values = [float(getattr(cell, name)) for cell in self.chosen(server, model, connections, rows)]
        return statistics.median(values) if values else None

    def visit_median(self, name: str, server: str) -> float | None:
        """Give the median over rounds of one figure of a server's visits."""
        values = [float(getattr(visit, name)) for visit in self.visits if visit.server == server]
        return statistics.median(values) if values else None

    def save(self, path: Path) -> None:
        """Write the file in one step."""
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".partial")
        partial.write_text(json.dumps(asdict(self), indent=1), encoding="utf-8")
        partial.replace(path)


def read(path: Path) -> Results:
    """Read a results file."""
    found = json.loads(path.read_text(encoding="utf-8"))
    cells = [Cell(**cell) for cell in found.pop("cells")]
    visits = [Visit(**visit) for visit in found.pop("visits")]
    return Results(**found, cells=cells, visits=visits)


def resume(path: Path, options: dict[str, Any]) -> Results:
    """Give the unfinished run of the same options, or a new one."""
    if path.exists():
        found = read(path)
        if found.options == json.loads(json.dumps(options)) and not found.is_complete:
            return found
    return Results(options)
