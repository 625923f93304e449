"""The command line of `make bench` and `make bench-quick`.

    .venv/bin/python -m scripts.bench                          everything, then docs/benchmarks.md and its charts
    .venv/bin/python -m scripts.bench --quick                  Modelport and the hand-written Flask, printed only
    .venv/bin/python -m scripts.bench --servers flask,ray ...  what is named, printed; --write for the page too
    .venv/bin/python -m scripts.bench --page-only              the page again, from the results that lie there

Needs `wrk` on the PATH and Linux. Environments, models, results and homes lie below .bench/, outside of git. A run that
was broken off goes on where it stopped when it is started again with the same options.
"""

from __future__ import annotations

import argparse
import shutil
import signal
import sys
from pathlib import Path
from types import FrameType

from scripts.bench import models, page, ratios, results, run
from scripts.bench.peer_servers import PEERS_MEASURED
from scripts.bench.servers import FLOORS, OURS, SERVERS

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "benchmarks.md"
CACHE = ROOT / ".bench"
FULL = [*(ours.name for ours in OURS[:2]), *(peer.name for peer in PEERS_MEASURED), *(floor.name for floor in FLOORS)]
QUICK = ["modelport", "flask"]
LETTERS = ["a", "b", "c", "d"]


def main() -> None:
    """Measure, print, and write the page."""
    options = _arguments()
    # Ended by a signal, it still ends the server that it runs.
    signal.signal(signal.SIGTERM, _end)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    output = CACHE / ("quick.json" if options.quick else "results.json")
    if options.page_only:
        write_page(results.read(output), options.cache_models)
        return
    if shutil.which("wrk") is None:
        sys.exit("wrk is not on the PATH: install it first (Debian: apt-get install wrk)")
    wanted = _wanted(options)
    if options.fresh:
        output.unlink(missing_ok=True)
        run.clean_homes(CACHE)
    known = models.prepare(CACHE / "models")
    print(
        f"{run.started_at()} about {run.estimated_minutes(wanted):.0f} minutes, after the peers are installed",
        flush=True,
    )
    found = run.Run(wanted, known, CACHE, output).go()
    print_table(found)
    if options.write or wanted.servers == FULL:
        write_page(found, CACHE / "models")


def print_table(found: results.Results) -> None:
    """Print the ratios of what was measured."""
    peers = [peer.name for peer in PEERS_MEASURED]
    measured = list(dict.fromkeys(cell.server for cell in found.cells))
    ours = [name for name in measured if name.startswith("modelport")]
    keys = sorted({(cell.model, cell.rows, cell.connections) for cell in found.cells})
    for letter, rows, connections in keys:
        best = ratios.best_peer(found, peers, letter, connections, rows)
        for name in ours:
            rate = found.median("rate", name, letter, connections, rows=rows)
            if best is not None and rate is not None:
                print(
                    f"model {letter}, {rows:4} rows, {connections:2} connections: {name} {rate:,.0f}/s,"
                    f" {best[0]} {best[1]:,.0f}/s, ratio {rate / best[1]:.2f}"
                )


def write_page(found: results.Results, folder: Path) -> None:
    """Write docs/benchmarks.md and its charts."""
    titles = {name: server.title for name, server in SERVERS.items()}
    letters = {letter: model.title for letter, model in models.prepare(folder).items()}
    page.write(page.Page(found, titles, letters, [peer.name for peer in PEERS_MEASURED]), PAGE)
    print(f"wrote {PAGE.relative_to(ROOT)}")


def _end(_number: int, _frame: FrameType | None) -> None:
    sys.exit(143)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts.bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--servers", type=_words, help="comma-separated names; default: all")
    parser.add_argument("--models", type=_words, default=LETTERS, help="comma-separated letters a to d")
    parser.add_argument("--batch-models", type=_words, help="models asked for 1,000 rows; default: those of --models")
    parser.add_argument("--connections", type=_numbers, help="comma-separated; default 1,16,64")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--seconds", type=float, help="of each timed cell; default 2.5, quick 3")
    parser.add_argument("--warm", type=float, default=0.5, help="seconds before each timed cell")
    parser.add_argument("--no-bad-input", action="store_true", help="leave the bad inputs out")
    parser.add_argument("--quick", action="store_true", help="Modelport against the hand-written Flask, two minutes")
    parser.add_argument("--fresh", action="store_true", help="forget an unfinished run and Modelport's prepared homes")
    parser.add_argument("--write", action="store_true", help="write the page although not every server was measured")
    parser.add_argument("--page-only", action="store_true", help="write the page from the results that lie there")
    parsed = parser.parse_args()
    parsed.cache_models = CACHE / "models"
    unknown = set(parsed.servers or ()) - set(SERVERS)
    if unknown:
        parser.error(f"no such server: {', '.join(sorted(unknown))}; there are {', '.join(SERVERS)}")
    return parsed


def _wanted(options: argparse.Namespace) -> run.Options:
    if options.quick:
        return run.Options(
            servers=options.servers or QUICK,
            models=options.models,
            batch_models=options.batch_models or ["b"],
            connections=options.connections or [16],
            rounds=options.rounds or 2,
            seconds=options.seconds or 3.0,
            warm_seconds=options.warm,
            has_bad_input=False,
        )
    return run.Options(
        servers=options.servers or FULL,
        models=options.models,
        batch_models=options.batch_models or options.models,
        connections=options.connections or [1, 16, 64],
        rounds=options.rounds or 3,
        seconds=options.seconds or 2.5,
        warm_seconds=options.warm,
        has_bad_input=not options.no_bad_input,
    )


def _words(text: str) -> list[str]:
    return text.split(",")


def _numbers(text: str) -> list[int]:
    return [int(word) for word in text.split(",")]


if __name__ == "__main__":
    main()
