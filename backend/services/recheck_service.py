"""The recheck: a share of live calls is answered again by scikit-learn, in the background.

Run by the background process. Calls are picked by their request id, so that the same call is always picked; bodies that
the log cut or redacted are passed over. A disagreement raises an alert, and the model is served by scikit-learn alone
from then on: a faster answer that differs is a defect.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from zlib import crc32

from sqlalchemy.orm import Session, sessionmaker

from backend.core.clock import Clock
from backend.core.errors import ArtefactRefused
from backend.core.logging import get_logger
from backend.engine.metering.calls import Calls
from backend.engine.serving.compile_sandbox import AnsweredCall, Rechecked, recheck_artefact
from backend.engine.serving.contract import Contract
from backend.engine.serving.lockdown import Limits
from backend.models import MLModel
from backend.services.compiled_models import SCIKIT_LEARN, form_of
from backend.services.runtime import ArtefactStore, Changes

PENDING_MAX = 200
"""Calls that wait for a recheck; more of them in one round are passed over."""
SCALE = 2**32
HTTP_OK = 200
log = get_logger(__name__)


@dataclass(slots=True)
class Recheck:
    """Picks calls as they are folded, and asks scikit-learn about them when it is run.

    Args:
        share: of the calls, 0 to 1.
    """

    sessions: sessionmaker[Session]
    artefacts: ArtefactStore
    changes: Changes
    clock: Clock
    share: float
    _pending: dict[int, list[AnsweredCall]] = field(default_factory=lambda: defaultdict(list))
    _waiting: int = 0

    def consider(self, calls: Calls) -> None:
        """Pick from calls that were just folded."""
        below = int(self.share * SCALE)
        request_ids = calls.field("request_id")
        picked = [place for place, request_id in enumerate(request_ids) if crc32(request_id.encode()) < below]
        if not picked:
            return
        names = ("request_id", "status_code", "model_id", "kind", "request_data", "response_data")
        for request_id, status, model_id, kind, asked, answered in zip(*calls.at(picked, *names), strict=True):
            if self._waiting >= PENDING_MAX:
                return
            if status != HTTP_OK or model_id is None or kind != "ml.predict":
                continue
            self._pending[model_id].append(AnsweredCall(request_id, asked or "", answered or ""))
            self._waiting += 1

    def run(self) -> int:
        """Ask about what was picked; give how many calls were answered again."""
        pending, self._pending, self._waiting = self._pending, defaultdict(list), 0
        return sum(self._ask(model_id, calls) for model_id, calls in pending.items())

    def _ask(self, model_id: int, calls: list[AnsweredCall]) -> int:
        with self.sessions() as session:
            row = session.get(MLModel, model_id)
            if row is None or not form_of(row):
                return 0
            contract, path, sha256 = Contract.from_json(row.contract), self.artefacts.path(row.artefact), row.sha256
        try:
            found = recheck_artefact(path, sha256, contract, calls, limits=Limits())
        except (ArtefactRefused, OSError) as error:
            log.warning("recheck_failed", model_id=model_id, error=repr(error))
            return 0
        self._note(model_id, found)
        return found.checked

    def _note(self, model_id: int, found: Rechecked) -> None:
        """Add the outcome to the model's row; switch its compiled form off where scikit-learn disagrees."""
        with self.sessions.begin() as session:
            row = session.get(MLModel, model_id, with_for_update=True)
            if row is None or row.compiled is None:
                return
            before = row.compiled.get("rechecked", {})
            row.compiled = {
                **row.compiled,
                "rechecked": {
                    "checked": before.get("checked", 0) + found.checked,
                    "different": before.get("different", 0) + len(found.different),
                    "last_at": self.clock.now().isoformat(),
                },
            }
            if found.different:
                row.runtime = SCIKIT_LEARN
        if found.different:
            log.error("compiled_model_disagrees", alert=True, model_id=model_id, request_ids=list(found.different[:10]))
            self.changes.announce()
