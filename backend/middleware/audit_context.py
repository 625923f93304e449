"""Who sent the request, as the audit trail notes it: actor, address, user agent, request id.

Installed once in the application, before the routes. The actor is asked for when something is recorded, since a request
is authenticated by its view.
"""

from __future__ import annotations

from flask import Flask, g, request

from backend.middleware.request_context import current_request_id
from backend.services.access import Viewer
from backend.services.audit_service import Actor, ActorType, Origin, begin_acting, end_acting


def install_audit_context(app: Flask) -> None:
    """Tell the audit trail of every request's origin, and forget it afterwards."""
    app.before_request(_begin)
    app.teardown_request(lambda _error: end_acting())


def _begin() -> None:
    """Note what is known before the request is authenticated."""
    begin_acting(
        Origin(
            actor=_actor,
            ip=request.remote_addr,
            user_agent=request.headers.get("User-Agent"),
            request_id=current_request_id(),
        )
    )


def _actor() -> Actor:
    """Give who the request's view found signed in, or by its key."""
    viewer: Viewer | None = g.get("viewer")
    if viewer is None:
        return Actor(type="anonymous")
    kind: ActorType = "session" if viewer.key_id is None else "key"
    return Actor(type=kind, account_id=viewer.account_id, key_id=viewer.key_id, is_admin=viewer.is_admin)
