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
from backend.engine.limits.rules import Decision, Policy
from backend.engine.metering.records import CallRecord, clip_body, encode
from backend.gateway.authentication import Authenticator, check_place
from backend.gateway.call import Answer, AnyKind, Call, SurfaceLimit, Target
from backend.gateway.ports import Credits, Journal, Limiter, Observer
from backend.gateway.rates import LimitReached, rate_headers
from backend.services.grants import Grant

log = get_logger(__name__)
NOUN = "API"
HTTP_OK = 200
HTTP_FAILURES = 500
OVERAGE_PRICE_FACTOR = 2
"""What calls beyond a daily quota cost where the key's overage action is charge."""


@dataclass(slots=True)
class Trail:
    """What is known of a call so far; whatever happens, this much can be recorded."""

    grant: Grant | None = None
    target: Target | None = None
    decision: Decision | None = None
    body: bytes = b""
    rows: int = 0
    hold: int = 0
    """Credits reserved."""
    hold_end: int = 0
    credits: int = 0
    """What the call costs: the hold, once the work is done."""
    error: AppError | None = None
    response_time: float = field(default=0.0)
    """Seconds."""


@dataclass(frozen=True, slots=True)
class Gateway:
    """Takes calls through authentication, limits, validation, credits, execution and recording."""

    authenticator: Authenticator
    limiter: Limiter
    credits: Credits
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
        kind = call.kind
        trail.grant = grant = self._authenticate(call)
        trail.target = target = kind.find(call.target)
        self._authorise(call, grant, target)
        trail.decision = self._limit_rate(call, grant)
        trail.body = call.read_body(kind.body_bytes_max)
        work = kind.parse(target, trail.body)
        trail.rows = work.rows
        self._reserve_credits(trail, grant, kind.cost(work))
        fields = kind.execute(target, work)
        trail.credits = trail.hold
        trail.response_time = elapsed(call)
        whole = {
            **fields,
            **kind.identify(target, work),
            "request_id": call.request_id,
            "response_time": trail.response_time,
        }
        return Answer(HTTP_OK, dumps(whole), _headers(trail), trail.credits)

    def _authenticate(self, call: Call) -> Grant:
        try:
            grant = self.authenticator.grant(call)
        except AppError as error:
            self.observer.authenticated("missing" if isinstance(error, Unauthenticated) else "refused")
            raise
        self.observer.authenticated("accepted")
        return grant

    def _authorise(self, call: Call, grant: Grant, target: Target) -> None:
        if not grant.may_call(target.account_id, target.scopes):
            # Another's API answers as one that does not exist, so that keys cannot be used to look around.
            raise NotFound(NOUN)
        if not target.is_active:
            raise InvalidKey("Invalid or inactive API key: this API is paused")
        if grant.is_bound_to_a_place:
            check_place(grant, origin=call.origin, address=call.remote_address)

    def _limit_rate(self, call: Call, grant: Grant) -> Decision | None:
        surface = call.kind.surface
        rules = grant.rules if surface is None else (*grant.rules, _surface_rule(call.kind, surface, grant))
        try:
            decision = self.limiter.admit(rules)
        except (OSError, StateError) as error:
            # A broken limiter must not stop paying callers: admit, and say so loudly.
            log.exception("limiter_down", alert=True, error=repr(error))
            return None
        if not decision.allowed:
            raise LimitReached(decision)
        self.authenticator.use_once(call, grant)
        return decision

    def _reserve_credits(self, trail: Trail, grant: Grant, cost: int) -> None:
        if trail.decision is not None and trail.decision.overage == "charge":
            cost *= OVERAGE_PRICE_FACTOR
        if cost == 0 or grant.environment == "test":
            return
        trail.hold_end = self.credits.reserve(grant.account_id, cost)
        trail.hold = cost

    def _refuse(self, call: Call, trail: Trail, error: AppError) -> Answer:
        trail.error = error
        trail.credits = 0
        trail.response_time = elapsed(call)
        if error.status >= HTTP_FAILURES:
            cause = error.__context__ or error
            log.error(
                "call_failed", request_id=call.request_id, code=error.code, internal=error.internal, exc_info=cause
            )
        headers = rate_headers(error.decision) if isinstance(error, LimitReached) else _headers(trail)
        if isinstance(error, Unauthenticated):
            headers.append(("WWW-Authenticate", 'Bearer realm="modelport"'))
        return Answer(error.status, dumps(error.envelope(call.request_id)), headers)

    def _record(self, call: Call, trail: Trail, answer: Answer) -> None:
        grant, target = trail.grant, trail.target
        # Strangers cannot fill an owner's log: only who may call the API leaves a record in it.
        if grant is None or target is None or not grant.may_call(target.account_id, target.scopes):
            return
        self.journal.append(encode(self._call_record(call, trail, answer, grant, target)))

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
            account_id=grant.account_id,
            app_id=grant.app_id,
            environment=grant.environment,
            source=grant.source,
            kind=call.kind.name,
            method=call.kind.method,
            endpoint=target.endpoint,
            credits=trail.credits,
            hold=trail.hold,
            hold_end=trail.hold_end,
            is_overage=trail.decision is not None and trail.decision.overage is not None,
        )


def _surface_rule(kind: AnyKind, surface: SurfaceLimit, grant: Grant) -> Policy:
    key = f"surface:{kind.name}:{grant.environment}:{grant.account_id}"
    return Policy("surface", key, surface.calls, surface.window_seconds)


def _headers(trail: Trail) -> list[tuple[str, str]]:
    """Give where the caller's limits stand and what the call cost."""
    headers = rate_headers(trail.decision)
    if trail.decision is not None:
        headers.append(("X-Credits-Charged", str(trail.credits)))
    return headers


def elapsed(call: Call) -> float:
    """Give the seconds since the call reached its door, to the microsecond."""
    return round((time.perf_counter_ns() - call.started_ns) / 1e9, 6)
