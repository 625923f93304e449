"""POST /api/predict/{api_id}: the prediction's Flask door. Reads the request, calls the gateway, sends its answer."""

from __future__ import annotations

import time
from typing import Any

from apiflask import APIBlueprint
from flask import Response, current_app, request
from werkzeug.exceptions import RequestEntityTooLarge

from backend.core.errors import PayloadTooLarge
from backend.core.ids import new_request_id
from backend.endpoints import MLPredict
from backend.gateway.call import AnyKind, Call
from backend.gateway.pipeline import Gateway
from backend.middleware.api_auth import presented_key, require_api_key
from backend.middleware.cors import PREFLIGHT_HEADERS, allow_any_or_listed
from backend.schemas.prediction import DESCRIBE_DOC, PREDICT_DOC
from backend.services.directory_service import ServedAPI
from backend.services.runtime import current_runtime

DRAIN_BYTES_MAX = 16 * 1_048_576

prediction = APIBlueprint("prediction", __name__, tag="Prediction")


@prediction.post("/api/predict/<target>")
@prediction.doc(**PREDICT_DOC)
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
        key=presented_key(),
        read_body=read_body,
        request_id=new_request_id(),
        remote_address=request.remote_addr or "",
        occurred_at_us=time.time_ns() // 1_000,
        started_ns=started_ns,
        cpu_started_ns=cpu_started_ns,
    )
    answer = gateway.handle(call)
    response = Response(answer.body, status=answer.status, content_type="application/json")
    response.headers.extend(answer.headers)
    response.headers["X-Request-ID"] = call.request_id
    return allow_origin(response, target)


@prediction.get("/api/predict/<target>")
@prediction.doc(**DESCRIBE_DOC)
@require_api_key
def describe(api: ServedAPI) -> dict[str, Any]:
    """Describe what this API takes and gives, for the programs that hold its key."""
    contract = current_runtime().predictor.library.get(api.model_id).reader.contract
    return {
        "api_id": api.api_id,
        "status": api.status,
        "input_schema": contract.input_schema(),
        "output_schema": contract.output_schema(),
        "example": contract.example,
    }


@prediction.route("/api/predict/<target>", methods=["OPTIONS"])
@prediction.doc(hide=True)
def preflight(target: str) -> Response:
    """Answer a browser that asks whether it may call."""
    response = Response(status=204)
    response.headers.update(PREFLIGHT_HEADERS)
    return allow_origin(response, target)


def read_body(bytes_max: int) -> bytes:
    """Read the request's body, refusing one over the bound.

    The rest of a refused body is read and dropped up to a bound: closing the socket under a client that still sends
    would show it a broken pipe and not the answer.
    """
    length = request.content_length
    if length is not None and length > bytes_max:
        drain(min(length, DRAIN_BYTES_MAX))
        raise PayloadTooLarge(bytes_max)
    request.max_content_length = bytes_max
    try:
        return request.get_data(cache=False)
    except RequestEntityTooLarge:
        raise PayloadTooLarge(bytes_max) from None


def drain(length: int) -> None:
    """Read and drop that many bytes of the body."""
    stream = request.environ["wsgi.input"]
    while length > 0:
        chunk = stream.read(min(length, 65_536))
        if not chunk:
            return
        length -= len(chunk)


def allow_origin(response: Response, target: str) -> Response:
    """Let a browser read the answer as the API's owner allows."""
    if "Origin" not in request.headers:
        return response
    kind: MLPredict = current_app.extensions["modelport.kinds"]["ml.predict"]
    return allow_any_or_listed(response, kind.origins(target))
