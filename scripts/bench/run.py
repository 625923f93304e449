"""The run itself: rounds over servers, and of each server every cell, first unmeasured, then timed.

Called by __main__.py. One server runs at a time; the order turns with each round, so that none is always measured when
the machine is fresh. What was measured stays measured when the run is broken off.
"""

from __future__ import annotations

import datetime as dt
import platform
import resource
import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil

from scripts.bench import bad_input, load, results
from scripts.bench.answers import WrongAnswer
from scripts.bench.asking import post
from scripts.bench.dialects import Endpoint
from scripts.bench.environments import NotInstalled, environment, installed_version
from scripts.bench.models import BenchModel
from scripts.bench.peer_servers import Peer
from scripts.bench.processes import NotStarted, Tree
from scripts.bench.results import BATCH_CONNECTIONS, SINGLE, Cell, Results, Visit
from scripts.bench.servers import SERVERS, Floor, Running, running

SINGLE_BODIES = 64
FLOOR_CONNECTIONS = 16
REST_LOOK_SECONDS = 0.25
REST_SHARE = 0.15
"""Of one core: who uses less is taken to rest. Timers and heartbeats need up to a tenth."""
REST_SECONDS_MAX = 30.0
PATIENCE = 4
"""How many times longer is waited where nothing at all was answered in time."""

Key = tuple[str, int, int]
"""Of a cell: model, connections, rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What is to be measured."""

    servers: list[str]
    models: list[str]
    batch_models: list[str]
    connections: list[int]
    rounds: int
    seconds: float
    warm_seconds: float
    has_bad_input: bool

    def keys(self, server: str) -> list[Key]:
        """Give the cells of a server."""
        if isinstance(SERVERS[server], Floor):
            return [("a", FLOOR_CONNECTIONS, SINGLE)]
        single = [(model, count, SINGLE) for model in self.models for count in self.connections]
        return single + [(model, BATCH_CONNECTIONS, results.BATCH_ROWS) for model in self.batch_models]


@dataclass(frozen=True, slots=True)
class Spent:
    """Processor seconds of a server's tree, of all programs that this one started and ended, and of the machine."""

    server: float
    children: float
    machine: float
    wall: float

    @classmethod
    def until_now(cls, tree: Tree) -> Spent:
        """Read the clocks."""
        ended = resource.getrusage(resource.RUSAGE_CHILDREN)
        times = psutil.cpu_times()
        idle = times.idle + getattr(times, "iowait", 0.0) + getattr(times, "guest", 0.0)
        return cls(
            server=tree.cpu_seconds(),
            children=ended.ru_utime + ended.ru_stime,
            machine=sum(times) - idle,
            wall=time.monotonic(),
        )

    def since(self, earlier: Spent) -> Spent:
        """Give what was spent in between."""
        return Spent(
            self.server - earlier.server,
            self.children - earlier.children,
            self.machine - earlier.machine,
            self.wall - earlier.wall,
        )

    @property
    def others_percent(self) -> float:
        """Give the share of all cores that went to none of ours."""
        cores = psutil.cpu_count() or 1
        return max(0.0, 100 * (self.machine - self.server - self.children) / (self.wall * cores))


