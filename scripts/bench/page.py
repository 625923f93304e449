"""Writes docs/benchmarks.md's measured part and its charts from one results file.

Called by __main__.py. What stands outside of the two marks in the page is written by hand and stays.
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path

from scripts.bench import ratios
from scripts.bench.bad_input import CASES
from scripts.bench.charts import Bar, Group, bar_chart
from scripts.bench.ratios import Reached
from scripts.bench.results import BATCH_CONNECTIONS, BATCH_ROWS, SINGLE, Results

BEGIN = "<!-- Written by `make bench`; changes between these marks are lost. -->"
END = "<!-- End of what `make bench` writes. -->"
CHART_CONNECTIONS = 16
NOTHING = "–"

INTRODUCTION = """\
Measured on {date}: {cores} cores of {processor}, {memory_gb} GB, {system}, Python {python}. Every figure is the median
over the rounds, of which there were {rounds}; in each, every server is started, its answers are compared with
scikit-learn's, and each cell is loaded for {warm_seconds:g} s without and {seconds:g} s with measuring. Server and load
generator share the machine. Other programs used {others:.0f} % of its processor time in the median cell and
{busiest:.0f} % in the busiest: compare figures of one run with each other, not with another run's."""
BUSY = """

**The machine was busy with other work: these figures show that everything runs, and are no measurement to go by.**"""
BUSY_PERCENT = 10
REACHED = """## Against the best peer

Ours divided by theirs. Modelport has keys, limits, credits, validation, journal and metrics on; the peers have none of
these.

| | target | compared with | SERVER=granian | SERVER=gunicorn |
|---|---|---|---|---|
"""
BATCHES = f"""## 1,000 rows in each request

Rows a second at {BATCH_CONNECTIONS} connections.
"""
MEMORY = """## Memory and start

All processes of the server after the four models were asked, in MB. RSS counts shared pages once for each process, PSS
divides them, USS leaves them out. The start is from the command to the first right answer of model a. mlflow serves one
model a server: its memory is that of four.

![Resident memory](images/bench-memory.svg)
"""
CPU = """## Processor time of a request

Microseconds of all of the server's processes, user and system, one row, 16 connections. The floors compute nothing and
are no peers; their web servers are set up as Modelport sets them up. What a server works on once the load has ended is
waited for before the next cell, and counted here: Modelport's journal is folded beside the calls and after them, in
these cells for {after:.1f} s at most. Rates are those of the seconds under load.
"""
BAD_INPUT = """## Bad input

One row of model d, spoilt in one way; the status that came back. **T**: the answer shows a stack trace. **S**: it took
longer than a second. **D**: a good request right after was not answered. 0: no answer within 30 seconds, or a broken
connection. MLServer's `debug`, which is on unless it is set and shows stack traces, is off.
"""
SINGLE_ROWS = """## One row in each request

Requests a second (P50 / P99 in milliseconds).

![Requests a second at 16 connections](images/bench-rate.svg)

![99th percentile at 16 connections](images/bench-p99.svg)"""

Titles = Mapping[str, str]
"""By server or model: how the page calls it."""


