"""Identity by API key: reads the key from a request, and guards views that are not metered.

Metered calls authenticate in the gateway; this module only finds their key for them.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from flask import request

from backend.core.errors import InvalidKey, InvalidSignature, NotFound, Unauthenticated
from backend.endpoints.ml_predict import api_number
from backend.gateway.authentication import check_place
from backend.middleware.call_credentials import key_in
from backend.services.directory_service import ServedAPI
from backend.services.runtime import current_runtime

P = ParamSpec("P")
R = TypeVar("R")


def presented_key() -> str | None:
    """Give the API key of the present request."""
    return key_in(request.environ)


def require_api_key(view: Callable[Concatenate[ServedAPI, P], R]) -> Callable[P, R]:
    """Let a view run only for a key of the API that its path names; the view is given that API first.

    Raises:
        Unauthenticated: no key.
        InvalidKey: the key is unknown, revoked or expired, or its API is paused.
        NotFound: the key is another API's.
    """

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        target = kwargs.pop("target")
        return view(api_of_key(presented_key(), str(target)), *args, **kwargs)

    return guarded


def api_of_key(key: str | None, target: str) -> ServedAPI:
    """Give the API that a path names when the key may call it."""
    directory = current_runtime().predictor.directory
    if not key:
        message = "API key required: send it as X-API-Key or as Authorization: Bearer"
        raise Unauthenticated(message)
    grant = directory.grant(key)
    if grant is None:
        message = "Invalid or inactive API key"
        raise InvalidKey(message)
    if grant.signing.is_required:
        message = "This key takes signed calls only; it is never sent itself"
        raise InvalidSignature(message)
    number = api_number(target)
    api = None if number is None else directory.api(number)
    if api is None or not grant.may_call(api.account_id, api.scopes):
        raise NotFound(noun="API")
    check_place(grant, origin=request.headers.get("Origin"), address=request.remote_addr or "")
    if not api.is_active:
        message = "Invalid or inactive API key: this API is paused"
        raise InvalidKey(message)
    return api
