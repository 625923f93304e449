"""The directory: what every worker remembers of keys and APIs, and when it must look again.

Called by the gateway on every call, so it answers from memory: an entry is trusted while the generation it was read
under is still the present one. The generation is read before the database, so that a change between the two makes
the entry old and never wrong.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar, cast

from sqlalchemy import ColumnElement, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from backend.core.clock import Clock
from backend.core.errors import Unavailable
from backend.core.remembered import Remembered
from backend.engine.keys import KEY_LENGTH_MAX, Environment, digest, is_key_id, is_well_formed
from backend.engine.scopes import PREDICT_ANY, WRITE, predict_scope
from backend.engine.sealing import Sealer
from backend.models import Account, AppKey, ExportedAPI
from backend.services.compiled_models import form_of
from backend.services.grants import Grant, grant_of_key, grant_of_session

ValueT = TypeVar("ValueT")
NameT = TypeVar("NameT", str, int)


@dataclass(frozen=True, slots=True)
class ServedAPI:
    """What a call needs to know of an exported API."""

    api_id: int
    model_id: int
    status: str
    allowed_origins: tuple[str, ...]
    account_id: str
    endpoint: str
    scopes: frozenset[str]
    """A key of the account that holds one of them may call it."""
    form: str
    """The compiled form that answers; empty where scikit-learn itself does."""

    @property
    def is_active(self) -> bool:
        """Tell whether its owner has it switched on."""
        return self.status == "active"


class LookedUp(Remembered[NameT, ValueT]):
    """What was read out of the database by name, or read again when anything has changed since."""

    def __init__(self, generation: Callable[[], object], read: Callable[[NameT], ValueT]) -> None:
        super().__init__(generation)
        self._read: Callable[[NameT], ValueT] = read

    def get(self, name: NameT) -> ValueT:
        """Give the value, reading it again when anything has changed since."""
        present = self.generation()
        entry = self._entries.get(name)
        if entry is not None and entry[0] == present:
            return entry[1]
        try:
            value = self._read(name)
        except SQLAlchemyError as error:
            raise Unavailable("Keys cannot be looked up at the moment; try again", internal=repr(error)) from error
        self.keep(name, value, present)
        return value


class Directory:
    """Keys by digest and APIs by id, as this worker remembers them."""

    def __init__(
        self, sessions: sessionmaker[Session], generation: Callable[[], object], clock: Clock, sealer: Sealer
    ) -> None:
        self._sessions = sessions
        self._clock = clock
        self._sealer = sealer
        self._grants: LookedUp[str, Grant | None] = LookedUp(generation, self._read_digest)
        self._signers: LookedUp[str, Grant | None] = LookedUp(generation, self._read_key_id)
        self._players: LookedUp[str, Grant | None] = LookedUp(generation, self._read_player)
        self._apis: LookedUp[int, ServedAPI | None] = LookedUp(generation, self._read_api)

    def grant(self, key: str) -> Grant | None:
        """Give what a key may do; None when it is malformed, unknown, revoked, expired, or its account disabled."""
        if len(key) > KEY_LENGTH_MAX or not key.isascii():
            return None
        key_digest = digest(key)
        # A key that is remembered was well-formed when it was read; the others are held against their checksum.
        grant = self._grants.known(key_digest)
        if grant is None:
            grant = self._grants.get(key_digest) if is_well_formed(key) else None
        return grant if grant is None or grant.expires_at is None else self._living(grant)

    def signer(self, key_id: str) -> Grant | None:
        """Give what a key may do by its public id, for requests that are signed with it."""
        return self._living(self._signers.get(key_id)) if is_key_id(key_id) else None

    def player(self, account_id: str, environment: Environment) -> Grant | None:
        """Give what a signed-in account may call without a key; None when it is gone or disabled."""
        return self._players.get(f"{environment}:{account_id}")

    def api(self, api_id: int) -> ServedAPI | None:
        """Give an exported API, or None."""
        return self._apis.get(api_id)

    def _living(self, grant: Grant | None) -> Grant | None:
        is_over = grant is not None and grant.expires_at is not None and grant.expires_at <= self._clock.now()
        return None if is_over else grant

    def _read_digest(self, key_digest: str) -> Grant | None:
        return self._read_key(AppKey.digest == key_digest)

    def _read_key_id(self, key_id: str) -> Grant | None:
        return self._read_key(AppKey.key_id == key_id)

    def _read_key(self, which: ColumnElement[bool]) -> Grant | None:
        query = (
            select(AppKey, Account.plan)
            .join(Account, Account.id == AppKey.account_id)
            .where(which, AppKey.revoked_at.is_(None), Account.status == "active")
        )
        with self._sessions() as session:
            found = session.execute(query).first()
            return None if found is None else grant_of_key(found[0], found[1], self._sealer)

    def _read_player(self, name: str) -> Grant | None:
        environment, _, account_id = name.partition(":")
        with self._sessions() as session:
            account = session.get(Account, account_id)
            if account is None or account.status != "active":
                return None
            return grant_of_session(account, cast("Environment", environment))

    def _read_api(self, api_id: int) -> ServedAPI | None:
        with self._sessions() as session:
            row = session.get(ExportedAPI, api_id)
            if row is None:
                return None
            origins = tuple(row.allowed_origins or ())
            return ServedAPI(
                api_id=row.id,
                model_id=row.model_id,
                status=row.status,
                allowed_origins=origins,
                account_id=row.account_id,
                endpoint=row.api_endpoint,
                scopes=frozenset({predict_scope(row.id), PREDICT_ANY, WRITE}),
                form=form_of(row.model),
            )