class Page:
    """The page of one run.

    Args:
        results: what was measured.
        titles: of the servers in the order of the tables; those that no cell names are left out.
        models: titles of the models by letter.
        peers: which servers are peers; ours and the floors are not.
    """

    def __init__(self, results: Results, titles: Titles, models: Titles, peers: Sequence[str]) -> None:
        self._results = results
        self._models = {letter: models[letter] for letter in models if self._has(results, letter)}
        measured = {cell.server for cell in results.cells}
        self._titles = titles
        self._peers = [name for name in peers if name in measured]
        ours = [name for name in titles if name.startswith("modelport") and name in measured]
        self._shown = [*ours, *self._peers]
        self._ours = set(ours)
        self._floors = [name for name in titles if name in measured and name not in self._shown]
        self._connections = sorted({cell.connections for cell in results.cells if cell.rows == SINGLE})

    def text(self) -> str:
        """Give the measured part in Markdown."""
        parts = [
            self._introduction(),
            self._reached(),
            SINGLE_ROWS,
            *(self._single(letter) for letter in self._models),
            self._batches(),
            self._memory(),
            self._cpu(),
            self._bad_input(),
            self._compared(),
        ]
        return "\n\n".join(part for part in parts if part)

    def charts(self) -> dict[str, str]:
        """Give the charts by file name."""
        return {
            "bench-rate.svg": self._chart("rate", "requests a second, more is better", digits=0),
            "bench-p99.svg": self._chart("p99_ms", "99th percentile in milliseconds, less is better", digits=1),
            "bench-memory.svg": bar_chart(
                [Group("Memory of all processes, RSS in MB, less is better", self._memory_bars())],
                description="Resident memory of each server with four models loaded",
            ),
        }

    @staticmethod
    def _has(results: Results, letter: str) -> bool:
        return any(cell.model == letter for cell in results.cells)

    def _introduction(self) -> str:
        machine, options = self._results.machine, self._results.options
        others = statistics.median(cell.others_percent for cell in self._results.cells)
        busiest = max(cell.others_percent for cell in self._results.cells)
        text = INTRODUCTION.format(**machine, **options, others=others, busiest=busiest)
        return text + BUSY if others > BUSY_PERCENT else text

    def _reached(self) -> str:
        lines = []
        for row in ratios.rows(self._results, self._peers):
            rival = self._titles.get(row.rival, row.rival)
            shown = [_ratio(row.ours[name]) for name in ratios.OURS]
            compared = f"{rival}: {row.rival_value}" if rival else NOTHING
            lines.append(f"| {row.what} | {row.target} | {compared} | {' | '.join(shown)} |")
        return REACHED + "\n".join(lines)

    def _single(self, letter: str) -> str:
        heads = [f"{count} connection{'' if count == 1 else 's'}" for count in self._connections]
        lines = [f"### {letter}: {self._models[letter]}", "", _row(["", *heads]), _rule(len(heads))]
        for name in self._shown:
            cells = [self._speed(name, letter, count) for count in self._connections]
            lines.append(_row([self._name(name), *cells]))
        return "\n".join(lines)

    def _speed(self, server: str, letter: str, connections: int) -> str:
        rate, p50, p99 = (
            self._results.median(what, server, letter, connections) for what in ("rate", "p50_ms", "p99_ms")
        )
        if rate is None or p50 is None or p99 is None:
            return NOTHING
        return f"{rate:,.0f} ({p50:,.1f} / {p99:,.1f})"

    def _batches(self) -> str:
        letters = [letter for letter in self._models if any(self._batch_rate(name, letter) for name in self._shown)]
        if not letters:
            return ""
        lines = [BATCHES, _row(["", *letters]), _rule(len(letters))]
        for name in self._shown:
            rates = [self._batch_rate(name, letter) for letter in letters]
            cells = [f"{rate * BATCH_ROWS:,.0f}" if rate else NOTHING for rate in rates]
            lines.append(_row([self._name(name), *cells]))
        return "\n".join(lines)

    def _batch_rate(self, server: str, letter: str) -> float | None:
        return self._results.median("rate", server, letter, BATCH_CONNECTIONS, rows=BATCH_ROWS)

    def _memory(self) -> str:
        lines = [MEMORY, _row(["", "RSS", "PSS", "USS", "processes", "start, seconds"]), _rule(5)]
        for name in self._shown:
            figures = [self._results.visit_median(what, name) for what in ("rss_mb", "pss_mb", "uss_mb", "processes")]
            started = self._results.visit_median("start_seconds", name)
            cells = [_number(figure, 0) for figure in figures]
            lines.append(_row([self._name(name), *cells, _number(started, 1)]))
        return "\n".join(lines)

    def _cpu(self) -> str:
        letters = list(self._models)
        after = max(
            (
                cell.after_seconds
                for cell in self._results.cells
                if cell.server in self._ours and (cell.connections, cell.rows) == (CHART_CONNECTIONS, SINGLE)
            ),
            default=0.0,
        )
        lines = [CPU.format(after=after), _row(["", *letters]), _rule(len(letters))]
        for name in [*self._shown, *self._floors]:
            figures = [self._results.median("cpu_us", name, letter, CHART_CONNECTIONS) for letter in letters]
            lines.append(_row([self._name(name), *(_number(figure, 0) for figure in figures)]))
        return "\n".join(lines)

    def _bad_input(self) -> str:
        seen = self._results.bad_input
        names = [name for name in self._shown if name in seen]
        if not names:
            return ""
        lines = [BAD_INPUT, _row(["", *(self._name(name) for name in names)]), _rule(len(names))]
        lines += [_row([case, *(_outcome(seen[name][case]) for name in names)]) for case in CASES]
        return "\n".join(lines)

    def _compared(self) -> str:
        known = self._results.versions
        versions = [f"- {self._name(name)}: {known[name]}" for name in self._shown if name in known]
        reasons = [
            f"- {self._name(name)} was not measured: `{' '.join(reason.split())[:400]}`"
            for name, reason in self._results.failures.items()
        ]
        failed = [cell for cell in self._results.cells if cell.failed]
        broken = sorted({(self._name(cell.server), cell.model, cell.connections, cell.rows) for cell in failed})
        calls = [
            f"- {name}, model {model}, {connections} connections, {rows} rows: calls failed in a round; it is left out."
            for name, model, connections, rows in broken
        ]
        return "\n".join(["## What was compared, and what could not be", "", *versions, *reasons, *calls])

    def _chart(self, what: str, unit: str, *, digits: int) -> str:
        groups = []
        for letter, title in self._models.items():
            bars = []
            for name in self._shown:
                value = self._results.median(what, name, letter, CHART_CONNECTIONS)
                if value is not None:
                    bars.append(Bar(self._name(name), value, name in self._ours))
            groups.append(Group(f"{letter}: {title}", bars))
        return bar_chart(groups, description=f"One row, {CHART_CONNECTIONS} connections, {unit}", digits=digits)

    def _memory_bars(self) -> list[Bar]:
        bars = []
        for name in self._shown:
            held = self._results.visit_median("rss_mb", name)
            if held is not None:
                bars.append(Bar(self._name(name), held, name in self._ours))
        return bars

    def _name(self, server: str) -> str:
        return self._titles.get(server, server)


