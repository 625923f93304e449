"""The guard of routes for administrators of the installation: a session of one, and never a key."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from backend.core.errors import Forbidden
from backend.middleware.session_auth import current_viewer, session_required

_P = ParamSpec("_P")
_R = TypeVar("_R")


class AdministratorsOnly(Forbidden):
    """Somebody signed in who is no administrator."""

    def __init__(self) -> None:
        super().__init__("This is for administrators", details={"reason": "administrators_only"})


def administrators_only(view: Callable[_P, _R]) -> Callable[_P, _R]:
    """Guard a view: it runs for a living session of an administrator; documents that in OpenAPI."""

    @wraps(view)
    def guarded(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        if not current_viewer().is_admin:
            raise AdministratorsOnly
        return view(*args, **kwargs)

    return session_required(guarded)
