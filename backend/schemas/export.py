"""Shapes of exported APIs: what their owner sends, and what they answer as."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints

from backend.schemas.common import Answer, Body, Line, Moment, Whole
from backend.schemas.model import ContractOut, Task

CALLS_PER_MINUTE_MAX = 1_000_000
GRACE_SECONDS_MAX = 30 * 24 * 3_600
ORIGINS_MAX = 50


def _lower(origin: str) -> str:
    """Give an origin as browsers send it: scheme and host in lower case."""
    return origin.lower()


Origin = Annotated[
    str,
    StringConstraints(
        max_length=300, pattern=r"^[hH][tT][tT][pP][sS]?://([A-Za-z0-9.\-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?$"
    ),
    AfterValidator(_lower),
    Field(examples=["https://app.example.com"]),
]
Origins = Annotated[
    list[Origin], Field(max_length=ORIGINS_MAX, description="Origins that browsers may call from; empty for any.")
]


class ExportIn(Body):
    """How a model is to be served; every field may be left out."""

    name: Annotated[Line | None, Field(description="Defaults to the model's name.")] = None
    allowed_origins: Annotated[Origins, Field(default_factory=list)]
    rate_limit_per_minute: Annotated[
        Whole | None,
        Field(
            ge=1,
            le=CALLS_PER_MINUTE_MAX,
            description="Calls a minute of the key; the installation's default. Owners get no more than their plan.",
        ),
    ] = None


class ChangeIn(Body):
    """What to change of an API; what is left out stays."""

    name: Line | None = None
    allowed_origins: Origins | None = None


class StatusIn(Body):
    """Switch an API on or off."""

    status: Literal["active", "inactive"]


class RegenerateIn(Body):
    """How the present key ends."""

    grace_seconds: Annotated[
        Whole,
        Field(ge=0, le=GRACE_SECONDS_MAX, description="How long the present key goes on working; 0 ends it now."),
    ] = 0


class ExportedAPIOut(Answer):
    """A model served at an endpoint."""

    id: int
    name: str
    model_id: int
    model_name: str
    task: Task
    api_endpoint: Annotated[str, Field(examples=["/api/predict/7"])]
    api_url: str
    docs_url: str
    openapi_url: str
    api_key_masked: Annotated[str, Field(examples=["mp_live_...a1b2"])]
    key_id: str
    status: Literal["active", "inactive", "error"]
    created_at: Moment
    last_used_at: Moment | None
    total_requests: int
    rate_limit_per_minute: int
    allowed_origins: list[str]


class NewExportOut(ExportedAPIOut):
    """A fresh export with its key, which is shown this once."""

    api_id: int
    api_key: str
    warnings: Annotated[list[str], Field(description="Where less was granted than asked for.")]


class SnippetsOut(Answer):
    """Calls that work as they stand, but for YOUR_API_KEY."""

    curl: str
    python: str
    javascript: str


class APIDetailsOut(ExportedAPIOut):
    """An API with all that is needed to call it."""

    contract: ContractOut
    input_schema: Annotated[dict[str, Any], Field(description="JSON Schema of one record.")]
    output_schema: Annotated[dict[str, Any], Field(description="JSON Schema of the answer to one record.")]
    example: Annotated[dict[str, Any] | list[Any], Field(description="A request body that works.")]
    snippets: SnippetsOut


class NewKeyOut(Answer):
    """A fresh key, which is shown this once."""

    api_key: str
    key_id: str
    api_key_masked: str
    previous_key_expires_at: Annotated[Moment, Field(description="When the previous key stops working.")]
