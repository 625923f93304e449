"""Calls of a session: the playground's way into the gateway, through the very steps that a key's call takes.

Called by the playground's route. Mints no key and reads none: the principal is the account that is signed in.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from backend.core.errors import PayloadTooLarge
from backend.core.ids import new_request_id
from backend.gateway.call import Answer, AnyKind, Call, SessionPrincipal
from backend.gateway.pipeline import Gateway


@dataclass(frozen=True, slots=True)
class Played:
    """What a call of a session was answered."""

    answer: Answer
    request_id: str
    seconds: float


def play(
    gateway: Gateway, kind: AnyKind, target: str, body: bytes, *, principal: SessionPrincipal, remote_address: str
) -> Played:
    """Call a kind as a signed-in account.

    Args:
        body: JSON, as a caller with a key would send it.
        remote_address: of the person who plays.
    """
    started_ns = time.perf_counter_ns()

    def read_body(bytes_max: int) -> bytes:
        if len(body) > bytes_max:
            raise PayloadTooLarge(bytes_max)
        return body

    call = Call(
        kind=kind,
        target=target,
        credential=principal,
        request_target=kind.path.replace("<target>", target),
        origin=None,
        read_body=read_body,
        request_id=new_request_id(),
        remote_address=remote_address,
        occurred_at_us=time.time_ns() // 1_000,
        started_ns=started_ns,
        cpu_started_ns=time.thread_time_ns(),
    )
    answer = gateway.handle(call)
    return Played(answer, call.request_id, (time.perf_counter_ns() - started_ns) / 1e9)
