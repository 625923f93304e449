"""POST /api/predict/{api_id}: the prediction's Flask door. Reads the request, calls the gateway, sends its answer."""

from __future__ import annotations

import time
from typing import Any

from apiflask import APIBlueprint
from flask import Response, current_app, g, request
from werkzeug.exceptions import RequestEntityTooLarge

from backend.core.errors import PayloadTooLarge
from backend.endpoints import MLPredict
from backend.gateway.call import AnyKind, Call
from backend.gateway.pipeline import Gateway
from backend.middleware.api_auth import require_api_key
from backend.middleware.body_limit import bounded_body
from backend.middleware.call_credentials import credential_in, request_target_in
from backend.middleware.cors import PREFLIGHT_HEADERS, allow_any_or_listed
from backend.middleware.openapi import refuses, secured_by, takes_json
from backend.middleware.request_context import current_request_id
from backend.schemas.prediction import CALL_SECURITY, KEY_SECURITY, PREDICT_BODY, Description, Prediction
from backend.services.directory_service import ServedAPI
from backend.services.runtime import current_runtime

prediction = APIBlueprint("prediction", __name__, tag="Prediction")


@prediction.route(MLPredict.path, methods=[MLPredict.method])
@prediction.output(Prediction)
@secured_by(CALL_SECURITY)
@refuses(400, 401, 402, 403, 404, 413, 429, 500, 503)
@takes_json(PREDICT_BODY)
def predict(target: str) -> Response:
    """Predict with an exported model.

    One record answers `prediction`; a list of records, rows, or `{"instances": [...]}` answer `predictions`.
    """
    started_ns, cpu_started_ns = time.perf_counter_ns(), time.thread_time_ns()
    kind: AnyKind = current_app.extensions["modelport.kinds"]["ml.predict"]
    gateway: Gateway = current_app.extensions["modelport.gateway"]
    call = Call(
        kind=kind,
        target=target,
        credential=credential_in(request.environ),
        request_target=request_target_in(request.environ),
        origin=request.headers.get("Origin"),
        read_body=read_body,
        request_id=current_request_id(),
        remote_address=request.remote_addr or "",
        occurred_at_us=time.time_ns() // 1_000,
        started_ns=started_ns,
        cpu_started_ns=cpu_started_ns,
    )
    answer = gateway.handle(call)
    response = Response(answer.body, status=answer.status, content_type="application/json")
    response.headers.extend(answer.headers)
    return allow_origin(response, target)


@prediction.get(MLPredict.path)
@prediction.output(Description)
@secured_by(KEY_SECURITY)
@refuses(401, 403, 404, 503)
@require_api_key
def describe(api: ServedAPI) -> dict[str, Any]:
    """Describe what this API takes and gives, for the programs that hold its key."""
    contract = current_runtime().predictor.model(api).reader.contract
    return {
        "api_id": api.api_id,
        "status": api.status,
        "input_schema": contract.input_schema(),
        "output_schema": contract.output_schema(),
        "example": contract.example,
    }


@prediction.route(MLPredict.path, methods=["OPTIONS"])
@prediction.doc(hide=True)
def preflight(target: str) -> Response:
    """Answer a browser that asks whether it may call."""
    response = Response(status=204)
    response.headers.update(PREFLIGHT_HEADERS)
    return allow_origin(response, target)


def read_body(bytes_max: int) -> bytes:
    """Read the request's body once, refusing one over the bound; the body limit drains what is left of it."""
    if "prediction_body" not in g:
        g.prediction_body = _read_body(bytes_max)
    body: bytes = g.prediction_body
    return body


def _read_body(bytes_max: int) -> bytes:
    if request.content_length is not None and request.content_length > bytes_max:
        raise PayloadTooLarge(bytes_max)
    request.max_content_length = bytes_max
    try:
        return bounded_body()
    except RequestEntityTooLarge:
        raise PayloadTooLarge(bytes_max) from None


def allow_origin(response: Response, target: str) -> Response:
    """Let a browser read the answer as the API's owner allows."""
    if "Origin" not in request.headers:
        return response
    kind: MLPredict = current_app.extensions["modelport.kinds"]["ml.predict"]
    return allow_any_or_listed(response, kind.origins(target))
