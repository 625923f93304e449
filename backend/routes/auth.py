"""Signing up, in and out, and renewing a session: /api/v1/auth. Limited to 10 calls a minute and address."""

from __future__ import annotations

from apiflask import APIBlueprint
from flask import Response, current_app, jsonify

from backend.middleware.openapi import refuses
from backend.middleware.session_auth import (
    clear_cookies,
    family_in_request,
    refresh_jti_in_body,
    refresh_jti_in_cookie,
    set_cookies,
    sign,
)
from backend.schemas.account import LoginIn, RefreshIn, RegisterIn, SessionOut, SessionUser
from backend.services import account_service, session_service
from backend.services.session_service import GrantedSession

auth = APIBlueprint("auth", __name__, url_prefix="/api/v1/auth", tag="Sessions")


@auth.post("/register")
@auth.input(RegisterIn)
@auth.output(SessionOut, status_code=201)
@refuses(400, 409, 413, 415, 422, 429)
def register(json_data: RegisterIn) -> Response:
    """Make an account and sign in.

    The tokens also come as cookies, for browsers.
    """
    account = account_service.register(email=json_data.email, password=json_data.password, name=json_data.name)
    return _signed_in(session_service.begin_session(account), status=201)


@auth.post("/login")
@auth.input(LoginIn)
@auth.output(SessionOut)
@refuses(400, 401, 413, 415, 422, 429)
def login(json_data: LoginIn) -> Response:
    """Sign in with e-mail and password.

    The tokens also come as cookies, for browsers.
    """
    account = account_service.authenticate(email=json_data.email, password=json_data.password)
    return _signed_in(session_service.begin_session(account))


@auth.post("/refresh")
@auth.input(RefreshIn)
@auth.output(SessionOut)
@refuses(400, 401, 403, 413, 415, 422, 429)
def refresh(json_data: RefreshIn) -> Response:
    """Exchange a refresh token, from the body or else the cookie, for new tokens.

    Each refresh token works once. One that comes back later than ten seconds after its exchange ends the session.
    A cookie needs X-CSRF-TOKEN with the value of the cookie csrf_refresh_token.
    """
    token = json_data.refresh_token
    jti = refresh_jti_in_cookie() if token is None else refresh_jti_in_body(token)
    return _signed_in(session_service.rotate_session(jti))


@auth.post("/logout")
@auth.output({}, status_code=204)
@refuses(401, 403, 413, 429)
def logout() -> Response:
    """End the session: its access and refresh tokens stop working at once. Fine without one."""
    family = family_in_request()
    if family is not None:
        session_service.end_session(family)
    answer = Response(status=204)
    clear_cookies(answer)
    return answer


def _signed_in(granted: GrantedSession, *, status: int = 200) -> Response:
    """Answer with the tokens of a session, as JSON and as cookies."""
    tokens, account = sign(granted), granted.account
    user = SessionUser.model_validate(
        {"id": account.id, "email": account.email, "name": account.name, "role": account.role}
    )
    body = SessionOut(
        access_token=tokens.access,
        refresh_token=tokens.refresh,
        token_type="bearer",  # noqa: S106 - the name of a scheme
        expires_in=int(current_app.config["JWT_ACCESS_TOKEN_EXPIRES"].total_seconds()),
        user=user,
    )
    answer = jsonify(body.model_dump(mode="json"))
    answer.status_code = status
    set_cookies(answer, tokens)
    return answer