class Run:
    """One run into one results file."""

    def __init__(self, options: Options, models: Mapping[str, BenchModel], cache: Path, output: Path) -> None:
        self._options = options
        self._models = models
        self._cache = cache
        self._output = output
        self.results = results.resume(output, asdict(options))
        self.results.machine = self.results.machine or _machine()
        self._left = sum(len(self._unmeasured(server, round_)) for round_, server in self.visits())

    def go(self) -> Results:
        """Measure what is left, and give everything."""
        self.results.failures.clear()
        self._install()
        for round_, server in self.visits():
            if server in self.results.failures:
                continue
            keys = self._unmeasured(server, round_)
            wants_bad = self._wants_bad_input(server)
            if not keys and not wants_bad:
                continue
            try:
                with running(SERVERS[server], self._models, self._cache) as up:
                    self._measure(server, round_, up, keys)
                    if wants_bad:
                        seen = bad_input.ask_all(up.endpoints["d"], self._models["d"])
                        self.results.bad_input[server] = {case: asdict(entry) for case, entry in seen.items()}
            except (NotInstalled, NotStarted, WrongAnswer, load.LoadFailed) as error:
                self._give_up(server, error)
            self._save()
        self.results.is_complete = True
        self._save()
        return self.results

    def visits(self) -> Sequence[tuple[int, str]]:
        """Give every round and server in the order in which they are visited."""
        names = self._options.servers
        turns = [(round_, round_ * len(names) // self._options.rounds) for round_ in range(self._options.rounds)]
        return [(round_, name) for round_, turn in turns for name in names[turn:] + names[:turn]]

    def _unmeasured(self, server: str, round_: int) -> list[Key]:
        return [key for key in self._options.keys(server) if not self.results.has(server, round_, key)]

    def _wants_bad_input(self, server: str) -> bool:
        is_floor = isinstance(SERVERS[server], Floor)
        return self._options.has_bad_input and not is_floor and server not in self.results.bad_input

    def _install(self) -> None:
        """Make the peers' environments before anything is timed."""
        for name in self._options.servers:
            server = SERVERS[name]
            if not isinstance(server, Peer):
                continue
            try:
                programs = environment(server.folder, self._cache)
            except NotInstalled as error:
                self._give_up(name, error)
                continue
            versions = [f"{package} {installed_version(programs, package)}" for package in server.packages]
            self.results.versions[name] = ", ".join(versions)

    def _measure(self, server: str, round_: int, up: Running, keys: Sequence[Key]) -> None:
        for key in keys:
            model, connections, rows = key
            cell = self._cell(server, round_, up, key)
            self.results.cells.append(cell)
            self._save()
            self._left -= 1
            print(
                f"[{self._left:4} left] round {round_ + 1} {server:20} model {model} {connections:3} connections"
                f" {rows:5} rows  {cell.rate:9.1f}/s  P50 {cell.p50_ms:8.2f}  P99 {cell.p99_ms:8.2f} ms"
                f"  {cell.cpu_us:9.0f} us cpu" + (f"  {cell.failed} FAILED" if cell.failed else ""),
                flush=True,
            )
        memory = up.tree.memory()
        self.results.visits.append(Visit(server=server, round=round_, start_seconds=up.start_seconds, **asdict(memory)))

    def _cell(self, server: str, round_: int, up: Running, key: Key) -> Cell:
        letter, connections, rows = key
        endpoint = up.endpoints[letter]
        script = load.write_script(up.tree.log.parent, endpoint, _bodies(endpoint, self._models[letter], rows))
        seconds = self._options.seconds
        load.run(script, endpoint.url, connections=connections, seconds=self._options.warm_seconds)
        # Some still compute what the ended connections asked for: an answer to one more says that it is done.
        post(endpoint.url, endpoint.body(self._models[letter].records(1)), endpoint.headers)
        come_to_rest(up.tree)
        before = Spent.until_now(up.tree)
        seen = load.run(script, endpoint.url, connections=connections, seconds=seconds)
        if seen.requests == 0:
            before = Spent.until_now(up.tree)
            seen = load.run(script, endpoint.url, connections=connections, seconds=seconds * PATIENCE)
        spent = Spent.until_now(up.tree).since(before)
        after = come_to_rest(up.tree)
        return Cell(
            server=server,
            round=round_,
            model=letter,
            connections=connections,
            rows=rows,
            rate=seen.rate,
            p50_ms=seen.p50_ms,
            p99_ms=seen.p99_ms,
            cpu_us=(spent.server + after.server) / seen.requests * 1e6 if seen.requests else 0.0,
            after_seconds=after.wall,
            requests=seen.requests,
            failed=seen.refused + seen.broken if seen.requests else 1,
            others_percent=spent.others_percent,
        )

    def _give_up(self, server: str, error: Exception) -> None:
        print(f"{server}: {type(error).__name__}: {error}", flush=True)
        self.results.failures[server] = f"{type(error).__name__}: {str(error)[-600:]}"

    def _save(self) -> None:
        self.results.save(self._output)


def come_to_rest(tree: Tree) -> Spent:
    """Wait until a server has done what it put off, so that each cell pays for its own; give what that took.

    Modelport folds its journal beside the calls and after them; what others compute for connections that are gone is
    waited for likewise. One that never rests is waited for REST_SECONDS_MAX.
    """
    began = seen = Spent.until_now(tree)
    while seen.wall - began.wall < REST_SECONDS_MAX:
        time.sleep(REST_LOOK_SECONDS)
        now = Spent.until_now(tree)
        step = now.since(seen)
        if step.server < REST_SHARE * step.wall:
            break
        seen = now
    return seen.since(began)


def _bodies(endpoint: Endpoint, model: BenchModel, rows: int) -> list[bytes]:
    """Give the requests that are sent in turn."""
    if rows == SINGLE:
        return [endpoint.body(model.records(1, first)) for first in range(SINGLE_BODIES)]
    return [endpoint.body(model.records(rows))]


def _machine() -> dict[str, Any]:
    """Say what the run runs on."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    names = [line.partition(": ")[2] for line in lines if line.startswith("model name")]
    return {
        "date": dt.datetime.now(dt.UTC).date().isoformat(),
        "processor": names[0] if names else platform.processor(),
        "cores": psutil.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 1e9, 1),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
    }


def clean_homes(cache: Path) -> None:
    """Remove what servers wrote in earlier runs, Modelport's prepared homes among them."""
    shutil.rmtree(cache / "work", ignore_errors=True)


def estimated_minutes(options: Options) -> float:
    """Give about how long the run takes, on an idle machine of two cores.

    A visit costs about 8 seconds beside its cells: start, answers compared, end. Bad inputs take up to 20 more.
    """
    visits = len(options.servers) * options.rounds
    cells = sum(len(options.keys(server)) for server in options.servers) * options.rounds
    each = options.seconds + options.warm_seconds + 0.15
    bad = 12.0 * len(options.servers) if options.has_bad_input else 0.0
    return (visits * 8.0 + cells * each + bad) / 60


def started_at() -> str:
    """Give the local time for the progress lines."""
    return time.strftime("%H:%M:%S")
