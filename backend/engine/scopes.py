"""Scopes: what a key may do, as words, and which word covers which.

    predict:7      call one API             predict:*     call every API of the account
    read           read models, exports, projects, the profile
    write          change them, and call every kind of the account
    portal:read    read keys, apps, usage, logs, credits, audit, the playground
    portal:write   change keys, apps and limits, and call from the playground
    portal:*       both

Pure; called by the guards of routes and by whoever hands a scope on. Whose an API is, is not known here.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

PREDICT_ANY = "predict:*"
READ = "read"
WRITE = "write"
PORTAL_READ = "portal:read"
PORTAL_WRITE = "portal:write"
PORTAL_ANY = "portal:*"
FIXED_SCOPES = (PREDICT_ANY, READ, WRITE, PORTAL_READ, PORTAL_WRITE, PORTAL_ANY)
_PREDICT_ONE = re.compile(r"predict:([1-9][0-9]{0,9})")


def predict_scope(api_id: int) -> str:
    """Give the scope that calls one API."""
    return f"predict:{api_id}"


def is_scope(text: str) -> bool:
    """Tell whether a text is a scope at all."""
    return text in FIXED_SCOPES or _PREDICT_ONE.fullmatch(text) is not None


def api_ids_in(scopes: Iterable[str]) -> set[int]:
    """Give the APIs that scopes name one by one."""
    return {int(found[1]) for found in map(_PREDICT_ONE.fullmatch, scopes) if found}


def covers(held: Collection[str], wanted: str) -> bool:
    """Tell whether the holder of some scopes may do what one scope allows; reading never follows from writing."""
    if wanted in held:
        return True
    if wanted.startswith("predict:"):
        return PREDICT_ANY in held or WRITE in held
    if wanted == PORTAL_ANY:
        return PORTAL_READ in held and PORTAL_WRITE in held
    return wanted in {PORTAL_READ, PORTAL_WRITE} and PORTAL_ANY in held
