"""The peers: how each is set up and started, and where its four models are asked.

Called by servers.py. Each runs with the programs of its own environment and in the models' folder.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from scripts.bench import answers
from scripts.bench.dialects import BareNumbers, Dialect, Endpoint, HandWritten, MLflow, OneRoute, OpenInference
from scripts.bench.environments import PEERS, environment
from scripts.bench.models import BenchModel
from scripts.bench.processes import START_SECONDS, WORKERS, Tree, free_ports

LETTERS = "abcd"
QUIET = {
    "BENTOML_DO_NOT_TRACK": "True",
    "DO_NOT_TRACK": "1",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "RAY_USAGE_STATS_ENABLED": "0",
}
"""No server reports its use to its makers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a server runs: its programs, its own files, the models and its ports."""

    programs: Path
    source: Path
    models: Path
    work: Path
    ports: list[int]

    def python(self, script: str, *arguments: str) -> list[str]:
        """Give the command that runs one of the peer's own scripts."""
        return [str(self.programs / "python"), str(self.source / script), *arguments]


Plan = Callable[[Place], Sequence[Sequence[str]]]
"""Gives the commands to start; the first is timed alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """A server that is not ours."""

    name: str
    title: str
    folder: str
    packages: tuple[str, ...]
    plan: Plan
    prepare: Plan | None = None
    dialect: Dialect = field(default_factory=HandWritten)
    path: str = "/{letter}"
    ports: int = 1
    one_port_each: bool = False
    kind: Literal["peer"] = "peer"


def _uvicorn(app: str) -> Plan:
    return lambda place: [
        [
            *(str(place.programs / "uvicorn"), f"server:{app}", "--app-dir", str(place.source)),
            *("--port", str(place.ports[0]), "--workers", str(WORKERS), "--no-access-log", "--log-level", "warning"),
        ]
    ]


def _gunicorn(place: Place) -> Sequence[Sequence[str]]:
    command = [str(place.programs / "gunicorn"), "server:app", "--pythonpath", str(place.source)]
    return [[*command, "--workers", str(WORKERS), "--bind", f"127.0.0.1:{place.ports[0]}", "--log-level", "warning"]]


def _bentoml(service: str) -> Plan:
    return lambda place: [
        [
            *(str(place.programs / "bentoml"), "serve", f"server:{service}", "--working-dir", str(place.source)),
            *("--host", "127.0.0.1", "--port", str(place.ports[0]), "--quiet"),
        ]
    ]


def _mlserver_settings(parallel: int) -> Plan:
    return lambda place: [
        place.python(
            "settings.py", str(place.models), str(place.work), str(parallel), *(str(port) for port in place.ports)
        )
    ]


def _mlserver(place: Place) -> Sequence[Sequence[str]]:
    return [[str(place.programs / "mlserver"), "start", str(place.work)]]


def _mlflow(place: Place) -> Sequence[Sequence[str]]:
    serve = [str(place.programs / "mlflow"), "models", "serve", "--env-manager", "local", "--workers", str(WORKERS)]
    return [
        [*serve, "--host", "127.0.0.1", "--port", str(port), "--model-uri", str(place.models / "mlflow" / letter)]
        for letter, port in zip(LETTERS, place.ports, strict=True)
    ]


PEERS_MEASURED = (
    Peer(
        name="fastapi-expert",
        title="FastAPI, as an expert writes it",
        folder="fastapi",
        packages=("fastapi", "uvicorn"),
        plan=_uvicorn("expert"),
    ),
    Peer(
        name="fastapi",
        title="FastAPI, as most write it",
        folder="fastapi",
        packages=("fastapi", "uvicorn"),
        plan=_uvicorn("usual"),
    ),
    Peer(
        name="flask",
        title="Flask, as most write it",
        folder="flask",
        packages=("flask", "gunicorn"),
        plan=_gunicorn,
    ),
    Peer(
        name="mlserver",
        title="MLServer, in process",
        folder="mlserver",
        packages=("mlserver",),
        plan=_mlserver,
        prepare=_mlserver_settings(0),
        dialect=OpenInference(),
        path="/v2/models/{letter}/infer",
        ports=3,
    ),
    Peer(
        name="mlserver-parallel",
        title="MLServer, one parallel worker",
        folder="mlserver",
        packages=("mlserver",),
        plan=_mlserver,
        prepare=_mlserver_settings(1),
        dialect=OpenInference(),
        path="/v2/models/{letter}/infer",
        ports=3,
    ),
    Peer(
        name="bentoml",
        title="BentoML",
        folder="bentoml",
        packages=("bentoml",),
        plan=_bentoml("Plain"),
        dialect=BareNumbers(),
    ),
    Peer(
        name="bentoml-batching",
        title="BentoML, adaptive batching",
        folder="bentoml",
        packages=("bentoml",),
        plan=_bentoml("Batching"),
        dialect=BareNumbers(),
    ),
    Peer(
        name="litserve",
        title="LitServe",
        folder="litserve",
        packages=("litserve",),
        plan=lambda place: [place.python("server.py", str(place.ports[0]))],
        dialect=OneRoute(),
        path="/predict",
    ),
    Peer(
        name="mlflow",
        title="mlflow models serve",
        folder="mlflow",
        packages=("mlflow",),
        plan=_mlflow,
        prepare=lambda place: [place.python("save.py", str(place.models), str(place.models / "mlflow"))],
        dialect=MLflow(),
        path="/invocations",
        ports=len(LETTERS),
        one_port_each=True,
    ),
    Peer(
        name="ray",
        title="Ray Serve, two replicas",
        folder="ray",
        packages=("ray",),
        plan=lambda place: [place.python("server.py", str(place.ports[0]))],
    ),
)


def start(peer: Peer, models: Mapping[str, BenchModel], cache: Path, tree: Tree) -> tuple[dict[str, Endpoint], float]:
    """Start a peer; gives where its models are asked, and the seconds from the command to model a's first answer.

    Raises:
        NotInstalled, NotStarted: why it does not run.
    """
    place = Place(
        programs=environment(peer.folder, cache),
        source=PEERS / peer.folder,
        models=cache / "models",
        work=tree.log.parent,
        ports=free_ports(peer.ports),
    )
    for command in peer.prepare(place) if peer.prepare else ():
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    settings = {
        **QUIET,
        "BENCH_MODELS": str(place.models),
        # Two threads a worker wait for each other on two cores; gradient boosting then stands still under load.
        "OMP_NUM_THREADS": "1",
        "PATH": f"{place.programs}:/usr/local/bin:/usr/bin:/bin",
    }
    endpoints = {}
    for index, letter in enumerate(LETTERS):
        port = place.ports[index if peer.one_port_each else 0]
        endpoints[letter] = Endpoint(letter, f"http://127.0.0.1:{port}{peer.path.format(letter=letter)}", peer.dialect)
    first, *others = peer.plan(place)
    before = time.monotonic()
    tree.start(first, cwd=place.models, environment=settings)
    tree.wait_for(lambda: answers.answers(endpoints["a"], models["a"]), START_SECONDS)
    started = time.monotonic() - before
    for command in others:
        tree.start(command, cwd=place.models, environment=settings)
    for letter, model in models.items():
        tree.wait_for(lambda e=endpoints[letter], m=model: answers.answers(e, m), START_SECONDS)  # type: ignore[misc]
    return endpoints, started
