"""Alice, who has one of everything that an account can own, and what others may try to reach of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask

from tests.api.conftest import ROW, Person
from tests.api.portal import fold, made

NOWHERE = 2_000_000_000
GONE = "00000000-0000-4000-8000-000000000000"


@dataclass(frozen=True)
class Ids:
    """The ids that routes and queries name things by."""

    model_id: int
    api_id: int
    key_id: str
    app_id: str
    project_id: str
    account_id: str
    request_id: str

    def of(self, name: str) -> object:
        """Give the id for a place in a path."""
        if name == "target":
            return self.api_id
        return f"ml.predict:{self.api_id}" if name == "name" else getattr(self, name)

    def texts(self) -> set[str]:
        """Give those ids that nothing else can look like."""
        return {self.key_id, self.app_id, self.project_id, self.account_id, self.request_id}


MISSING = Ids(NOWHERE, NOWHERE, "ak_live_" + "0" * 24, GONE, GONE, GONE, "0" * 32)


@pytest.fixture
def hers(app: Flask, alice: Person, exported: dict[str, Any]) -> Ids:
    """Alice's things: a model, an API, an app with keys, a project, calls that were folded."""
    project = made(alice, "/api/v1/projects", name="Hers")
    dev_app = made(alice, "/api/dev/apps", name="Hers", project_id=project["id"])
    key = made(alice, f"/api/dev/apps/{dev_app['id']}/keys", name="hers", environment="live")
    call = alice.client.post(f"/api/predict/{exported['api_id']}", json=ROW, headers={"X-API-Key": exported["api_key"]})
    assert call.status_code == 200, call.get_json()
    fold(app)
    return Ids(
        model_id=exported["model_id"],
        api_id=exported["api_id"],
        key_id=key["key_id"],
        app_id=dev_app["id"],
        project_id=project["id"],
        account_id=alice.id,
        request_id=call.headers["X-Request-ID"],
    )
