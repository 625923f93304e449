"""Exported APIs that nothing has called yet, as many as a benchmark wants.

Called by `scripts.make_traffic` and `scripts.bench_data`. Writes rows only: no model file is made, and nothing is
served from them.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session, sessionmaker

from backend.core.ids import new_uuid
from backend.models import Account, APIKeyQuota, AppKey, ExportedAPI, MLModel
from backend.services.credit_ledger import lock_one

ROWS_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Served:
    """One exported API, and what its calls are recorded with."""

    api_id: int
    model_id: int
    key_id: str
    account_id: str
    endpoint: str


def export_apis(sessions: sessionmaker[Session], apis: int, accounts: int) -> list[Served]:
    """Give that many APIs, made where there are fewer; the APIs of one place always belong to one account."""
    found = stored_apis(sessions)
    if len(found) < apis:
        with sessions.begin() as session:
            owners = _accounts(session, accounts)
            for start in range(len(found), apis, ROWS_AT_ONCE):
                _export(session, owners, range(start, min(start + ROWS_AT_ONCE, apis)))
        found = stored_apis(sessions)
    return found[:apis]


def stored_apis(sessions: sessionmaker[Session]) -> list[Served]:
    """Give the APIs that are there, oldest first."""
    columns = (
        ExportedAPI.id,
        ExportedAPI.model_id,
        ExportedAPI.key_id,
        ExportedAPI.account_id,
        ExportedAPI.api_endpoint,
    )
    with sessions() as session:
        return [Served(*row) for row in session.execute(select(*columns).order_by(ExportedAPI.id))]


def _accounts(session: Session, number: int) -> list[str]:
    ids = [new_uuid() for _ in range(number)]
    session.execute(
        insert(Account),
        [{"id": one, "email": f"{one}@example.com", "name": "Traffic", "password_hash": "x"} for one in ids],
    )
    for one in ids:
        lock_one(session, one, datetime.now(UTC))
    return ids


def _export(session: Session, owners: list[str], places: range) -> None:
    models = session.scalars(
        insert(MLModel).returning(MLModel.id, sort_by_parameter_order=True),
        [_model(owners[place % len(owners)], place) for place in places],
    ).all()
    apis = [_api(owners[place % len(owners)], place, model) for place, model in zip(places, models, strict=True)]
    made = session.scalars(insert(ExportedAPI).returning(ExportedAPI.id, sort_by_parameter_order=True), apis).all()
    keys = [_key(api, api_id) for api, api_id in zip(apis, made, strict=True)]
    session.execute(insert(AppKey), keys)
    session.execute(insert(APIKeyQuota), [{"key_id": key["key_id"]} for key in keys])


def _model(account_id: str, place: int) -> dict[str, object]:
    return {
        "account_id": account_id,
        "name": f"model {place}",
        "task": "classification",
        "estimator": "LogisticRegression",
        "file_name": "model.joblib",
        "artefact": f"model-{place}",
        "file_bytes": 1,
        "sha256": "0" * 64,
        "contract": {},
    }


def _api(account_id: str, place: int, model_id: int) -> dict[str, object]:
    digest = hashlib.sha256(new_uuid().encode()).hexdigest()
    return {
        "model_id": model_id,
        "account_id": account_id,
        "api_key": digest,
        "api_endpoint": f"/api/predict/traffic-{model_id}",
        "name": f"API {place}",
        "key_id": f"ak_live_{digest[:24]}",
    }


def _key(api: dict[str, object], api_id: int) -> dict[str, object]:
    return {
        "key_id": api["key_id"],
        "digest": api["api_key"],
        "account_id": api["account_id"],
        "api_id": api_id,
        "name": api["name"],
        "visible_prefix": "mp_live_",
        "last_four": "a1b2",
    }
