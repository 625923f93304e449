"""Shapes of the log of calls. Latencies in milliseconds."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, ConfigDict, Field

from backend.schemas.common import Answer, Body, Line, Moment, PageQuery
from backend.schemas.usage import EnvironmentQuery, IdText, Milliseconds, PathText

LOGS_DEFAULT = 50
LOGS_MAX = 200
REDACTED_FIELDS_MAX = 100


def _utc(moment: datetime) -> datetime:
    """Give a moment as aware UTC; one without a zone is UTC already."""
    try:
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("is no moment between the years 1 and 9999") from None


When = Annotated[datetime, AfterValidator(_utc), Field(description="RFC 3339.")]


class LogFilterQuery(EnvironmentQuery):
    """Which calls."""

    model_config = ConfigDict(populate_by_name=True)

    key_id: IdText = ""
    app_id: IdText = ""
    endpoint: PathText = ""
    status: Annotated[
        str,
        Field(
            pattern=r"^([1-5]\d\d|[1-5]xx|success|error)?$",
            description="A status such as 429, a class such as 4xx, `success` (below 400) or `error` (400 and above).",
        ),
    ] = ""
    begins: Annotated[When | None, Field(alias="from")] = None
    ends: Annotated[When | None, Field(alias="to", description="RFC 3339; not included.")] = None
    request_id: IdText = ""
    source: Literal["", "api", "playground", "internal"] = ""


class LogsQuery(LogFilterQuery, PageQuery):
    """Which calls, and which part of them."""

    limit: Annotated[int, Field(ge=1, le=LOGS_MAX)] = LOGS_DEFAULT
    after: Annotated[
        str,
        Field(
            max_length=200,
            description="The first cursor of the answer before: gives what was recorded since, newest first.",
        ),
    ] = ""


class LogExportQuery(LogFilterQuery):
    """Which calls, and how they are written."""

    format: Literal["csv", "json"] = "csv"


class LogOut(Answer):
    """One call."""

    cursor: Annotated[str, Field(description="Its place, for `cursor` and `after`.")]
    request_id: str
    occurred_at: Moment
    method: str
    endpoint: str
    kind: str
    api_id: int | None
    key_id: str | None
    key_name: Annotated[str | None, Field(description="While the key is listed.")]
    app_id: str | None
    environment: str
    source: str
    status: int
    latency_ms: Milliseconds
    bytes_in: int
    bytes_out: int
    rows: int
    credits: int
    is_overage: Annotated[bool, Field(description="Admitted beyond the daily quota.")]
    ip: str | None
    country: Annotated[str | None, Field(description="ISO 3166-1 alpha-2, where GEOIP_DATABASE knows the address.")]
    error_message: str | None


class LogDetailOut(LogOut):
    """One call with its bodies; without them once its API was deleted."""

    request_data: Annotated[Any, Field(description="As sent; cut when long, text when it was no JSON, redacted.")]
    response_data: Annotated[Any, Field(description="The answer; cut when long, redacted.")]


class LogSettingsIn(Body):
    """What the log must not keep."""

    redacted_fields: Annotated[
        list[Line],
        Field(
            max_length=REDACTED_FIELDS_MAX,
            description="Names of JSON fields, at any depth and in any case, whose values are never kept."
            " Holds for calls from now on.",
        ),
    ]


class LogSettingsOut(Answer):
    """What the log does not keep."""

    redacted_fields: list[str]
