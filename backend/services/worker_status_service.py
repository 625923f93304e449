"""Worker status: what one serving process uses, sampled once a second and written where every process can read it.

The status of all workers together is what monitoring shows of the model cache. Dead workers' files are skipped.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import psutil

from backend.core.clock import rfc3339
from backend.core.jsontools import dumps
from backend.core.logging import get_logger
from backend.engine.serving.cache import CacheSnapshot

SAMPLE_SECONDS = 1.0
BYTES_PER_MB = 1_048_576
log = get_logger(__name__)


class WorkerStatus:
    """Samples this process on a timer, so that no call pays for psutil."""

    def __init__(self, folder: Path, cache: Callable[[], CacheSnapshot]) -> None:
        self._folder = folder
        self._cache = cache
        self._process = psutil.Process()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self.memory_mb = self._memory()
        self.cpu_percent = self._process.cpu_percent()

    def start(self) -> None:
        """Begin sampling."""
        self._remove_dead()
        self.sample()
        self._thread = threading.Thread(target=self._run, name="status", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End sampling and take this worker off the board."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
        self._path.unlink(missing_ok=True)

    def sample(self) -> None:
        """Take one sample and publish it; rename makes a reader see the old status or the new one, whole."""
        self.memory_mb = self._memory()
        self.cpu_percent = self._process.cpu_percent()
        snapshot = self._cache()
        status = {
            "pid": self._process.pid,
            "updated_at": rfc3339(datetime.now(UTC)),
            "rss_mb": self.memory_mb,
            "cpu_percent": self.cpu_percent,
            "cache": snapshot.to_json(),
        }
        draft = self._path.with_suffix(".draft")
        draft.write_bytes(dumps(status))
        draft.replace(self._path)

    @property
    def _path(self) -> Path:
        return self._folder / f"{self._process.pid}.json"

    def _memory(self) -> float:
        return round(self._process.memory_info().rss / BYTES_PER_MB, 1)

    def _remove_dead(self) -> None:
        for path in self._folder.glob("*.json"):
            if not psutil.pid_exists(int(path.stem)):
                path.unlink(missing_ok=True)

    def _run(self) -> None:
        while not self._stop.wait(SAMPLE_SECONDS):
            try:
                self.sample()
            except OSError as error:
                log.warning("status_not_written", pid=os.getpid(), error=repr(error))
