"""Answers kept for a day, so that a caller who lost one can have it again instead of making a second key.

Called by the idempotency guard of routes and by the hourly aggregation. An answer may show a new key, so it is kept
sealed. Only answers that changed something are kept: what was refused may be sent again.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, cast

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from backend.core import jsontools
from backend.core.errors import Conflict, UnfitField
from backend.engine.sealing import SealBroken
from backend.models import AppKey, IdempotencyRecord, db
from backend.services import audit_service
from backend.services.access import Viewer
from backend.services.runtime import current_runtime
from backend.services.transactions import rows_changed

KEPT = timedelta(hours=24)
ATTEMPT = timedelta(seconds=60)
"""A first attempt that has not ended by then has crashed: the next one takes its place."""
KEY_LENGTH_MAX = 255
SECRET_FIELDS = ("api_key", "secret")


class StillRunning(Conflict):
    """The first request with this key has not been answered yet."""

    def __init__(self) -> None:
        super().__init__(
            "The first request with this Idempotency-Key is still running: repeat in a moment",
            details={"reason": "still_running"},
        )


class OtherRequest(Conflict):
    """The key was used for something else."""

    def __init__(self) -> None:
        super().__init__(
            "This Idempotency-Key was used with another request: take a new one", details={"reason": "other_request"}
        )


class UnfitIdempotencyKey(UnfitField):
    """The header's value is no key."""

    def __init__(self) -> None:
        super().__init__("Idempotency-Key", "pattern", f"1 to {KEY_LENGTH_MAX} visible ASCII characters are expected")


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """An answer as it left."""

    status: int
    body: str = field(repr=False)
    content_type: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """The right to answer a request for the first time."""

    account_id: str
    record_key: str
    begun_at: datetime


def begin(idempotency_key: str, fingerprint: str, *, viewer: Viewer) -> Attempt | KeptAnswer:
    """Take the first attempt of a request, or give the answer that it had.

    Args:
        idempotency_key: the caller's own.
        fingerprint: of method, path and body.
        viewer: whose; one account's session and each of its keys have keys of their own.

    Raises:
        UnfitIdempotencyKey: it does not read.
        OtherRequest: it was used with another request.
        StillRunning: its first request is not answered yet.
    """
    if not 0 < len(idempotency_key) <= KEY_LENGTH_MAX or not _is_visible(idempotency_key):
        raise UnfitIdempotencyKey
    record_key = sha256(f"{viewer.key_id or 'session'}\n{idempotency_key}".encode()).hexdigest()
    attempt = Attempt(viewer.account_id, record_key, current_runtime().clock.now())
    if _is_first(attempt, fingerprint):
        return attempt
    known = db.session.scalar(select(IdempotencyRecord).where(*_is(attempt)).execution_options(populate_existing=True))
    if known is None or attempt.begun_at - known.created_at >= KEPT:
        return _taken_over(attempt, known, fingerprint)
    if known.fingerprint != fingerprint:
        raise OtherRequest
    if known.status is None:
        if attempt.begun_at - known.created_at < ATTEMPT:
            raise StillRunning
        return _taken_over(attempt, known, fingerprint)
    return _opened(attempt, known)


def keep(attempt: Attempt, answer: KeptAnswer) -> None:
    """Keep the answer of an attempt, unless another took its place meanwhile. Commits."""
    sealed = current_runtime().sealer.seal(jsontools.dumps(asdict(answer)), _context(attempt))
    db.session.execute(
        update(IdempotencyRecord).where(*_is(attempt, attempt.begun_at)).values(status=answer.status, answer=sealed)
    )
    db.session.commit()


def release(attempt: Attempt) -> None:
    """Forget an attempt that changed nothing. Commits."""
    db.session.rollback()
    db.session.execute(delete(IdempotencyRecord).where(*_is(attempt, attempt.begun_at)))
    db.session.commit()


def record_replay(answer: KeptAnswer) -> None:
    """Note in the audit trail that a key was shown again, where the answer shows one. Commits."""
    shown = jsontools.loads(answer.body) if "json" in answer.content_type else None
    if not isinstance(shown, dict) or not any(name in shown for name in SECRET_FIELDS):
        return
    key_id = str(shown.get("key_id", ""))
    owner = db.session.scalar(select(AppKey.account_id).where(AppKey.key_id == key_id))
    if owner is not None:
        audit_service.record(
            "key.revealed", account_id=owner, target={"key_id": key_id}, details={"reason": "idempotent_replay"}
        )
        db.session.commit()


def purge_answers(session: Session, *, now: datetime) -> int:
    """Delete what has been kept for a day; give how many. The caller commits."""
    return rows_changed(session.execute(delete(IdempotencyRecord).where(IdempotencyRecord.created_at < now - KEPT)))


def _is_first(attempt: Attempt, fingerprint: str) -> bool:
    """Insert the record; False where there is one. Commits, so that a second request sees it at once."""
    db.session.add(
        IdempotencyRecord(
            account_id=attempt.account_id,
            idempotency_key=attempt.record_key,
            fingerprint=fingerprint,
            created_at=attempt.begun_at,
        )
    )
    try:
        db.session.commit()
    except IntegrityError:
        db.session.rollback()
        return False
    return True


def _taken_over(attempt: Attempt, known: IdempotencyRecord | None, fingerprint: str) -> Attempt:
    """Take the place of a record that is too old or whose attempt crashed; of several who try, one does."""
    if known is None:
        # Released between our two looks: whoever repeats finds the place free.
        raise StillRunning
    taken = db.session.execute(
        update(IdempotencyRecord)
        .where(*_is(attempt, known.created_at))
        .values(fingerprint=fingerprint, status=None, answer=None, created_at=attempt.begun_at)
        .execution_options(synchronize_session=False)
    )
    if rows_changed(taken) != 1:
        db.session.rollback()
        raise StillRunning
    db.session.commit()
    return attempt


def _opened(attempt: Attempt, known: IdempotencyRecord) -> KeptAnswer:
    """Read a kept answer."""
    try:
        plain = current_runtime().sealer.open(known.answer or b"", _context(attempt))
    except SealBroken as error:
        message = "The answer to this Idempotency-Key cannot be read any more: look whether the change was made"
        raise Conflict(message, internal=str(error)) from error
    return KeptAnswer(**cast("dict[str, Any]", jsontools.loads(plain)))


def _is(attempt: Attempt, begun_at: datetime | None = None) -> list[ColumnElement[bool]]:
    """Give the condition for the attempt's record; with a moment, only while it is that moment's."""
    conditions = [
        IdempotencyRecord.account_id == attempt.account_id,
        IdempotencyRecord.idempotency_key == attempt.record_key,
    ]
    return conditions if begun_at is None else [*conditions, IdempotencyRecord.created_at == begun_at]


def _context(attempt: Attempt) -> str:
    """Bind a kept answer to its place."""
    return f"idempotency:{attempt.account_id}:{attempt.record_key}"


def _is_visible(text: str) -> bool:
    return all("!" <= character <= "~" for character in text)
