"""Where several machines share what must be exact: the Redis server that is named, or none.

Called by bootstrap and by the background process. The client library is imported only where a server is named: it
holds several megabytes in every process.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from backend.adapters.redis_state import RedisState


def redis_named(url: str) -> RedisState | None:
    """Give the server at a URL; None where there is no URL."""
    if not url:
        return None
    from backend.adapters.redis_state import RedisState  # noqa: PLC0415 - as said above

    return RedisState(url)
