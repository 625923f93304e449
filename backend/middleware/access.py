"""The guard of management routes that take sessions and API keys alike.

`@access("portal:read")` lets a living session of an active account through, and a key (X-API-Key or bearer) that holds
the scope. A key has none of its account's administrator rights. Only cookies need the CSRF token.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import request

from backend.engine.scopes import is_scope
from backend.middleware.call_bounds import counted_call
from backend.middleware.openapi import ACCESS_SECURITY, refuses, secured_by, takes_scope
from backend.middleware.session_auth import remember_viewer, signed_in_viewer
from backend.services.access import Viewer
from backend.services.key_access import KeyOutOfPlace, viewer_of_key

# Mistyped keys are recognised by their beginning, so that their refusal speaks of keys and not of sessions.
_LOOKS_LIKE_A_KEY = re.compile(r"[A-Za-z][A-Za-z0-9]{0,15}_(?:live|test)_")
_P = ParamSpec("_P")
_R = TypeVar("_R")


def access(scope: str) -> Callable[[Callable[_P, _R]], Callable[_P, _R]]:
    """Guard a view: it runs for a session, or for a key that holds the scope; documents that in OpenAPI.

    Raises:
        ValueError: no such scope.
    """
    if not is_scope(scope):
        raise ValueError(scope)

    def decorate(view: Callable[_P, _R]) -> Callable[_P, _R]:
        @wraps(view)
        def guarded(*args: _P.args, **kwargs: _P.kwargs) -> _R:
            require_access(scope)
            return view(*args, **kwargs)

        return takes_scope(scope)(secured_by(ACCESS_SECURITY)(refuses(401, 403, 429)(guarded)))

    return decorate


def require_access(scope: str) -> Viewer:
    """Give who calls, or refuse.

    Raises:
        Unauthenticated: neither a session nor a key, or one that does not work.
        Forbidden: the key lacks the scope, or may not be used from there.
    """
    viewer = require_identity()
    viewer.require(scope)
    return viewer


def require_identity() -> Viewer:
    """Give who calls, whatever they may do, or refuse; for views that judge it themselves.

    Raises:
        Unauthenticated: neither a session nor a key, or one that does not work.
        Forbidden: the key may not be used from there.
    """
    with counted_call():
        return _viewer()


def _viewer() -> Viewer:
    """Give who calls, by the key that was sent on purpose before the cookie that browsers add."""
    text = _presented_key()
    if not text:
        return signed_in_viewer()
    if ":" in text or "X-Signature" in request.headers:
        raise KeyOutOfPlace("signed_request", "Signed requests are for metered calls: send the key itself here")
    viewer = viewer_of_key(text, origin=request.headers.get("Origin"), address=request.remote_addr or "")
    remember_viewer(viewer)
    return viewer


def _presented_key() -> str:
    """Give the key of the request; a bearer token that is no key is a session's."""
    if "X-API-Key" in request.headers:
        return request.headers["X-API-Key"].strip()
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    is_key = scheme.lower() == "bearer" and _LOOKS_LIKE_A_KEY.match(token.strip())
    return token.strip() if is_key else ""