def write(page: Page, file: Path) -> None:
    """Put the measured part between the marks of the page, and the charts beside it.

    Raises:
        ValueError: the page lacks its marks.
    """
    before, begin, rest = file.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        message = f"{file} lacks the marks between which the measured part is written"
        raise ValueError(message)
    file.write_text(f"{before}{BEGIN}\n\n{page.text()}\n\n{END}{after}", encoding="utf-8")
    for name, text in page.charts().items():
        (file.parent / "images" / name).write_text(text, encoding="utf-8")


def _ratio(reached: Reached) -> str:
    if reached.ratio is None:
        return NOTHING
    text = f"{reached.ratio:.2f}" if reached.ratio < 10 else f"{reached.ratio:.1f}"
    return f"**{text}** ✓" if reached.is_reached else f"{text} ✗"


def _outcome(seen: Mapping[str, object]) -> str:
    marks = [
        mark
        for mark, is_set in (
            ("T", seen["shows_trace"]),
            ("S", float(str(seen["seconds"])) > 1.0),
            ("D", not seen["still_serves"]),
        )
        if is_set
    ]
    return f"{seen['status']}{' **' + ''.join(marks) + '**' if marks else ''}"


def _number(value: float | None, digits: int) -> str:
    return NOTHING if value is None else f"{value:,.{digits}f}"


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _rule(columns: int) -> str:
    return f"|---|{'---:|' * columns}"
