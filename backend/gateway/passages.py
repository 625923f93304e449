"""Passages: that a caller was let through to a target, remembered as long as nothing changes.

Who calls and what it may do is the same call after call, and is worked out once. Used by the gateway, which decides; an
entry is trusted while the generation it was made under is still the present one, as those of the directory are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2s

import orjson

from backend.engine.metering.records import written
from backend.engine.signing import PlainKey
from backend.gateway.call import AnyKind, Call, Target
from backend.services.grants import Grant

ENTRIES_MAX = 20_000


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


class Passages:
    """The passages of plain keys.

    Args:
        generation: gives what must be unchanged for a remembered passage to be trusted.
    """

    def __init__(self, generation: Callable[[], object]) -> None:
        self.generation = generation
        self._known: dict[tuple[bytes, str, str], tuple[object, Passage]] = {}
        """By a digest of the key, so that no key lies in memory; by BLAKE2, which takes half the time of SHA-256."""

    def known(self, call: Call) -> Passage | None:
        """Give the passage of a call if it is remembered and nothing has changed since."""
        credential = call.credential
        if type(credential) is not PlainKey:
            return None
        entry = self._known.get((blake2s(credential.text.encode()).digest(), call.target, call.kind.name))
        return entry[1] if entry is not None and entry[0] == self.generation() else None

    def keep(self, call: Call, passage: Passage, generation: object) -> None:
        """Remember the passage of a call, unless its key's end has to be looked for at every call.

        Args:
            generation: as it was before the caller was looked up.
        """
        credential = call.credential
        if type(credential) is not PlainKey or passage.grant.expires_at is not None:
            return
        if len(self._known) >= ENTRIES_MAX:
            self._known.clear()
        self._known[blake2s(credential.text.encode()).digest(), call.target, call.kind.name] = generation, passage
