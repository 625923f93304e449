"""The background process's sign of life: one small JSON file, replaced whole.

Written by the background process; read by readiness and by anybody who looks. Never read by the process itself.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from backend.core.clock import Clock, rfc3339
from backend.core.jsontools import dumps
from backend.services.journal_service import FoldResult

SECONDS_BETWEEN = 1.0
NAME = "background.json"


@dataclass(slots=True)
class Heartbeat:
    """What the process did so far, published at most once a second."""

    home: Path
    clock: Clock
    folded_total: int = 0
    set_aside_total: int = 0
    last_fold_at: datetime | None = None
    lag_seconds: float = 0.0
    last_error: str | None = None
    jobs: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    _published: float = -SECONDS_BETWEEN

    def note(self, result: FoldResult) -> None:
        """Take in what a fold did."""
        now = self.clock.now()
        self.last_fold_at = now
        self.last_error = None
        self.folded_total += result.folded
        self.set_aside_total += result.set_aside
        is_behind = result.has_more and result.newest_at is not None
        self.lag_seconds = max(0.0, (now - result.newest_at).total_seconds()) if is_behind and result.newest_at else 0.0

    def publish(self, *, at_once: bool = False) -> None:
        """Write the file unless it was written within the last second."""
        if not at_once and time.monotonic() - self._published < SECONDS_BETWEEN:
            return
        self._published = time.monotonic()
        draft = self.home / f"{NAME}.draft"
        draft.write_bytes(dumps(self._state()))
        draft.replace(self.home / NAME)

    def _state(self) -> dict[str, Any]:
        return {
            "pid": os.getpid(),
            "updated_at": rfc3339(self.clock.now()),
            "last_fold_at": rfc3339(self.last_fold_at),
            "lag_seconds": round(self.lag_seconds, 3),
            "folded_total": self.folded_total,
            "set_aside_total": self.set_aside_total,
            "last_error": self.last_error,
            "jobs": dict(self.jobs),
        }
