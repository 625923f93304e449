"""Compiles anew, after an upgrade, what an older compiler left: until then those models are served by scikit-learn.

Started once by the background process. The work is the operator's command `flask models compile`, in a process of its
own: what compiles brings in half of what serves, and this one stays small.
"""

from __future__ import annotations

import subprocess
import sys
import threading

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from backend.config import ROOT
from backend.core.logging import get_logger
from backend.services.compiled_models import outdated

COMMAND = [sys.executable, "-m", "flask", "--app", "backend.app:create_app", "models", "compile"]
POLL_SECONDS = 0.5
log = get_logger(__name__)


def compile_outdated(sessions: sessionmaker[Session], stop: threading.Event) -> None:
    """Compile what is outdated, if anything is; give up when told to stop, and leave the rest to the next start."""
    try:
        with sessions() as session:
            models = outdated(session)
    except SQLAlchemyError:
        log.exception("outdated_models_unknown")
        return
    if not models:
        return
    log.info("compiling_anew", models=len(models))
    process = subprocess.Popen(COMMAND, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    while process.poll() is None:
        if stop.wait(POLL_SECONDS):
            process.terminate()
            process.wait()
            return
    if process.returncode:
        log.warning("compiling_anew_failed", status=process.returncode)
