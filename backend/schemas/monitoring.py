"""Shapes of monitoring. Times in seconds, shares in percent, null where nothing was called."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from backend.schemas.common import Answer, Moment, PageQuery, Query

RangeName = Literal["1h", "24h", "7d", "30d"]
REQUESTS_DEFAULT = 50
SPARKS = 24

Seconds = Annotated[float, Field(description="Seconds.")]
Percent = Annotated[float, Field(description="0 to 100.")]
Megabytes = Annotated[float, Field(description="MB.")]


class RangeQuery(Query):
    """How far back to look."""

    time_range: RangeName = "24h"


class APIsQuery(PageQuery, RangeQuery):
    """Which APIs, and how far back to look."""

    search: Annotated[str, Field(max_length=200, pattern=r"^[^\x00]*$", description="Part of a name.")] = ""
    status: Literal["", "active", "inactive", "error"] = ""


class RequestsQuery(PageQuery):
    """Which calls of an API."""

    limit: Annotated[int, Field(ge=1, le=200)] = REQUESTS_DEFAULT
    status: Annotated[Literal["", "success", "error"], Field(description="Error: status 400 and above.")] = ""
    request_id: Annotated[str, Field(max_length=64, pattern=r"^[^\x00]*$")] = ""


class Spanned(Answer):
    """Something measured from one moment to another."""

    model_config = ConfigDict(populate_by_name=True)

    begins: Annotated[Moment, Field(alias="from")]
    ends: Annotated[Moment, Field(alias="to")]


class Point(Answer):
    """What was called in one step of a series; zeros and nulls where nothing was."""

    timestamp: Annotated[Moment, Field(description="When the step begins.")]
    request_count: int
    success_count: int
    error_count: int
    avg_response_time: Seconds | None
    p50_response_time: Seconds | None
    p95_response_time: Seconds | None
    p99_response_time: Seconds | None
    avg_cpu_usage: Percent | None
    peak_cpu_usage: Percent | None
    avg_memory_usage: Megabytes | None
    peak_memory_usage: Megabytes | None


class SummaryOut(Spanned):
    """All of the viewer's APIs together."""

    time_range: RangeName
    total_apis: int
    active_apis: int
    total_requests: Annotated[int, Field(description="Of all time.")]
    requests_in_range: int
    success_rate: Percent | None
    error_rate: Percent | None
    avg_response_time: Seconds | None
    p95_response_time: Seconds | None
    avg_cpu_usage: Percent | None
    avg_memory_usage: Megabytes | None
    series: list[Point]


class APISummaryOut(Answer):
    """One API in the list."""

    id: int
    name: str
    model_id: int
    model_name: str
    task: str
    status: str
    api_endpoint: str
    created_at: Moment
    last_used_at: Moment | None
    total_requests: Annotated[int, Field(description="Of all time.")]
    requests_24h: int
    requests_in_range: int
    success_rate: Percent | None
    error_rate: Percent | None
    avg_response_time: Seconds | None
    p95_response_time: Seconds | None
    avg_cpu_usage: Percent | None
    avg_memory_usage: Megabytes | None
    sparkline: Annotated[
        list[int], Field(min_length=SPARKS, max_length=SPARKS, description="Calls in 24 equal slots of the range.")
    ]


class UsageOut(Answer):
    """How often an API was called, and with what outcome."""

    total_requests: Annotated[int, Field(description="Of all time.")]
    requests_in_range: int
    requests_24h: int
    requests_7d: int
    success_count: int
    error_count: int
    success_rate: Percent | None
    error_rate: Percent | None
    status_codes: Annotated[dict[str, int], Field(examples=[{"200": 41, "400": 1}])]


class DistributionBin(Answer):
    """How many calls took between two times; the lower edge counts, the upper does not."""

    model_config = ConfigDict(populate_by_name=True)

    lower: Annotated[Seconds, Field(alias="from")]
    upper: Annotated[Seconds, Field(alias="to")]
    count: int


class SlowCallOut(Answer):
    """One of the slowest calls."""

    request_id: str
    timestamp: Moment
    response_time: Seconds
    status_code: int


class PerformanceOut(Answer):
    """How fast an API answered; percentiles are within 1 %."""

    avg_response_time: Seconds | None
    min_response_time: Seconds | None
    max_response_time: Seconds | None
    p50_response_time: Seconds | None
    p95_response_time: Seconds | None
    p99_response_time: Seconds | None
    distribution: list[DistributionBin]
    slowest: Annotated[list[SlowCallOut], Field(description="At most ten, slowest first.")]


class ResourcesOut(Answer):
    """What answering took."""

    avg_cpu_usage: Percent | None
    peak_cpu_usage: Percent | None
    avg_memory_usage: Megabytes | None
    peak_memory_usage: Megabytes | None


class APIStatsOut(Spanned):
    """Everything about one API in a range."""

    api_id: int
    time_range: RangeName
    resolution_seconds: Annotated[int, Field(description="Between two points of the series.")]
    usage: UsageOut
    performance: PerformanceOut
    resources: ResourcesOut
    series: list[Point]


class ResourceUsageOut(Spanned):
    """What answering took, over a range and step by step."""

    api_id: int
    time_range: RangeName
    resources: ResourcesOut
    series: list[Point]


class APIRequestOut(Answer):
    """One call as it was answered."""

    id: int
    request_id: str
    api_id: int
    timestamp: Moment
    status_code: int | None
    response_time: Seconds | None
    cpu_usage: Percent | None
    memory_usage: Megabytes | None
    request_data: Annotated[Any, Field(description="The body as sent; cut when long, text when it was no JSON.")]
    response_data: Annotated[Any, Field(description="The answer; cut when long.")]
    error_message: str | None
    rows: int
    key_id: str | None


class HourOut(Answer):
    """One hour of one API, as it is stored."""

    hour_timestamp: Moment
    request_count: int
    avg_response_time: Seconds | None
    success_count: int
    error_count: int
    avg_cpu_usage: Percent | None
    avg_memory_usage: Megabytes | None
    p50_response_time: Seconds | None
    p95_response_time: Seconds | None
    p99_response_time: Seconds | None


class CachedModelOut(Answer):
    """A model that a worker keeps loaded."""

    model_id: int
    name: str
    bytes: int
    hits: int
    load_ms: float
    loaded_at: Moment


class WorkerOut(Answer):
    """One serving process."""

    pid: int
    rss_mb: Megabytes
    cpu_percent: Percent
    models: list[CachedModelOut]
    other_models: Annotated[int, Field(description="Loaded models of other accounts.")]
    hits: int
    misses: int
    evictions: int


class CacheOut(Answer):
    """The model cache of all workers of this machine together."""

    capacity: Annotated[int, Field(description="Models that each worker keeps.")]
    hits: int
    misses: int
    evictions: int
    hit_rate: Percent | None
    load_ms_avg: float | None
    workers: list[WorkerOut]
