"""The playground's view of exported APIs: which the viewer may try, and everything about one.

Called by the kind that serves them. Reads an account's own APIs only, for an administrator too: a call costs credits,
and nobody spends another's.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select

from backend.core.errors import AppError, NotFound
from backend.core.jsontools import dumps
from backend.engine.scopes import predict_scope
from backend.engine.serving.contract import Contract
from backend.models import Account, ExportedAPI, db
from backend.services.documentation_service import contract_of, openapi_url, request_schema, response_schema
from backend.services.offers import Documentation, Offer, parameters_of
from backend.services.runtime import current_runtime

OFFERS_MAX = 500


def own_apis(account_id: str) -> list[Offer]:
    """Give an account's APIs, the newest first."""
    newest = select(ExportedAPI).where(ExportedAPI.account_id == account_id).order_by(ExportedAPI.id.desc())
    return [_offer(api, contract_of(api)) for api in db.session.scalars(newest.limit(OFFERS_MAX)).unique()]


def own_api(account_id: str, api_id: int) -> tuple[Offer, Documentation]:
    """Give one of an account's APIs with its documentation.

    Raises:
        NotFound: no such API, or another's.
    """
    api = db.session.get(ExportedAPI, api_id)
    if api is None or api.account_id != account_id:
        raise NotFound(noun="Endpoint")
    contract = contract_of(api)
    documentation = Documentation(
        parameters=parameters_of(contract),
        request_schema=request_schema(contract),
        response_schema=response_schema(contract),
        example_response=_example_response(api, contract),
        openapi_url=openapi_url(api),
    )
    return _offer(api, contract), documentation


def plan_of(account_id: str) -> str:
    """Give the name of an account's plan."""
    return db.session.scalar(select(Account.plan).where(Account.id == account_id)) or ""


def _offer(api: ExportedAPI, contract: Contract) -> Offer:
    return Offer(
        target=str(api.id),
        title=api.name,
        description=api.model.description or f"Predictions of {api.model.name} ({contract.estimator}).",
        path=api.api_endpoint,
        scope=predict_scope(api.id),
        api_id=api.id,
        status=api.status,
        input_schema=contract.input_schema(),
        example=contract.example,
    )


def _example_response(api: ExportedAPI, contract: Contract) -> Mapping[str, object] | None:
    """Answer the example, as the endpoint would; documentation that was computed cannot be wrong."""
    predictor = current_runtime().predictor
    served = predictor.api(api.id)
    if served is None:
        return None
    try:
        prepared = predictor.read(served, dumps(contract.example))
        return {**predictor.run(prepared), **predictor.identify(served, prepared)}
    except AppError:
        return None
