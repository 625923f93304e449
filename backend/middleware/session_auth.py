"""Signed-in sessions over HTTP: access tokens in the Authorization header or in cookies.

`session_required` guards the routes that no key opens (`backend.middleware.access` guards the others); the auth routes
call `sign` and `set_cookies`. Cookies need the CSRF token in a header, since browsers attach cookies by themselves; a
bearer header needs none. Decides nothing about what a viewer may see: that is `backend.services.access`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import wraps
from typing import ParamSpec, TypeVar

import structlog
from flask import Flask, Response, current_app, g
from flask_jwt_extended import (
    JWTManager,
    create_access_token,
    create_refresh_token,
    decode_token,
    get_jwt,
    set_access_cookies,
    set_refresh_cookies,
    unset_jwt_cookies,
    verify_jwt_in_request,
)
from flask_jwt_extended.exceptions import CSRFError

from backend.core.errors import Forbidden, Unauthenticated
from backend.middleware.call_bounds import counted_call
from backend.middleware.errors import error_answer
from backend.middleware.openapi import SESSION_SECURITY, refuses, secured_by
from backend.services import session_service
from backend.services.access import Viewer
from backend.services.session_service import GrantedSession, SessionEnded

REFRESH_COOKIE_PATH = "/api/v1/auth"
ALGORITHM = "HS256"
_P = ParamSpec("_P")
_R = TypeVar("_R")


@dataclass(frozen=True, slots=True)
class Tokens:
    """A signed pair, as one answer hands it out."""

    access: str
    refresh: str


def install_sessions(
    app: Flask, *, secret: str, access_token_seconds: int, refresh_token_days: int, cookie_secure: bool
) -> None:
    """Teach an application to sign and read session tokens, and to refuse bad ones in the envelope."""
    app.config.update(
        JWT_SECRET_KEY=secret,
        JWT_ALGORITHM=ALGORITHM,
        JWT_TOKEN_LOCATION=["headers", "cookies"],
        JWT_ACCESS_TOKEN_EXPIRES=timedelta(seconds=access_token_seconds),
        JWT_REFRESH_TOKEN_EXPIRES=timedelta(days=refresh_token_days),
        JWT_COOKIE_SECURE=cookie_secure,
        JWT_COOKIE_SAMESITE="Lax",
        JWT_COOKIE_CSRF_PROTECT=True,
        JWT_SESSION_COOKIE=False,
        JWT_REFRESH_COOKIE_PATH=REFRESH_COOKIE_PATH,
    )
    manager = JWTManager(app)
    manager.unauthorized_loader(lambda _why: error_answer(_sign_in_needed()))
    manager.invalid_token_loader(lambda _why: error_answer(_invalid_token()))
    manager.expired_token_loader(lambda _header, _claims: error_answer(_expired_token()))
    app.register_error_handler(CSRFError, lambda _error: error_answer(_csrf_refused()))


def session_required(view: Callable[_P, _R]) -> Callable[_P, _R]:
    """Guard a view: it runs only for a living session of an active account; documents that in OpenAPI."""

    @wraps(view)
    def guarded(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        require_session()
        return view(*args, **kwargs)

    return secured_by(SESSION_SECURITY)(refuses(401, 403, 429)(guarded))


def require_session() -> Viewer:
    """Give who is signed in, or refuse; counts the call.

    Raises:
        SessionEnded: signed out, ended, or the account is gone or disabled.
    """
    with counted_call():
        return signed_in_viewer()


def signed_in_viewer() -> Viewer:
    """Give who is signed in, or refuse; for guards that also take another kind of identity.

    Raises:
        SessionEnded: signed out, ended, or the account is gone or disabled.
    """
    verify_jwt_in_request()
    claims = get_jwt()
    viewer = session_service.viewer_of(claims["sub"], claims.get("family", ""))
    if viewer is None:
        raise SessionEnded
    remember_viewer(viewer)
    return viewer


def remember_viewer(viewer: Viewer) -> None:
    """Keep who calls for the rest of the request, log lines and audit entries included."""
    g.viewer = viewer
    structlog.contextvars.bind_contextvars(account_id=viewer.account_id, key_id=viewer.key_id)


def current_viewer() -> Viewer:
    """Give who calls, signed in or by key.

    Raises:
        Unauthenticated: outside a view guarded by `session_required` or `access`.
    """
    viewer: Viewer | None = g.get("viewer")
    if viewer is None:
        raise _sign_in_needed()
    return viewer


def sign(granted: GrantedSession) -> Tokens:
    """Sign the tokens of a granted session."""
    account_id, family = granted.account.id, {"family": granted.family_id}
    return Tokens(
        access=create_access_token(account_id, additional_claims=family),
        refresh=create_refresh_token(account_id, additional_claims={**family, "jti": granted.refresh_jti}),
    )


def set_cookies(answer: Response, tokens: Tokens) -> None:
    """Put the tokens into cookies that scripts cannot read, their CSRF tokens into ones that scripts can."""
    lifetimes = current_app.config
    access_seconds = lifetimes["JWT_ACCESS_TOKEN_EXPIRES"].total_seconds()
    refresh_seconds = lifetimes["JWT_REFRESH_TOKEN_EXPIRES"].total_seconds()
    set_access_cookies(answer, tokens.access, max_age=int(access_seconds))
    set_refresh_cookies(answer, tokens.refresh, max_age=int(refresh_seconds))


def clear_cookies(answer: Response) -> None:
    """Take the session's cookies back."""
    unset_jwt_cookies(answer)


def refresh_jti_in_body(token: str) -> str:
    """Read the id out of a refresh token that came in a body."""
    claims = decode_token(token)
    if claims.get("type") != "refresh":
        raise _invalid_token()
    return str(claims["jti"])


def refresh_jti_in_cookie() -> str:
    """Read the id out of the refresh cookie, whose CSRF token must stand in X-CSRF-TOKEN."""
    verify_jwt_in_request(refresh=True, locations=["cookies"])
    return str(get_jwt()["jti"])


def family_in_request() -> str | None:
    """Give the session that a sign-out means; None where there is none to end."""
    verify_jwt_in_request(optional=True)
    family = get_jwt().get("family")
    return None if family is None else str(family)


def _sign_in_needed() -> Unauthenticated:
    """Give the refusal of a call without a token."""
    return Unauthenticated(
        "Sign in first: send the access token as 'Authorization: Bearer ...' or the session cookie",
        details={"reason": "missing_token"},
    )


def _invalid_token() -> Unauthenticated:
    """Give the refusal of a token that we did not sign, or of the wrong kind."""
    return Unauthenticated("This token is not valid: sign in again", details={"reason": "invalid_token"})


def _expired_token() -> Unauthenticated:
    """Give the refusal of a token past its time."""
    return Unauthenticated("This token has expired: refresh it or sign in again", details={"reason": "expired_token"})


def _csrf_refused() -> Forbidden:
    """Give the refusal of a cookie session whose CSRF token is missing or is another one's."""
    return Forbidden(
        "A request with the session cookie must send its CSRF cookie's value in the header X-CSRF-TOKEN",
        details={"reason": "csrf"},
    )
