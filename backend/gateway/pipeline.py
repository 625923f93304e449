"""The one way in: every metered call, whatever its kind and door, takes the steps of `Gateway._run`, in that order.

Called by the doors. Knows no Flask and no kind. Between socket and answer there is no database round trip (what is
remembered is read again only after a change), no log line and no psutil.
"""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter_ns, thread_time_ns

from backend.core.errors import AppError, InvalidKey, NotFound, Unauthenticated
from backend.core.jsontools import dumps
from backend.core.logging import get_logger
from backend.core.remembered import Remembered
from backend.engine.limits.errors import StateError
from backend.engine.limits.rules import Decision, Policy
from backend.engine.metering.records import clip_body, encode
from backend.gateway.authentication import Authenticator, check_place
from backend.gateway.call import Answer, AnyKind, Call, SurfaceLimit, Target
from backend.gateway.passages import Passage, PassageName, passage_name, passage_of
from backend.gateway.ports import Credits, Journal, Limiter, Observer
from backend.gateway.rates import LimitReached, rate_headers
from backend.gateway.timing import STAGES, server_timing
from backend.services.grants import Grant

log = get_logger(__name__)
NOUN = "API"
HTTP_OK = 200
HTTP_FAILURES = 500
OVERAGE_PRICE_FACTOR = 2
"""What calls beyond a daily quota cost where the key's overage action is charge."""


class Trail:
    """What is known of a call so far; whatever happens, this much can be recorded."""

    passage: Passage | None = None
    """Who calls what; with it the call is in its owner's log. Strangers cannot fill that."""
    decision: Decision | None = None
    body: bytes = b""
    rows: int = 0
    hold: int = 0
    """Credits reserved."""
    hold_end: int = 0
    credits: int = 0
    """What the call costs: the hold, once the work is done."""
    error: AppError | None = None
    response_time: float = 0.0
    """Seconds."""

    def __init__(self) -> None:
        self.marks: list[int] = []
        """perf_counter_ns() at the end of each stage; see `backend.gateway.timing`."""


