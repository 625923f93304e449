"""Offers: what a kind says of one thing that can be called, for people who have not called it yet.

Kinds make them, the playground shows them, the price list and the form derive from them. Pure shapes, and the reading
of a contract into parameters.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from backend.engine.serving.contract import Column, Contract


@dataclass(frozen=True, slots=True)
class Parameter:
    """One value of a request, as a form shows it."""

    name: str
    type: str
    required: bool
    description: str
    constraints: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One thing that can be called."""

    target: str
    title: str
    description: str
    path: str
    scope: str
    api_id: int | None
    status: str
    input_schema: dict[str, Any]
    """JSON Schema of one record."""
    example: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Documentation:
    """Everything there is to know before calling it."""

    parameters: tuple[Parameter, ...]
    request_schema: dict[str, Any]
    response_schema: dict[str, Any]
    example_response: Mapping[str, object] | None
    """What the example is answered; None where it cannot be at the moment."""
    openapi_url: str


def parameters_of(contract: Contract) -> tuple[Parameter, ...]:
    """Give the columns of a model as parameters."""
    return tuple(_parameter(column) for column in contract.columns)


def _parameter(column: Column) -> Parameter:
    schema = column.schema()
    return Parameter(
        name=column.name,
        type=column.type,
        required=column.required,
        description=schema.get("description", ""),
        constraints=_constraints(column),
    )


def _constraints(column: Column) -> dict[str, Any]:
    """Give what is enforced (enum, nullable) and what was only seen in training."""
    found: dict[str, Any] = {"nullable": column.nullable}
    if column.categories is not None:
        found["enum" if column.closed else "seen"] = list(column.categories)
    if column.minimum is not None and column.maximum is not None:
        found |= {"seen_minimum": column.minimum, "seen_maximum": column.maximum}
    return found
