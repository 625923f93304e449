"""What a newcomer does in the first minutes: start, paste the printed call, paste the README's, look at monitoring."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.system.server import ROOT, Server, running_server, wait_for

pytestmark = pytest.mark.slow

DEMO_APIS = 3


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server at its first start, with the demo."""
    with running_server(tmp_path_factory.mktemp("demo"), DEMO="1", KEY_CALLS_PER_MINUTE="10000") as server:
        wait_for(lambda: "Try it" in server.output.read_text(), "the printed call")
        yield server


@pytest.fixture(scope="module")
def printed_call(demo: Server) -> str:
    found = re.search(r"^curl .*?\n\n", demo.output.read_text(), re.DOTALL | re.MULTILINE)
    assert found is not None
    return found.group()


@pytest.fixture(scope="module")
def key(printed_call: str) -> str:
    found = re.search(r"mp_live_\w+", printed_call)
    assert found is not None
    return found.group()


def ran(command: list[str], demo: Server, key: str) -> Any:
    environment = {**os.environ, "MODELPORT_KEY": key}
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_printed_call_answers(demo: Server, printed_call: str, key: str) -> None:
    """The first thing a newcomer pastes works."""
    assert json.loads(ran(["bash", "-c", printed_call], demo, key))["prediction"] == "setosa"


@pytest.mark.parametrize(("language", "command"), [("sh", ["bash", "-c"]), ("python", [sys.executable, "-c"])])
def test_the_readmes_first_prediction_answers(demo: Server, key: str, language: str, command: list[str]) -> None:
    """Code in the README runs as it stands, but for the port of this server."""
    section = (ROOT / "README.md").read_text().split("## First prediction")[1]
    found = re.search(rf"```{language}\n(.*?)```", section, re.DOTALL)
    assert found is not None
    assert "setosa" in ran([*command, found.group(1).replace("http://127.0.0.1:8000", demo.url)], demo, key)


@pytest.mark.skipif(shutil.which("node") is None, reason="Node is not installed")
def test_the_readmes_javascript_answers(demo: Server, key: str, tmp_path: Path) -> None:
    """The same for JavaScript."""
    found = re.search(r"```js\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert found is not None
    script = tmp_path / "first.mjs"
    script.write_text(found.group(1).replace("http://127.0.0.1:8000", demo.url))
    assert "setosa" in ran(["node", str(script)], demo, key)


def test_every_demo_apis_own_snippets_answer_when_pasted(demo: Server, tmp_path: Path) -> None:
    """curl, Python and JavaScript of each API's documentation work with its key put in."""
    apis = demo.request("GET", "/api/exports").json
    assert len(apis) == DEMO_APIS
    for api in apis:
        fresh = demo.request("POST", f"/api/exports/{api['id']}/regenerate-key", {"grace_seconds": 3600}).json[
            "api_key"
        ]
        snippets = demo.request("GET", f"/api/exports/{api['id']}").json["snippets"]
        script = tmp_path / f"{api['id']}.mjs"
        script.write_text(snippets["javascript"].replace("YOUR_API_KEY", fresh))
        for command in (
            ["bash", "-c", snippets["curl"].replace("YOUR_API_KEY", fresh)],
            [sys.executable, "-c", snippets["python"].replace("YOUR_API_KEY", fresh)],
            *([["node", str(script)]] if shutil.which("node") else []),
        ):
            assert "prediction" in ran(command, demo, fresh)


def test_the_demos_traffic_is_seen_in_monitoring(demo: Server) -> None:
    """Calls of the demo are real calls: they stand in the log, some of them refused."""
    path = "/api/monitoring/summary?time_range=1h"
    wait_for(lambda: demo.request("GET", path).json["requests_in_range"] > 30, "the demo's calls", 60)
    assert demo.request("GET", path).json["total_apis"] == DEMO_APIS


def test_a_second_server_on_the_same_home_is_refused_in_words(demo: Server) -> None:
    """Two servers never fight over one home."""
    environment = {**os.environ, "MODELPORT_HOME": str(demo.home), "PORT": "1"}
    command = [sys.executable, "-m", "backend.serve"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 3
    assert "in use by another Modelport server" in done.stdout


@pytest.mark.parametrize("kind", ["nowhere", "a file in its place"])
def test_a_home_that_cannot_be_written_in_is_refused_in_words(tmp_path: Path, kind: str) -> None:
    """The operator learns which folder it is, and gets no stack trace."""
    home = Path("/proc/modelport") if kind == "nowhere" else tmp_path / "home"
    if kind != "nowhere":
        home.mkdir()
        (home / "journal").write_text("no folder")
    environment = {**os.environ, "MODELPORT_HOME": str(home), "PORT": "1"}
    command = [sys.executable, "-m", "backend.serve"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 3
    assert done.stdout.startswith(f"Cannot write in the home ({home}")
    assert "Traceback" not in done.stdout + done.stderr
