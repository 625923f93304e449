"""Every server of the benchmark: Modelport, its peers, and the floors under both web servers.

`running` gives one of them, checked against scikit-learn, and ends its whole process tree afterwards.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from scripts.bench import answers, peer_servers
from scripts.bench.asking import post
from scripts.bench.dialects import Endpoint, HandWritten
from scripts.bench.environments import PEERS
from scripts.bench.modelport import ROOT, Modelport
from scripts.bench.models import BenchModel
from scripts.bench.peer_servers import PEERS_MEASURED, Peer
from scripts.bench.processes import START_SECONDS, WORKERS, Tree, free_ports


@dataclass(frozen=True, slots=True, kw_only=True)
class Floor:
    """What a web server costs that computes nothing, set up as Modelport sets it up; never counted as a peer."""

    name: str
    title: str
    app: str
    web: str
    kind: Literal["floor"] = "floor"

    def start(self, tree: Tree) -> dict[str, Endpoint]:
        """Start it and give where it is asked."""
        port = free_ports(1)[0]
        module, config = "scripts.bench.peers.floors.server", str(PEERS / "floors" / "gunicorn.conf.py")
        command = [sys.executable, "-m", module, self.app]
        if self.web == "gunicorn":
            command = [sys.executable, "-m", "gunicorn", "-c", config, f"{module}:{self.app}"]
        settings = {"HOST": "127.0.0.1", "PORT": str(port), "WEB_CONCURRENCY": str(WORKERS)}
        tree.start(command, cwd=ROOT, environment=settings)
        endpoint = Endpoint("a", f"http://127.0.0.1:{port}/a", HandWritten())
        tree.wait_for(lambda: post(endpoint.url, b"{}", {}).status == 200, START_SECONDS)
        return {"a": endpoint}


FLOORS = tuple(
    Floor(name=f"{kind}-{web}", title=f"{title} under {web}", app=app, web=web)
    for web in ("granian", "gunicorn")
    for kind, title, app in (("hello", "bare WSGI hello", "hello"), ("empty-flask", "empty Flask view", "empty_flask"))
)
OURS = (
    Modelport(name="modelport-granian", title="Modelport, SERVER=granian", server="granian"),
    Modelport(name="modelport-gunicorn", title="Modelport, SERVER=gunicorn", server="gunicorn"),
    Modelport(name="modelport", title="Modelport, as it comes", server=None),
)
Server = Modelport | Peer | Floor
ALL: tuple[Server, ...] = (*OURS[:2], *PEERS_MEASURED, *FLOORS, OURS[2])
SERVERS: Mapping[str, Server] = {server.name: server for server in ALL}


@dataclass(frozen=True, slots=True)
class Running:
    """A server that answers correctly."""

    tree: Tree
    endpoints: Mapping[str, Endpoint]
    start_seconds: float
    """From the command to the first right answer of model a."""


@contextlib.contextmanager
def running(server: Server, models: Mapping[str, BenchModel], cache: Path) -> Iterator[Running]:
    """Start a server, compare its answers with scikit-learn's, and end it.

    Raises:
        NotInstalled, NotStarted, WrongAnswer: why it cannot be measured.
    """
    work = cache / "work" / server.name
    work.mkdir(parents=True, exist_ok=True)
    log = work / "output.txt"
    log.unlink(missing_ok=True)
    tree = Tree(log)
    try:
        if isinstance(server, Peer):
            endpoints, started = peer_servers.start(server, models, cache, tree)
        elif isinstance(server, Modelport):
            endpoints, started = server.start(models, cache / "models", work, tree)
        else:
            endpoints, started = server.start(tree), 0.0
        if not isinstance(server, Floor):
            for letter, model in models.items():
                answers.check(endpoints[letter], model)
        yield Running(tree, endpoints, started)
    finally:
        tree.stop()
