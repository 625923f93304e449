"""Keys of every sort, made as rows: the doors that mint them are tested elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from backend.engine.keys import mint_key, new_key_id
from backend.models import APIKeyQuota, AppKey, db
from tests.api.conftest import Person


class Key:
    """A key's public id and its text."""

    def __init__(self, key_id: str, secret: str) -> None:
        self.key_id = key_id
        self.secret = secret

    @property
    def headers(self) -> dict[str, str]:
        """What sends it bare."""
        return {"X-API-Key": self.secret}


MakeKey = Callable[..., Key]


@pytest.fixture
def make_key(app: Flask, alice: Person) -> MakeKey:
    """Give a function that makes a key of Alice's (or of `account_id`) with the columns and the quota given."""
    process = app.extensions["modelport.process"]

    def make(environment: Any = "live", *, quota: dict[str, Any] | None = None, **columns: Any) -> Key:
        minted, key_id = mint_key("mp", environment), new_key_id(environment)
        row = {
            "account_id": alice.id,
            "name": "A key",
            "scopes": ["predict:*"],
            "environment": environment,
            "encrypted_secret": process.runtime.sealer.seal(minted.secret.encode(), key_id),
            **columns,
        }
        with app.app_context():
            db.session.add(
                AppKey(
                    key_id=key_id,
                    digest=minted.digest,
                    visible_prefix=minted.visible_prefix,
                    last_four=minted.last_four,
                    quota=APIKeyQuota(**(quota or {})),
                    **row,
                )
            )
            db.session.commit()
            process.changes.announce()
        return Key(key_id, minted.secret)

    return make
