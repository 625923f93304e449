"""Changes: how every worker learns at once that what it remembers may be old.

The application's own changes raise a number in shared state, seen by all workers at their next call. Changes made in
SQL by hand raise `change_marks` through triggers; a thread in each worker looks at that row twice a second.
"""

from __future__ import annotations

import threading

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from backend.core.logging import get_logger
from backend.engine.limits.errors import StateError
from backend.engine.limits.redis_generation import Generation
from backend.models import ChangeMark

POLL_SECONDS = 0.4
log = get_logger(__name__)


class ChangeService:
    """Announces changes and tells the present generation."""

    def __init__(self, shared: Generation, sessions: sessionmaker[Session]) -> None:
        self._shared = shared
        self._sessions = sessions
        self._mark = 0
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def announce(self) -> None:
        """Tell every worker of this machine, before the caller of the change has its answer.

        Other machines learn of it through Redis; when that is away, from the database.
        """
        try:
            self._shared.bump_generation()
        except (StateError, OSError) as error:
            log.warning("change_not_announced", error=repr(error))

    def generation(self) -> tuple[int, int]:
        """Give what must be unchanged for a remembered value to be trusted."""
        return self._shared.generation(), self._mark

    def start(self) -> None:
        """Begin watching for changes that come from outside the application."""
        self._thread = threading.Thread(target=self._watch, name="changes", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the watch."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def look(self) -> None:
        """Read the mark once."""
        with self._sessions() as session:
            mark = session.scalar(select(ChangeMark.generation).where(ChangeMark.id == 1))
        self._mark = mark or 0

    def _watch(self) -> None:
        while not self._stop.wait(POLL_SECONDS):
            try:
                self.look()
            except SQLAlchemyError as error:
                # What is remembered stays trusted while the database is away; the next look catches up.
                log.warning("change_watch_failed", error=repr(error))
