"""What an upgrade leaves behind is put right by itself."""

from __future__ import annotations

import contextlib
import json
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from backend.engine.serving.compiled.spec import COMPILER
from tests.system.conftest import Furnished
from tests.system.server import running_server, wait_for

pytestmark = pytest.mark.slow


def test_what_an_older_compiler_left_is_compiled_anew(tmp_path: Path, furnished: Furnished) -> None:
    """Until then scikit-learn answers, correctly and many times slower: nobody should have to know of a command."""
    home = tmp_path / "home"
    shutil.copytree(furnished.home, home)
    file = next(home.rglob("modelport.db"))

    def compiled() -> dict[str, Any]:
        with contextlib.closing(sqlite3.connect(file, timeout=30)) as database:
            return dict(json.loads(database.execute("SELECT compiled FROM ml_models WHERE id = ?", row).fetchone()[0]))

    row = (furnished.iris,)
    before = compiled()
    with contextlib.closing(sqlite3.connect(file, timeout=30)) as database, database:
        database.execute(
            "UPDATE ml_models SET compiled = json_set(compiled, '$.compiler', ?) WHERE id = ?", (COMPILER - 1, *row)
        )

    with running_server(home) as server:
        wait_for(lambda: compiled()["compiler"] == COMPILER, "the model to be compiled anew", 60)
        api = server.export(furnished.iris)
        assert server.request("GET", f"/api/models/{furnished.iris}").json["compiled"]["is_used"]
        assert api["id"]
    after = compiled()
    assert after["artefact"] != before["artefact"]
    assert len(list(home.rglob("*.compiled"))) == len(list(furnished.home.rglob("*.compiled")))
