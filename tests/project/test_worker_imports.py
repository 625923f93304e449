"""What a worker imports before a model needs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.system.server import ROOT

HEAVY = ("sklearn", "pandas", "scipy", "joblib", "onnxruntime", "alembic")
PROGRAM = f"""
import gc, json, sys
from backend.core.preloading import preload_libraries
preload_libraries()
shared = gc.get_freeze_count()
import wsgi
print(json.dumps({{"heavy": [name for name in {HEAVY!r} if name in sys.modules], "shared": shared}}))
"""


def test_a_worker_that_serves_no_model_yet_has_imported_no_training_library(tmp_path: Path) -> None:
    """scikit-learn and what it brings cost a worker 100 MB and a second; what the master has is kept shared."""
    environment = {**os.environ, "MODELPORT_HOME": str(tmp_path / "home"), "MODELS_STORE": str(tmp_path / "store")}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    found = json.loads(done.stdout)
    assert found["heavy"] == []
    assert found["shared"] > 50_000
