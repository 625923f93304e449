"""Shapes of the playground: what can be called, how, and what came of a call."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from backend.schemas.common import Answer, Body
from backend.schemas.export import SnippetsOut

NAME_CHARS_MAX = 100
EndpointName = Annotated[str, Field(max_length=NAME_CHARS_MAX, examples=["ml.predict:7"])]


class UnitPriceOut(Answer):
    """What one unit costs."""

    credits: int
    unit: str


class PlaygroundEndpointOut(Answer):
    """Something that can be called."""

    name: EndpointName
    kind: str
    title: str
    description: str
    method: str
    path: str
    scope: Annotated[str, Field(description="What a key must hold to call it.")]
    api_id: int | None
    status: Literal["active", "inactive", "error"]
    price: UnitPriceOut
    input_schema: Annotated[dict[str, Any], Field(description="JSON Schema of one record.")]
    example: Annotated[Any, Field(description="A request body that works.")]


class ParameterOut(Answer):
    """One value of a request."""

    name: str
    type: str
    required: bool
    description: str
    constraints: dict[str, Any]


class RefusalOut(Answer):
    """One way in which a call can be refused."""

    status: int
    code: str
    meaning: str


class EndpointLimitsOut(Answer):
    """How often the account may call it; calls a minute."""

    plan: str
    plan_limit: int
    surface: Annotated[int | None, Field(description="Where this kind of endpoint has a limit of its own.")]


class EndpointDocsOut(PlaygroundEndpointOut):
    """Everything there is to know before calling it."""

    parameters: list[ParameterOut]
    request_schema: dict[str, Any]
    response_schema: dict[str, Any]
    example_request: Any
    example_response: Annotated[Any, Field(description="What the example is answered; null when that is not known.")]
    errors: list[RefusalOut]
    limits: EndpointLimitsOut
    snippets: SnippetsOut
    openapi_url: str


class ExecuteIn(Body):
    """A call to make as oneself."""

    endpoint: EndpointName
    body: Annotated[Any, Field(description="The request body, as a program would send it.")]
    environment: Annotated[
        Literal["live", "test"] | None,
        Field(description="live costs credits, test is free; test, or the key's own, when left out."),
    ] = None
    method: Annotated[str | None, Field(max_length=10, description="The endpoint's own, when left out.")] = None


class CostOut(Answer):
    """What the call cost."""

    credits: int


class SentOut(Answer):
    """The request as a program would send it."""

    method: str
    url: str
    body: Any


class ExecutionOut(Answer):
    """What the endpoint answered; its refusals come in here with their own status."""

    status: int
    reason: str
    time_ms: float
    cost: CostOut
    headers: dict[str, str]
    body: Any
    request_id: str
    request: SentOut
    snippets: SnippetsOut
    environment: Literal["live", "test"]
