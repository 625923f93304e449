"""The web application's types of answers are those of the present routes."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from flask.testing import FlaskClient

FRONTEND = Path(__file__).resolve().parents[3] / "frontend"
GENERATOR = FRONTEND / "node_modules" / ".bin" / "openapi-typescript"


@pytest.mark.skipif(not GENERATOR.exists(), reason="the web application's packages are not installed")
def test_generated_types_are_current(client: FlaskClient, tmp_path: Path) -> None:
    """A route that changed would otherwise be found by whoever opens the page.

    To bring them up to date: `npm --prefix frontend run generate-types` with a server running.
    """
    document, made = tmp_path / "openapi.json", tmp_path / "schema.gen.ts"
    document.write_bytes(client.get("/openapi.json").data)
    subprocess.run([str(GENERATOR), str(document), "-o", str(made)], check=True, capture_output=True)
    assert made.read_text() == (FRONTEND / "src" / "lib" / "schema.gen.ts").read_text()
