"""Accounts: registering, proving a password, the profile, the first administrator.

Called by the auth and user routes and by the set-up command. Passwords exist here only as Argon2 hashes; nothing in
this file ever returns or logs one, except the first administrator's when it was generated.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from backend.core.errors import Conflict, NotFound, Unauthenticated, UnfitField
from backend.core.ids import new_uuid
from backend.core.plans import BUSINESS, FREE
from backend.models import Account, AuditEntry, db
from backend.services.access import Viewer
from backend.services.audit_service import Actor, record
from backend.services.credit_allowance import ensure_credits
from backend.services.runtime import current_runtime

FIRST_ADMIN_EMAIL = "admin@modelport.local"
GENERATED_PASSWORD_BYTES = 18
PROFILE_FIELDS = ("name", "avatar_url")
FAILURES_NOTED_SECONDS = 15 * 60
_COMMON_TEXT = """
    12345678 123456789 1234567890 11111111 00000000 87654321 password password1 password12 passw0rd p@ssw0rd
    qwertyui qwerty123 qwertyuiop 1q2w3e4r 1qaz2wsx asdfghjk abcd1234 abc12345 iloveyou sunshine princess football
    baseball superman letmein1 welcome1 welcome123 trustno1 changeme changeme1 whatever starwars computer internet
    michelle jennifer motdepasse azertyui azerty123 azertyuiop modelport
"""
COMMON_PASSWORDS = frozenset(_COMMON_TEXT.split())
"""password123 is not among them: the API reference signs in with it."""
_hasher = PasswordHasher()


class EmailTaken(Conflict):
    """An account with this e-mail address exists."""

    def __init__(self) -> None:
        super().__init__("An account with this e-mail address exists already", details={"field": "email"})


class WrongCredentials(Unauthenticated):
    """No active account has this e-mail and password; which of the two is wrong is not said."""

    def __init__(self) -> None:
        super().__init__("The e-mail address or the password is wrong", details={"reason": "wrong_credentials"})


class WeakPassword(UnfitField):
    """A password that the first guesses would find."""

    def __init__(self, constraint: str, message: str) -> None:
        super().__init__("password", constraint, message)


@dataclass(frozen=True, slots=True)
class FirstAdmin:
    """The administrator that set-up made."""

    account_id: str
    email: str
    generated_password: str | None = field(repr=False)
    """To be printed once; None where the operator chose it."""


def register(*, email: str, password: str, name: str) -> Account:
    """Make an account.

    Args:
        email: normalised.

    Raises:
        WeakPassword: too easy to guess.
        EmailTaken: the address has an account.
    """
    refuse_weak(password, email)
    account = _new_account(email=email, password=password, name=name, role="user")
    try:
        _add(account, actor=Actor(type="session", account_id=account.id))
    except IntegrityError:
        db.session.rollback()
        raise EmailTaken from None
    return account


def authenticate(*, email: str, password: str) -> Account:
    """Give the active account that an e-mail address and a password prove.

    Takes as long for an unknown address as for a wrong password, so that timing tells nobody who has an account.

    Raises:
        WrongCredentials: whatever is wrong.
    """
    account = db.session.scalar(select(Account).where(Account.email == email.strip().lower()))
    known_hash = account.password_hash if account is not None else _hash_of_nobody()
    if not _is_password(known_hash, password) or account is None or account.status != "active":
        if account is not None and account.status == "active":
            _note_failure(account.id)
        raise WrongCredentials
    if _hasher.check_needs_rehash(account.password_hash):
        account.password_hash = _hasher.hash(password)
        db.session.commit()
    return account


def profile(viewer: Viewer) -> Account:
    """Give the viewer's own account."""
    account = db.session.get(Account, viewer.account_id)
    if account is None:
        raise NotFound(noun="Account")
    return account


