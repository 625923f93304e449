"""Modelport's own settings of gunicorn, without what ends its application."""

from pathlib import Path
from runpy import run_path

_own = run_path(str(Path(__file__).resolve().parents[4] / "deploy" / "gunicorn.conf.py"))
globals().update({name: value for name, value in _own.items() if name not in {"worker_exit", "child_exit"}})
