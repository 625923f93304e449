"""A whole Modelport on a free port with a home of its own, as an operator starts it, and a client for it."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).resolve().parents[2]
EMAIL = "admin@example.com"
PASSWORD = "correct horse battery"
START_SECONDS = 90.0
WEB_SERVERS = ("granian", "gunicorn")


def free_port() -> int:
    """Give a port that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(fact: Callable[[], bool], what: str, seconds: float = 30.0) -> None:
    """Wait until a fact holds.

    Raises:
        AssertionError: it does not within the time.
    """
    deadline = time.monotonic() + seconds
    while not fact():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.02)


@dataclass
class Reply:
    """An HTTP answer."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Server:
    """A running server; `request` speaks as the signed-in administrator."""

    home: Path
    port: int
    process: subprocess.Popen[bytes]
    output: Path
    token: str = field(default="", repr=False)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def database(self) -> Path:
        return self.home / "modelport.db"

    def request(
        self, method: str, path: str, body: Any = None, *, headers: dict[str, str] | None = None, timeout: float = 60
    ) -> Reply:
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        sent = {"Content-Type": "application/json", **({"Authorization": f"Bearer {self.token}"} if self.token else {})}
        request = urllib.request.Request(self.url + path, data, {**sent, **(headers or {})}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=timeout) as answer:
                return Reply(answer.status, dict(answer.headers), answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return Reply(error.code, dict(error.headers), error.read())

    def predict(self, api_id: int, key: str, body: Any) -> Reply:
        return self.request("POST", f"/api/predict/{api_id}", body, headers={"X-API-Key": key, "Authorization": ""})

    def upload(self, path: Path, name: str) -> Any:
        boundary = uuid.uuid4().hex
        parts = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="name"\r\n\r\n{name}\r\n'
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{path.name}"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        ).encode()
        body = parts + path.read_bytes() + f"\r\n--{boundary}--\r\n".encode()
        headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        reply = self.request("POST", "/api/models", body, headers=headers)
        assert reply.status == 201, reply.body
        return reply.json

    def export(self, model_id: int, **options: Any) -> Any:
        reply = self.request("POST", f"/api/export/{model_id}", options)
        assert reply.status == 201, reply.body
        return reply.json

    def workers(self) -> list[psutil.Process]:
        """Give the web server's workers: grandchildren whose parent is granian's or gunicorn's master."""
        masters = [*self._children("backend.granian_server"), *self._children("gunicorn")]
        return [worker for master in masters for worker in master.children()]

    def background(self) -> list[psutil.Process]:
        """Give the background process; none while it is being restarted."""
        return self._children("backend.jobs.background")

    def _children(self, word: str) -> list[psutil.Process]:
        found = []
        for child in psutil.Process(self.process.pid).children():
            with contextlib.suppress(psutil.NoSuchProcess):
                if word in " ".join(child.cmdline()):
                    found.append(child)
        return found

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)


@contextlib.contextmanager
def running_server(home: Path, like: Path | None = None, /, **settings: str) -> Iterator[Server]:
    """Start a server as `make run` does, wait until it is ready, sign in, and stop it at the end.

    Args:
        like: a folder that another server ran in; it begins with all that is there.
    """
    if like is not None:
        shutil.copytree(like, home, dirs_exist_ok=True)
    port = free_port()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("PROMETHEUS_", "COVERAGE"))},
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "MODELPORT_HOME": str(home / "instance"),
        "MODELS_STORE": str(home / "store"),
        "ADMIN_EMAIL": EMAIL,
        "ADMIN_PASSWORD": PASSWORD,
        "AUTH_CALLS_PER_MINUTE": "1000",
        "MANAGEMENT_CALLS_PER_MINUTE": "1000000",
        "WEB_CONCURRENCY": "2",
        "DEMO": "0",
        **settings,
    }
    output = home / "output.txt"
    with output.open("wb") as sink:
        process = subprocess.Popen(
            [sys.executable, "-m", "backend.serve"], cwd=ROOT, env=environment, stdout=sink, stderr=subprocess.STDOUT
        )
    server = Server(home / "instance", port, process, output)
    try:
        wait_for(lambda: is_ready(server), f"ready; it said {output.read_text()[-2000:]}", START_SECONDS)
        credentials = {"email": EMAIL, "password": PASSWORD}
        server.token = server.request("POST", "/api/v1/auth/login", credentials).json["access_token"]
        yield server
    finally:
        if process.poll() is None:
            server.stop()


def is_ready(server: Server) -> bool:
    """Tell whether /readyz answers 200; fails at once when the server has ended."""
    assert server.process.poll() is None, f"the server ended: {server.output.read_text()[-3000:]}"
    try:
        return server.request("GET", "/readyz", timeout=5).status == 200
    except OSError:
        return False
