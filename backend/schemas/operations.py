"""What load balancers are told."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel


class Health(BaseModel):
    """The process answers."""

    status: Literal["ok"] = "ok"


class CheckOut(BaseModel):
    """One part."""

    ok: bool
    detail: str


class Readiness(BaseModel):
    """Every part that an answer needs."""

    status: Literal["ready", "not ready"]
    checks: dict[str, CheckOut]


METRICS_RESPONSES: dict[int | str, Any] = {
    200: {"description": "Prometheus text format.", "content": {"text/plain": {"schema": {"type": "string"}}}},
}
NOT_READY_RESPONSES: dict[int | str, Any] = {
    503: {
        "description": "A part is missing; checks name it.",
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Readiness"}}},
    },
}
