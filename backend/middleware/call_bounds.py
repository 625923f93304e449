"""How often one caller may use the management routes: by account once it is known, by address before.

Counted by the guards, when they know who calls, and never for predictions, which the gateway limits. Flask-Limiter
decides, with counters that all workers share.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from flask import Blueprint, Flask, current_app, g
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

_HOOK = "modelport.count_management_call"
_SCOPE = "management"


def install_call_bounds(
    app: Flask, limiter: Limiter, hook: Callable[[], None], *, bounded: list[Blueprint], calls_per_minute: int
) -> None:
    """Bound the routes of some blueprints together.

    Args:
        app: the application.
        limiter: holds the bound.
        hook: Flask-Limiter's own check of the present request.
        bounded: the blueprints whose guards count.
        calls_per_minute: of one caller.
    """
    app.extensions[_HOOK] = hook
    bound = limiter.shared_limit(f"{calls_per_minute}/minute", scope=_SCOPE, key_func=_caller)
    for blueprint in bounded:
        bound(blueprint)


@contextmanager
def counted_call() -> Iterator[None]:
    """Count the request when the block has found out who calls, or has refused them: guessing is bounded too."""
    try:
        yield
    finally:
        current_app.extensions[_HOOK]()


def _caller() -> str:
    """Give whom the call is counted under."""
    viewer = g.get("viewer")
    return f"address:{get_remote_address()}" if viewer is None else f"account:{viewer.account_id}"