@dataclass(frozen=True, slots=True)
class Gateway:
    """Takes calls through authentication, limits, validation, credits, execution and recording."""

    authenticator: Authenticator
    passages: Remembered[PassageName, Passage]
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
        if trail.passage is not None:
            try:
                self.journal.append(encode(self._fields(call, trail, answer, trail.passage)))
            except AppError as error:
                # What cannot be logged is not answered: no call may be missing from its owner's log.
                answer = self._refuse(call, trail, error)
            answer.headers.append(server_timing(call.started_ns, trail.marks, perf_counter_ns()))
        self.observer.answered(call.kind.name, answer.status, trail.response_time)
        return answer

    def _run(self, call: Call, trail: Trail) -> Answer:
        kind, mark = call.kind, trail.marks.append
        trail.passage = passage = self._let_through(call)
        grant, target = passage.grant, passage.target
        if not passage.is_free:
            _check_way(call, grant, target)
        mark(perf_counter_ns())
        trail.decision = self._limit_rate(call, grant)
        mark(perf_counter_ns())
        trail.body = body = call.read_body(kind.body_bytes_max)
        work = kind.parse(target, body)
        trail.rows = work.rows
        mark(perf_counter_ns())
        self._reserve_credits(trail, grant, kind.cost(work))
        mark(perf_counter_ns())
        fields = kind.execute(target, work)
        trail.credits = trail.hold
        done_ns = perf_counter_ns()
        mark(done_ns)
        trail.response_time = seconds(done_ns - call.started_ns)
        whole = {
            **fields,
            **kind.identify(target, work),
            "request_id": call.request_id,
            "response_time": trail.response_time,
        }
        return Answer(HTTP_OK, dumps(whole), _headers(trail), trail.credits)

    def _let_through(self, call: Call) -> Passage:
        name = passage_name(call)
        known = None if name is None else self.passages.known(name)
        if known is not None:
            self.observer.authenticated("accepted")
            return known
        generation = self.passages.generation()
        grant = self._authenticate(call)
        target = call.kind.find(call.target)
        _authorise(grant, target)
        passage = passage_of(call.kind, grant, target)
        # No change announces that a key is over: the directory tells, and is asked at every call.
        if name is not None and grant.expires_at is None:
            self.passages.keep(name, passage, generation)
        return passage

    def _authenticate(self, call: Call) -> Grant:
        try:
            grant = self.authenticator.grant(call)
        except AppError as error:
            self.observer.authenticated("missing" if isinstance(error, Unauthenticated) else "refused")
            raise
        self.observer.authenticated("accepted")
        return grant

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
        ended_ns = perf_counter_ns()
        trail.response_time = seconds(ended_ns - call.started_ns)
        if len(trail.marks) < len(STAGES):
            trail.marks.append(ended_ns)
        if error.status >= HTTP_FAILURES:
            cause = error.__context__ or error
            log.error(
                "call_failed", request_id=call.request_id, code=error.code, internal=error.internal, exc_info=cause
            )
        headers = rate_headers(error.decision) if isinstance(error, LimitReached) else _headers(trail)
        if isinstance(error, Unauthenticated):
            headers.append(("WWW-Authenticate", 'Bearer realm="modelport"'))
        return Answer(error.status, dumps(error.envelope(call.request_id)), headers)

    def _fields(self, call: Call, trail: Trail, answer: Answer, passage: Passage) -> tuple[object, ...]:
        """Give the fields of the call's CallRecord in their order: naming them cost more than writing them."""
        decision, error = trail.decision, trail.error
        bytes_max, asked, answered = self.logged_body_bytes_max, trail.body, answer.body
        wall_ns = perf_counter_ns() - call.started_ns
        return (
            call.request_id,
            call.occurred_at_us,
            passage.aimed_at,
            answer.status,
            trail.response_time,
            percent(thread_time_ns() - call.cpu_started_ns, wall_ns),
            self.observer.memory_mb,
            trail.rows,
            len(asked),
            len(answered),
            call.remote_address,
            clip_body(asked, bytes_max) if asked else None,
            clip_body(answered, bytes_max),
            None if error is None else error.message,
            passage.charged_to,
            trail.credits,
            trail.hold,
            trail.hold_end,
            decision is not None and decision.overage is not None,
        )


def _authorise(grant: Grant, target: Target) -> None:
    if not grant.may_call(target.account_id, target.scopes):
        # Another's API answers as one that does not exist, so that keys cannot be used to look around.
        raise NotFound(NOUN)


def _check_way(call: Call, grant: Grant, target: Target) -> None:
    if not target.is_active:
        raise InvalidKey("Invalid or inactive API key: this API is paused")
    if grant.is_bound_to_a_place:
        check_place(grant, origin=call.origin, address=call.remote_address)


def _surface_rule(kind: AnyKind, surface: SurfaceLimit, grant: Grant) -> Policy:
    key = f"surface:{kind.name}:{grant.environment}@{grant.account_id}"
    return Policy("surface", key, surface.calls, surface.window_seconds)


def _headers(trail: Trail) -> list[tuple[str, str]]:
    """Give where the caller's limits stand and what the call cost."""
    headers = rate_headers(trail.decision)
    if trail.decision is not None:
        headers.append(("X-Credits-Charged", str(trail.credits)))
    return headers


def seconds(span_ns: int) -> float:
    """Give a span in seconds, to the microsecond; whole numbers round ten times as fast as `round`."""
    return (span_ns + 500) // 1_000 / 1e6


def percent(part_ns: int, whole_ns: int) -> float:
    """Give a share in percent, to the hundredth, at most 100."""
    if part_ns > whole_ns:
        return 100.0
    return (20_000 * part_ns // (whole_ns or 1) + 1) // 2 / 100
