"""The storage behind Flask-Limiter: its moving windows counted by the gateway's limiter, exact across workers.

Importing it makes the scheme known to the `limits` library; bootstrap spreads `limiter_settings` into Limiter(...).
Serves the moving-window strategy alone, and never imports Flask.
"""

from typing import TypedDict, cast

from limits.errors import ConfigurationError
from limits.storage import MovingWindowSupport, Storage

from backend.engine.limits.errors import StateError
from backend.engine.limits.rules import Limiter, Policy

_KEY_PREFIX = "flask-limiter:"


class LimiterSettings(TypedDict):
    """Arguments of flask_limiter.Limiter that choose where and how it counts."""

    storage_uri: str
    storage_options: dict[str, str | int]
    strategy: str


def limiter_settings(limiter: Limiter) -> LimiterSettings:
    """Give the arguments that make Flask-Limiter count with `limiter`."""
    # Flask-Limiter passes options on untouched, whatever its annotation says.
    options = cast("dict[str, str | int]", {"limiter": limiter})
    return {"storage_uri": "modelport://", "storage_options": options, "strategy": "moving-window"}


class SharedStateStorage(Storage, MovingWindowSupport):
    """Moving windows over a limiter, of one machine or of several."""

    STORAGE_SCHEME = ["modelport"]  # noqa: RUF012 - an instance variable by the library's own annotation

    def __init__(self, uri: str | None = None, *, limiter: Limiter, wrap_exceptions: bool = False) -> None:
        """Take the limiter from the storage options."""
        super().__init__(uri, wrap_exceptions=wrap_exceptions)
        self._limiter = limiter

    @property
    def base_exceptions(self) -> tuple[type[Exception], ...]:
        """Errors that mean the storage is down."""
        return (StateError, OSError)

    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """Count `amount` calls if they fit the window of `expiry` seconds; nothing always fits."""
        return amount < 1 or self._limiter.admit((_policy(key, limit, expiry),), amount).allowed

    def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        """Give the time of the window's oldest call in epoch seconds, and how many it holds."""
        usage = self._limiter.usage(_policy(key, limit, expiry))
        return usage.oldest_at, usage.calls

    def clear(self, key: str) -> None:
        """Forget the calls counted under a key."""
        self._limiter.forget(_KEY_PREFIX + key)

    def check(self) -> bool:
        """Say whether the storage answers."""
        try:
            self._limiter.usage(_policy("check", 1, 1))
        except self.base_exceptions:
            return False
        return True

    def reset(self) -> int | None:
        """Refuse: counters are kept by digest, so those of Flask-Limiter cannot be told from the gateway's.

        Raises:
            NotImplementedError: always; Flask-Limiter logs it as "does not support being reset".
        """
        raise NotImplementedError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:  # noqa: ARG002 - the library's signature
        """Refuse: fixed windows are not kept.

        Raises:
            ConfigurationError: always.
        """
        raise _only_moving_windows()

    def get(self, key: str) -> int:  # noqa: ARG002 - as above
        """Refuse: fixed windows are not kept.

        Raises:
            ConfigurationError: always.
        """
        raise _only_moving_windows()

    def get_expiry(self, key: str) -> float:  # noqa: ARG002 - as above
        """Refuse: fixed windows are not kept.

        Raises:
            ConfigurationError: always.
        """
        raise _only_moving_windows()


def _policy(key: str, limit: int, expiry: int) -> Policy:
    return Policy("flask-limiter", _KEY_PREFIX + key, limit, expiry)


def _only_moving_windows() -> ConfigurationError:
    return ConfigurationError("modelport:// keeps moving windows only: set strategy='moving-window'")
