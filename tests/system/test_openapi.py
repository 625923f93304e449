"""The OpenAPI document against the running server: no 5xx, no undocumented answer, whatever is sent."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.system.server import running_server

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
# Signing out would end the session that the other routes are called with; the demo model is trained, inspected and
# compiled anew by each of dozens of calls.
EXCLUDED = ["--exclude-path", "/api/v1/auth/logout", "--exclude-path", "/api/models/demo"]


def test_no_generated_request_gets_a_5xx_or_an_undocumented_answer(tmp_path: Path) -> None:
    """Callers and client generators can rely on the document. The server is its own: what is sent deletes things."""
    with running_server(tmp_path) as server:
        command = [
            str(Path(sys.executable).with_name("schemathesis")),
            "run",
            f"{server.url}/openapi.json",
            *("--checks", CHECKS),
            *("--phases", "coverage,fuzzing"),
            *("--max-examples", "12"),
            *("--seed", "20"),
            *("-H", f"Authorization: Bearer {server.token}"),
            *EXCLUDED,
        ]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
