"""Sign-in sessions as families of refresh tokens: begin, rotate, end, and who is behind one.

Called by the auth routes and by the session check of every management route. Holds no JWT: the middleware
signs what this file decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, exists, select, update
from sqlalchemy.orm import Session

from backend.core.errors import Unauthenticated
from backend.core.ids import new_uuid
from backend.models import Account, RefreshToken, db
from backend.services.access import Viewer
from backend.services.audit_service import Actor, record
from backend.services.runtime import current_runtime
from backend.services.transactions import rows_changed

PARALLEL_REFRESH_SECONDS = 10


@dataclass(frozen=True, slots=True)
class GrantedSession:
    """What the tokens of one answer carry."""

    account: Account
    family_id: str
    refresh_jti: str


class SessionEnded(Unauthenticated):
    """The session was signed out, ended for reuse, or its account is gone or disabled."""

    def __init__(self) -> None:
        super().__init__("This session has ended: sign in again", details={"reason": "session_ended"})


class RefreshSuperseded(Unauthenticated):
    """The refresh token was exchanged a moment ago, probably by another tab of the same browser."""

    def __init__(self) -> None:
        super().__init__(
            "This refresh token was exchanged a moment ago: use the tokens of that answer",
            details={"reason": "already_refreshed"},
        )


class RefreshReused(Unauthenticated):
    """A refresh token came back after its exchange: one of its two holders is a thief, so both are out."""

    def __init__(self) -> None:
        super().__init__(
            "This refresh token was already used, so its session was ended: sign in again",
            details={"reason": "refresh_token_reused"},
        )


def begin_session(account: Account) -> GrantedSession:
    """Start a family for an account that just proved who it is."""
    granted = _grant(account, family_id=new_uuid())
    actor = Actor(type="session", account_id=account.id)
    record("session.started", account_id=account.id, target={"session_id": granted.family_id}, actor=actor)
    db.session.commit()
    return granted


def rotate_session(refresh_jti: str) -> GrantedSession:
    """Exchange a refresh token for the next one of its family.

    Raises:
        RefreshSuperseded: exchanged within the last ten seconds; the family lives on.
        RefreshReused: exchanged earlier; the family has been ended.
        SessionEnded: signed out, expired, or the account is gone or disabled.
    """
    now = current_runtime().clock.now()
    # One statement decides who wins, so two workers can never both exchange the same token.
    won = db.session.execute(
        update(RefreshToken)
        .where(
            RefreshToken.jti == refresh_jti,
            RefreshToken.used_at.is_(None),
            RefreshToken.revoked_at.is_(None),
            RefreshToken.expires_at > now,
        )
        .values(used_at=now)
        .returning(RefreshToken.family_id, RefreshToken.account_id)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if won is None:
        db.session.rollback()
        raise _why_refused(refresh_jti)
    account = db.session.get(Account, won.account_id)
    if account is None or account.status != "active":
        end_session(won.family_id)
        raise SessionEnded
    granted = _grant(account, family_id=won.family_id)
    db.session.commit()
    return granted


def end_session(family_id: str) -> None:
    """End a family: its refresh tokens and the access tokens beside them stop working at once."""
    _end(RefreshToken.family_id == family_id)
    db.session.commit()


def end_sessions_of(account_id: str) -> None:
    """End all sessions of an account for good, which must not come back with it; the caller commits."""
    _end(RefreshToken.account_id == account_id)


def viewer_of(account_id: str, family_id: str) -> Viewer | None:
    """Give who is behind an access token; None once the session has ended. One indexed read."""
    living = exists().where(RefreshToken.family_id == family_id, RefreshToken.revoked_at.is_(None))
    query = select(Account.role, Account.email).where(Account.id == account_id, Account.status == "active", living)
    found = db.session.execute(query).one_or_none()
    return None if found is None else Viewer(account_id, is_admin=found.role == "admin", email=found.email)


def purge_refresh_tokens(session: Session, *, expired_before: datetime) -> int:
    """Delete the rows of refresh tokens that expired before a moment; give how many. The caller commits.

    For a scheduled job. An access token lives far shorter than any refresh token of its family, so none is cut short.
    """
    return rows_changed(session.execute(delete(RefreshToken).where(RefreshToken.expires_at < expired_before)))


def _end(which: ColumnElement[bool]) -> None:
    """End refresh tokens that have not ended."""
    db.session.execute(
        update(RefreshToken)
        .where(which, RefreshToken.revoked_at.is_(None))
        .values(revoked_at=current_runtime().clock.now())
        .execution_options(synchronize_session=False)
    )


def _grant(account: Account, *, family_id: str) -> GrantedSession:
    """Add the family's next refresh token; the caller commits."""
    runtime = current_runtime()
    token = RefreshToken(
        jti=new_uuid(),
        family_id=family_id,
        account_id=account.id,
        expires_at=runtime.clock.now() + timedelta(days=runtime.refresh_token_days),
    )
    db.session.add(token)
    return GrantedSession(account=account, family_id=family_id, refresh_jti=token.jti)


def _why_refused(refresh_jti: str) -> Unauthenticated:
    """Tell an innocent race from a theft, and end the family in the second case.

    Two tabs that wake together send the same cookie; the slower one gets a plain 401 and finds the newer
    cookies in place. Ending the family for that would sign people out at random. The price: a replay within
    ten seconds is refused without an alarm, which then rings when the loser tries again later.
    """
    token = db.session.get(RefreshToken, refresh_jti)
    if token is None or token.revoked_at is not None or token.used_at is None:
        return SessionEnded()
    age = current_runtime().clock.now() - token.used_at
    if age <= timedelta(seconds=PARALLEL_REFRESH_SECONDS):
        return RefreshSuperseded()
    end_session(token.family_id)
    return RefreshReused()
