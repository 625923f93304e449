"""The directory: what every worker remembers of keys and APIs, and when it must look again.

Called by the gateway on every call, so it answers from memory: an entry is trusted while the generation it was read
under is still the present one. The generation is read before the database, so that a change between the two makes
the entry old and never wrong.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from backend.core.clock import Clock
from backend.core.errors import Unavailable
from backend.engine.keys import digest, is_well_formed
from backend.engine.limits.windows import Policy
from backend.models import Account, AppKey, ExportedAPI

WINDOW_SECONDS = 60.0
ENTRIES_MAX = 20_000

ValueT = TypeVar("ValueT")
NameT = TypeVar("NameT", str, int)


@dataclass(frozen=True, slots=True)
class Grant:
    """What a key may do."""

    key_id: str
    account_id: str
    scopes: frozenset[str]
    policies: tuple[Policy, ...]
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class ServedAPI:
    """What a call needs to know of an exported API."""

    api_id: int
    model_id: int
    status: str
    allowed_origins: tuple[str, ...]
    scope: str

    @property
    def is_active(self) -> bool:
        """Tell whether its owner has it switched on."""
        return self.status == "active"


class Remembered(Generic[NameT, ValueT]):
    """Values by name, each trusted only under the generation it was read in."""

    def __init__(self, generation: Callable[[], object], read: Callable[[NameT], ValueT]) -> None:
        self._generation = generation
        self._read: Callable[[NameT], ValueT] = read
        self._entries: dict[NameT, tuple[object, ValueT]] = {}

    def get(self, name: NameT) -> ValueT:
        """Give the value, reading it again when anything has changed since."""
        present = self._generation()
        entry = self._entries.get(name)
        if entry is not None and entry[0] == present:
            return entry[1]
        try:
            value = self._read(name)
        except SQLAlchemyError as error:
            raise Unavailable("Keys cannot be looked up at the moment; try again", internal=repr(error)) from error
        if len(self._entries) >= ENTRIES_MAX:
            # Unknown keys are remembered too; a flood of them must not grow the process.
            self._entries.clear()
        self._entries[name] = (present, value)
        return value


class Directory:
    """Keys by digest and APIs by id, as this worker remembers them."""

    def __init__(self, sessions: sessionmaker[Session], generation: Callable[[], object], clock: Clock) -> None:
        self._sessions = sessions
        self._clock = clock
        self._grants: Remembered[str, Grant | None] = Remembered(generation, self._read_grant)
        self._apis: Remembered[int, ServedAPI | None] = Remembered(generation, self._read_api)

    def grant(self, key: str) -> Grant | None:
        """Give what a key may do; None when it is malformed, unknown, revoked, expired, or its account disabled."""
        if not is_well_formed(key):
            return None
        grant = self._grants.get(digest(key))
        if grant is None or (grant.expires_at is not None and grant.expires_at <= self._clock.now()):
            return None
        return grant

    def api(self, api_id: int) -> ServedAPI | None:
        """Give an exported API, or None."""
        return self._apis.get(api_id)

    def _read_grant(self, key_digest: str) -> Grant | None:
        query = (
            select(AppKey, Account.status)
            .join(Account, Account.id == AppKey.account_id)
            .where(AppKey.digest == key_digest, AppKey.revoked_at.is_(None))
        )
        with self._sessions() as session:
            found = session.execute(query).first()
            if found is None or found.status != "active":
                return None
            key: AppKey = found[0]
            limit = key.quota.sustained_limit
            policy = Policy("per-key", f"key:{key.key_id}", limit, WINDOW_SECONDS)
            return Grant(key.key_id, key.account_id, frozenset(key.scopes), (policy,), key.expires_at)

    def _read_api(self, api_id: int) -> ServedAPI | None:
        with self._sessions() as session:
            row = session.get(ExportedAPI, api_id)
            if row is None:
                return None
            origins = tuple(row.allowed_origins or ())
            return ServedAPI(row.id, row.model_id, row.status, origins, f"predict:{row.id}")
