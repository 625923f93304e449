"""Records, journals and exported APIs for tests of metering and monitoring."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.orm import Session, sessionmaker

from backend.core.ids import new_request_id, new_uuid
from backend.core.moments import microseconds_of
from backend.engine.metering.journal import JournalWriter
from backend.engine.metering.records import CallRecord, encode
from backend.models import Account, APIKeyQuota, AppKey, ExportedAPI, MLModel

NOON = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)


def record(api_id: int = 1, at: datetime = NOON, **changed: object) -> CallRecord:
    """Give the record of a good call, with some fields changed."""
    made = CallRecord(
        request_id=new_request_id(),
        occurred_at_us=microseconds_of(at),
        api_id=api_id,
        key_id=f"ak_live_{api_id}",
        model_id=1,
        status_code=200,
        response_time=0.004,
        cpu_usage=50.0,
        memory_usage=200.0,
        rows=1,
        request_bytes=30,
        response_bytes=40,
        remote_address="127.0.0.1",
        request_data='{"age":5}',
        response_data='{"prediction":1}',
        error_message=None,
    )
    return made._replace(**changed)  # type: ignore[arg-type]


def append(folder: Path, *records: CallRecord) -> None:
    """Answer some calls in a worker that ends afterwards."""
    writer = JournalWriter(folder)
    for made in records:
        writer.append(encode(made))
    writer.close()


def export_apis(sessions: sessionmaker[Session], count: int = 1, *, account_id: str = "") -> list[int]:
    """Give an account, a new one unless named, a model and some exported APIs; give their ids."""
    with sessions.begin() as session:
        if not account_id:
            account_id = new_uuid()
            session.add(Account(id=account_id, email=f"{account_id}@example.com", name="Ann", password_hash="x"))
            session.flush()
        model = MLModel(
            account_id=account_id,
            name="iris",
            task="classification",
            estimator="LogisticRegression",
            file_name="iris.joblib",
            artefact="iris",
            file_bytes=1,
            sha256="0" * 64,
            contract={},
        )
        session.add(model)
        session.flush()
        apis = [_exported(session, account_id, model.id) for _ in range(count)]
        return [api.id for api in apis]


def _exported(session: Session, account_id: str, model_id: int) -> ExportedAPI:
    digest = (new_uuid() + new_uuid()).replace("-", "")
    api = ExportedAPI(
        model_id=model_id,
        account_id=account_id,
        api_key=digest,
        api_endpoint=f"/api/predict/{digest}",
        name="iris",
        key_id="",
    )
    session.add(api)
    session.flush()
    api.key_id = f"ak_live_{api.id}"
    session.add(
        AppKey(
            key_id=api.key_id,
            digest=digest,
            account_id=account_id,
            api_id=api.id,
            name="iris",
            visible_prefix="mp_live_",
            last_four="a1b2",
            quota=APIKeyQuota(),
        )
    )
    return api
