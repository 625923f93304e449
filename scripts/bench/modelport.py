"""Modelport itself, as an operator starts it, with everything on: keys, limits, credits, validation, journal, metrics.

The home is made before the timed start: signed in, the four models uploaded and exported, credits granted. Keys carry
the highest limit that can be set, 1,000,000 calls a minute each, and every call is counted against it.
"""

from __future__ import annotations

import http.client
import json
import shutil
import sys
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from scripts.bench import answers, dialects
from scripts.bench.dialects import Endpoint
from scripts.bench.models import SUMMARY, BenchModel
from scripts.bench.processes import START_SECONDS, WORKERS, NotStarted, Tree, free_ports

ROOT = Path(__file__).resolve().parents[2]
EMAIL = "admin@example.com"
PASSWORD = "correct horse battery"  # noqa: S105 - of a server that lives for minutes on the loopback
CALLS_PER_MINUTE = 1_000_000
CREDITS = 10**11
ACCESS = "access.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Modelport:
    """Modelport under one of its two web servers, or under its default."""

    name: str
    title: str
    server: str | None
    kind: Literal["modelport"] = "modelport"

    def start(
        self, models: Mapping[str, BenchModel], artefacts: Path, work: Path, tree: Tree
    ) -> tuple[dict[str, Endpoint], float]:
        """Start it and give where the models are asked, and the seconds until model a answered.

        Raises:
            NotStarted: it did not start, or another web server answers than was asked for.
        """
        prepared, trained = work / ACCESS, artefacts / SUMMARY
        if not prepared.exists() or prepared.stat().st_mtime_ns < trained.stat().st_mtime_ns:
            self._prepare(models, artefacts, work)
        access = json.loads(prepared.read_text(encoding="utf-8"))
        port = free_ports(1)[0]
        dialect = dialects.Modelport({letter: known["names"] for letter, known in access.items()})
        endpoints = {
            letter: Endpoint(letter, f"http://127.0.0.1:{port}{known['path']}", dialect, {"X-API-Key": known["key"]})
            for letter, known in access.items()
        }
        before = time.monotonic()
        self._launch(tree, work, port)
        tree.wait_for(lambda: answers.answers(endpoints["a"], models["a"]), START_SECONDS)
        started = time.monotonic() - before
        # gunicorn is plain Python, so it is told by granian's library not being there.
        answering = "granian" if tree.has_loaded("/granian/") else "gunicorn"
        if self.server not in {None, answering}:
            message = f"asked for SERVER={self.server}, but {answering} answers"
            raise NotStarted(message)
        return endpoints, started

    def _launch(self, tree: Tree, work: Path, port: int) -> None:
        settings = {
            "HOST": "127.0.0.1",
            "PORT": str(port),
            "MODELPORT_HOME": str(work / "instance"),
            "MODELS_STORE": str(work / "store"),
            "ADMIN_EMAIL": EMAIL,
            "ADMIN_PASSWORD": PASSWORD,
            "WEB_CONCURRENCY": str(WORKERS),
            "DEMO": "0",
        }
        if self.server is not None:
            settings["SERVER"] = self.server
        tree.start([sys.executable, "-m", "backend.serve"], cwd=ROOT, environment=settings)

    def _prepare(self, models: Mapping[str, BenchModel], artefacts: Path, work: Path) -> None:
        """Make the home, and write down where each model is asked and with which key."""
        for folder in ("instance", "store"):
            shutil.rmtree(work / folder, ignore_errors=True)
        port = free_ports(1)[0]
        tree = Tree(work / "prepare.txt")
        tree.log.unlink(missing_ok=True)
        try:
            self._launch(tree, work, port)
            tree.wait_for(lambda: _is_ready(port), START_SECONDS)
            portal = Portal(port)
            portal.add_credits()
            access = {letter: portal.serve(model, artefacts / f"{letter}.joblib") for letter, model in models.items()}
        finally:
            tree.stop()
        (work / ACCESS).write_text(json.dumps(access), encoding="utf-8")


class Portal:
    """The signed-in administrator."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._headers = {"Content-Type": "application/json"}
        signed_in = self.request("POST", "/api/v1/auth/login", {"email": EMAIL, "password": PASSWORD})
        self._headers["Authorization"] = f"Bearer {signed_in['access_token']}"

    def add_credits(self) -> None:
        """Give the administrator's account more credits than a run can spend."""
        accounts = self.request("GET", "/api/admin/accounts")
        account = next(entry for entry in accounts if entry["email"] == EMAIL)
        gift = {"amount": CREDITS, "reason": "Benchmark"}
        self.request("POST", f"/api/admin/accounts/{account['id']}/credits", gift)

    def serve(self, model: BenchModel, artefact: Path) -> dict[str, Any]:
        """Upload and export a model; gives its path, its key and the names that its documentation shows."""
        uploaded = self._upload(artefact, model.title)
        wish = {"rate_limit_per_minute": CALLS_PER_MINUTE}
        exported = self.request("POST", f"/api/export/{uploaded['id']}", wish)
        path = f"/api/predict/{exported['api_id']}"
        example = self.request("GET", path, headers={"X-API-Key": exported["api_key"], "Authorization": ""})["example"]
        return {"path": path, "key": exported["api_key"], "names": list(example) if isinstance(example, dict) else []}

    def request(self, method: str, path: str, body: Any = None, *, headers: Mapping[str, str] | None = None) -> Any:  # noqa: ANN401 - any JSON
        """Send one request.

        Raises:
            NotStarted: it was refused.
        """
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=300)
        connection.request(method, path, data, {**self._headers, **(headers or {})})
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        if answer.status >= 300:
            message = f"{method} {path}: status {answer.status}: {text[:500]!r}"
            raise NotStarted(message)
        return json.loads(text)

    def _upload(self, artefact: Path, name: str) -> Any:  # noqa: ANN401 - any JSON
        boundary = uuid.uuid4().hex
        parts = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="name"\r\n\r\n{name}\r\n'
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{artefact.name}"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        ).encode()
        body = parts + artefact.read_bytes() + f"\r\n--{boundary}--\r\n".encode()
        headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        return self.request("POST", "/api/models", body, headers=headers)


def _is_ready(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()
