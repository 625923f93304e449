"""Passages: that a caller was let through to a target, which the gateway remembers as long as nothing changes.

Who calls and what it may do is the same call after call, and is worked out once.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2s
from typing import TypeAlias

import orjson

from backend.engine.metering.records import written
from backend.engine.signing import PlainKey
from backend.gateway.call import AnyKind, Call, Target
from backend.services.grants import Grant

PassageName: TypeAlias = tuple[bytes, str, str]
"""A digest of the key, so that no key lies in memory (BLAKE2: half the time of SHA-256), the target and the kind."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A caller that may call a target, and what is the same in all such calls."""

    grant: Grant
    target: Target
    is_free: bool
    """Nothing about a call itself has to be looked at: the target is active, and may be called from anywhere."""
    aimed_at: orjson.Fragment
    """`api_id` to `model_id` of its records."""
    charged_to: orjson.Fragment
    """`account_id` to `endpoint` of its records."""


def passage_of(kind: AnyKind, grant: Grant, target: Target) -> Passage:
    """Give the passage of a caller that was found to be allowed."""
    return Passage(
        grant,
        target,
        target.is_active and not grant.is_bound_to_a_place,
        written(target.api_id, grant.key_id, target.model_id),
        written(
            grant.account_id, grant.app_id, grant.environment, grant.source, kind.name, kind.method, target.endpoint
        ),
    )


def passage_name(call: Call) -> PassageName | None:
    """Give what the passage of a call is remembered under; None where the caller has to be looked at every time."""
    credential = call.credential
    if type(credential) is not PlainKey:
        return None
    return blake2s(credential.text.encode()).digest(), call.target, call.kind.name