def change_profile(viewer: Viewer, changes: Mapping[str, str | None]) -> Account:
    """Set what an account may change of itself: name, avatar_url (None takes it away)."""
    account = profile(viewer)
    wanted = {name: value for name, value in changes.items() if name in PROFILE_FIELDS}
    if wanted.get("name", "") is None:
        del wanted["name"]
    changed = {
        name: {"before": getattr(account, name), "after": value}
        for name, value in wanted.items()
        if getattr(account, name) != value
    }
    for name in changed:
        setattr(account, name, wanted[name])
    if changed:
        record("profile.changed", account_id=account.id, target={"account_id": account.id}, details=changed)
    db.session.commit()
    return account


def ensure_first_admin(email: str, password: str) -> FirstAdmin | None:
    """Make the administrator of a new installation; None where one exists.

    Args:
        email: empty for admin@modelport.local.
        password: empty to have one generated.
    """
    if _has_admin():
        return None
    chosen = password or secrets.token_urlsafe(GENERATED_PASSWORD_BYTES)
    address = (email or FIRST_ADMIN_EMAIL).strip().lower()
    account = _new_account(email=address, password=chosen, name="Administrator", role="admin", plan=BUSINESS.name)
    try:
        _add(account)
    except IntegrityError:
        # Another set-up was faster, or the address is an ordinary account's, which must not become mighty by itself.
        db.session.rollback()
        if _has_admin():
            return None
        raise EmailTaken from None
    return FirstAdmin(account.id, account.email, None if password else chosen)


def refuse_weak(password: str, email: str) -> None:
    """Refuse the passwords that are guessed first. Length is checked by the shape; no rule on kinds of characters.

    Source: NIST SP 800-63B, 5.1.1.2: a list of common values beats composition rules.
    """
    plain = password.strip().lower()
    if plain in COMMON_PASSWORDS or len(set(plain)) <= 2:
        raise WeakPassword("common_password", "This password is among the first that are guessed: choose another")
    if plain in {email, email.partition("@")[0]}:
        raise WeakPassword("equals_email", "The password must not be the e-mail address")


def _has_admin() -> bool:
    return db.session.scalar(select(Account.id).where(Account.role == "admin").limit(1)) is not None


def _new_account(*, email: str, password: str, name: str, role: str, plan: str = FREE.name) -> Account:
    return Account(
        id=new_uuid(),
        email=email,
        name=name,
        password_hash=_hasher.hash(password),
        role=role,
        plan=plan,
        status="active",
        created_at=current_runtime().clock.now(),
    )


def _add(account: Account, *, actor: Actor | None = None) -> None:
    """Add an account, the first entry of its trail and the month's credits, and commit.

    Raises:
        IntegrityError: the address has an account.
    """
    db.session.add(account)
    db.session.flush()
    details = {"role": account.role, "plan": account.plan}
    record("account.registered", account_id=account.id, target={"account_id": account.id}, details=details, actor=actor)
    ensure_credits(db.session(), account.id, account.created_at)
    db.session.commit()


def _note_failure(account_id: str) -> None:
    """Note a wrong password in the account's trail, once in a while: strangers must not fill it."""
    since = current_runtime().clock.now() - timedelta(seconds=FAILURES_NOTED_SECONDS)
    recent = select(AuditEntry.id).where(
        AuditEntry.account_id == account_id, AuditEntry.created_at > since, AuditEntry.action == "session.failed"
    )
    if db.session.scalar(recent.limit(1)) is None:
        actor = Actor(type="anonymous")
        record("session.failed", account_id=account_id, target={"account_id": account_id}, actor=actor)
        db.session.commit()


def _is_password(known_hash: str, password: str) -> bool:
    """Tell whether a password is the one behind a hash; a hash that does not read proves nothing."""
    try:
        return _hasher.verify(known_hash, password)
    except (VerifyMismatchError, VerificationError, InvalidHashError):
        return False


@lru_cache(maxsize=1)
def _hash_of_nobody() -> str:
    """Give the hash that an unknown address is checked against, with the parameters of the day."""
    return _hasher.hash(secrets.token_urlsafe(GENERATED_PASSWORD_BYTES))
