"""/healthz, /readyz and /metrics: what load balancers and Prometheus ask."""

from __future__ import annotations

import hmac
from typing import Any

from apiflask import APIBlueprint
from flask import Response, current_app, request
from prometheus_client import CONTENT_TYPE_LATEST

from backend.core.errors import Unauthenticated
from backend.middleware.openapi import refuses
from backend.schemas.operations import METRICS_RESPONSES, NOT_READY_RESPONSES, Health, Readiness
from backend.services import health_service
from backend.services.metrics_service import exposition
from backend.services.runtime import current_runtime

HTTP_OK = 200
HTTP_UNAVAILABLE = 503

health = APIBlueprint("health", __name__, tag="Operations")


@health.get("/healthz")
@health.output(Health)
def healthz() -> dict[str, str]:
    """Tell that the process answers at all."""
    return {"status": "ok"}


@health.get("/readyz")
@health.output(Readiness)
@health.doc(responses=NOT_READY_RESPONSES)
def readyz() -> tuple[dict[str, Any], int]:
    """Tell whether every part that an answer needs is there, naming those that are not."""
    checks = health_service.checks(current_runtime())
    is_ready = all(check.is_well for check in checks)
    body = {
        "status": "ready" if is_ready else "not ready",
        "checks": {check.name: {"ok": check.is_well, "detail": check.detail} for check in checks},
    }
    return body, HTTP_OK if is_ready else HTTP_UNAVAILABLE


@health.get("/metrics")
@refuses(401)
@health.doc(responses=METRICS_RESPONSES)
def metrics() -> Response:
    """Give all workers' metrics in Prometheus's text format."""
    token: str = current_app.config["METRICS_TOKEN"]
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if token and not hmac.compare_digest(token.encode(), given.encode()):
        message = "The scrape token is required as Authorization: Bearer"
        raise Unauthenticated(message)
    return Response(exposition(current_runtime().sessions), content_type=CONTENT_TYPE_LATEST)
