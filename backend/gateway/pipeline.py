"""The one way in: every metered call, whatever its kind and door, takes the steps of `Gateway._run`, in that order.

Called by the doors. Knows no Flask and no kind. Between socket and answer there is no database round trip (what is
remembered is read again only after a change), no log line and no psutil.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from backend.core.errors import AppError, InvalidKey, NotFound, Unauthenticated
from backend.core.jsontools import dumps
from backend.core.logging import get_logger
from backend.engine.limits.errors import StateError
from backend.engine.limits.windows import Decision
from backend.engine.metering.records import CallRecord, clip_body, encode
from backend.gateway.call import Answer, Call, Target
from backend.gateway.ports import Directory, Journal, Limiter, Observer
from backend.gateway.rates import LimitReached, rate_headers
from backend.services.directory_service import Grant

log = get_logger(__name__)
NOUN = "API"
HTTP_OK = 200
HTTP_FAILURES = 500


@dataclass(slots=True)
class Trail:
    """What is known of a call so far; whatever happens, this much can be recorded."""

    grant: Grant | None = None
    target: Target | None = None
    decision: Decision | None = None
    body: bytes = b""
    rows: int = 0
    error: AppError | None = None
    response_time: float = field(default=0.0)
    """Seconds."""


@dataclass(frozen=True, slots=True)
class Gateway:
    """Takes calls through authentication, limits, validation, execution and recording."""

    directory: Directory
    limiter: Limiter
    journal: Journal
    observer: Observer
    logged_body_bytes_max: int

    def handle(self, call: Call) -> Answer:
        """Answer a call. Never raises: every refusal and every failure is an answer, and is recorded."""
        trail = Trail()
        try:
            answer = self._run(call, trail)
        except AppError as error:
            answer = self._refuse(call, trail, error)
        except Exception as error:  # noqa: BLE001 - the boundary that keeps a defect from reaching the socket
            answer = self._refuse(call, trail, AppError("Internal server error", internal=repr(error)))
        try:
            self._record(call, trail, answer)
        except AppError as error:
            # What cannot be logged is not answered: no call may be missing from its owner's log.
            answer = self._refuse(call, trail, error)
        self.observer.answered(call.kind.name, answer.status, trail.response_time)
        return answer

    def _run(self, call: Call, trail: Trail) -> Answer:
        trail.grant = self._authenticate(call)
        trail.target = target = call.kind.find(call.target)
        self._authorise(trail.grant, target)
        trail.decision = self._limit_rate(trail.grant)
        trail.body = call.read_body(call.kind.body_bytes_max)
        work = call.kind.parse(target, trail.body)
        trail.rows = work.rows
        fields = call.kind.execute(target, work)
        trail.response_time = elapsed(call)
        identity = call.kind.identify(target)
        whole = {**fields, **identity, "request_id": call.request_id, "response_time": trail.response_time}
        return Answer(HTTP_OK, dumps(whole), rate_headers(trail.decision))

    def _authenticate(self, call: Call) -> Grant:
        if not call.key:
            self.observer.authenticated("missing")
            message = "API key required: send it as X-API-Key or as Authorization: Bearer"
            raise Unauthenticated(message)
        grant = self.directory.grant(call.key)
        self.observer.authenticated("accepted" if grant else "refused")
        if grant is None:
            message = "Invalid or inactive API key"
            raise InvalidKey(message)
        return grant

    def _authorise(self, grant: Grant, target: Target) -> None:
        if target.scope not in grant.scopes:
            # Another's API answers as one that does not exist, so that keys cannot be used to look around.
            raise NotFound(NOUN)
        if not target.is_active:
            message = "Invalid or inactive API key: this API is paused"
            raise InvalidKey(message)

    def _limit_rate(self, grant: Grant) -> Decision | None:
        try:
            decision = self.limiter.admit(grant.policies)
        except (OSError, StateError) as error:
            # A broken limiter must not stop paying callers: admit, and say so loudly.
            log.exception("limiter_down", alert=True, error=repr(error))
            return None
        if not decision.allowed:
            raise LimitReached(decision)
        return decision

    def _refuse(self, call: Call, trail: Trail, error: AppError) -> Answer:
        trail.error = error
        trail.response_time = elapsed(call)
        if error.status >= HTTP_FAILURES:
            cause = error.__context__ or error
            log.error(
                "call_failed", request_id=call.request_id, code=error.code, internal=error.internal, exc_info=cause
            )
        headers = rate_headers(error.decision if isinstance(error, LimitReached) else trail.decision)
        if isinstance(error, Unauthenticated):
            headers.append(("WWW-Authenticate", 'Bearer realm="modelport"'))
        return Answer(error.status, dumps(error.envelope(call.request_id)), headers)

    def _record(self, call: Call, trail: Trail, answer: Answer) -> None:
        # Strangers cannot fill an owner's log: only a key that may call the API leaves a record in it.
        if trail.grant is None or trail.target is None or trail.target.scope not in trail.grant.scopes:
            return
        self.journal.append(encode(self._call_record(call, trail, answer, trail.grant, trail.target)))

    def _call_record(self, call: Call, trail: Trail, answer: Answer, grant: Grant, target: Target) -> CallRecord:
        wall_ns = max(time.perf_counter_ns() - call.started_ns, 1)
        cpu_ns = time.thread_time_ns() - call.cpu_started_ns
        return CallRecord(
            request_id=call.request_id,
            occurred_at_us=call.occurred_at_us,
            api_id=target.api_id,
            key_id=grant.key_id,
            model_id=target.model_id,
            status_code=answer.status,
            response_time=trail.response_time,
            cpu_usage=min(100.0, round(100.0 * cpu_ns / wall_ns, 2)),
            memory_usage=self.observer.memory_mb,
            rows=trail.rows,
            request_bytes=len(trail.body),
            response_bytes=len(answer.body),
            remote_address=call.remote_address,
            request_data=clip_body(trail.body, self.logged_body_bytes_max) if trail.body else None,
            response_data=clip_body(answer.body, self.logged_body_bytes_max),
            error_message=trail.error.message if trail.error else None,
        )


def elapsed(call: Call) -> float:
    """Give the seconds since the call reached its door, to the microsecond."""
    return round((time.perf_counter_ns() - call.started_ns) / 1e9, 6)
