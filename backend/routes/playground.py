"""/api/dev/playground: every endpoint of the account, its documentation, and calls with the session."""

from __future__ import annotations

from dataclasses import asdict
from http import HTTPStatus
from typing import Any

from apiflask import APIBlueprint
from flask import current_app, request

from backend.core import jsontools
from backend.core.errors import Forbidden, NotFound
from backend.core.plans import plan_named
from backend.endpoints import CATALOGUE
from backend.engine.keys import Environment
from backend.gateway.call import AnyKind, SessionPrincipal
from backend.gateway.pipeline import Gateway
from backend.gateway.session_call import Played, play
from backend.middleware.access import access
from backend.middleware.errors import unfit
from backend.middleware.openapi import refuses
from backend.middleware.session_auth import current_viewer
from backend.schemas.playground import EndpointDocsOut, ExecuteIn, ExecutionOut, PlaygroundEndpointOut
from backend.services.access import Viewer
from backend.services.call_snippets import snippets_of
from backend.services.documentation_service import REFUSALS
from backend.services.offers import Offer
from backend.services.playground_service import plan_of
from backend.services.runtime import current_runtime

playground = APIBlueprint("playground", __name__, url_prefix="/playground", tag="Playground")


@playground.get("/endpoints")
@access("portal:read")
@playground.output(list[PlaygroundEndpointOut])  # type: ignore[arg-type]  # APIFlask 3 reads lists, its annotation does not say so
def list_endpoints() -> list[PlaygroundEndpointOut]:
    """List what the account can call, each with its price, shape and an example."""
    account_id = current_viewer().account_id
    return [
        PlaygroundEndpointOut.model_validate(_fields(kind, offer))
        for kind in _kinds()
        for offer in kind.offers(account_id)
    ]


@playground.get("/docs/<name>")
@access("portal:read")
@playground.output(EndpointDocsOut)
@refuses(404)
def read_docs(name: str) -> EndpointDocsOut:
    """Give everything there is to know before calling one endpoint."""
    account_id = current_viewer().account_id
    kind, target = _named(name)
    offer, documentation = kind.document(account_id, target)
    plan = plan_named(plan_of(account_id))
    return EndpointDocsOut.model_validate(
        {
            **_fields(kind, offer),
            "parameters": [asdict(parameter) for parameter in documentation.parameters],
            "request_schema": documentation.request_schema,
            "response_schema": documentation.response_schema,
            "example_request": offer.example,
            "example_response": documentation.example_response,
            "errors": [{"status": one.status, "code": one.code, "meaning": one.meaning} for one in REFUSALS],
            "limits": {
                "plan": plan.name,
                "plan_limit": plan.calls_per_minute,
                "surface": None if kind.surface is None else kind.surface.calls,
            },
            "snippets": asdict(snippets_of(_url(offer.path), offer.example)),
            "openapi_url": documentation.openapi_url,
        }
    )


@playground.post("/execute")
@access("portal:write")
@playground.input(ExecuteIn)
@playground.output(ExecutionOut)
@refuses(400, 404, 413, 415, 422)
def execute(json_data: ExecuteIn) -> ExecutionOut:
    """Call an endpoint as oneself: no key is needed or shown.

    It is counted, limited, logged and, in the live environment, charged like any call. What the endpoint refuses comes
    back inside a 200.
    """
    viewer = current_viewer()
    environment = _environment(viewer, json_data.environment)
    kind, target = _named(json_data.endpoint)
    url = _url(_own_path(kind, target, viewer.account_id))
    if json_data.method is not None and json_data.method.upper() != kind.method:
        raise unfit([("method", "method", f"this endpoint takes {kind.method}")])
    gateway: Gateway = current_app.extensions["modelport.gateway"]
    played = play(
        gateway,
        kind,
        target,
        jsontools.dumps(json_data.body),
        principal=SessionPrincipal(viewer.account_id, environment),
        remote_address=request.remote_addr or "",
    )
    return ExecutionOut.model_validate(
        {
            **_answered(played),
            "request": {"method": kind.method, "url": url, "body": json_data.body},
            "snippets": asdict(snippets_of(url, json_data.body)),
            "environment": environment,
        }
    )


def _kinds() -> list[AnyKind]:
    """Give the kinds in the order of the catalogue."""
    kinds: dict[str, AnyKind] = current_app.extensions["modelport.kinds"]
    return [kinds[kind.name] for kind in CATALOGUE]


def _named(name: str) -> tuple[AnyKind, str]:
    """Read an endpoint's name, such as ml.predict:7, into its kind and its target."""
    word, _, target = name.partition(":")
    for kind in _kinds():
        if kind.name == word:
            return kind, target
    raise NotFound(noun="Endpoint")


def _own_path(kind: AnyKind, target: str, account_id: str) -> str:
    """Give the path of an account's own endpoint; another's is not found, as one that does not exist."""
    try:
        found = kind.find(target)
    except NotFound:
        raise NotFound(noun="Endpoint") from None
    if found.account_id != account_id:
        raise NotFound(noun="Endpoint")
    path: str = found.endpoint
    return path


def _environment(viewer: Viewer, asked: Environment | None) -> Environment:
    """Give the environment to call in; a key stays in its own."""
    environment: Environment = asked or viewer.environment or "test"
    if not viewer.sees(environment):
        raise Forbidden(
            f"This key calls in the {viewer.environment} environment only", details={"reason": "environment"}
        )
    return environment


def _answered(played: Played) -> dict[str, Any]:
    """Give what the endpoint answered."""
    answer = played.answer
    return {
        "status": answer.status,
        "reason": HTTPStatus(answer.status).phrase,
        "time_ms": round(played.seconds * 1_000, 3),
        "cost": {"credits": answer.credits},
        "headers": {"Content-Type": "application/json", "X-Request-ID": played.request_id, **dict(answer.headers)},
        "body": jsontools.loads(answer.body),
        "request_id": played.request_id,
    }


def _fields(kind: AnyKind, offer: Offer) -> dict[str, Any]:
    """Give what lists say of an endpoint."""
    fields = asdict(offer)
    return {
        **{name: fields[name] for name in PlaygroundEndpointOut.model_fields if name in fields},
        "name": f"{kind.name}:{offer.target}",
        "kind": kind.name,
        "method": kind.method,
        "price": {"credits": kind.unit_price, "unit": kind.unit},
    }


def _url(path: str) -> str:
    return f"{current_runtime().base_url}{path}"
