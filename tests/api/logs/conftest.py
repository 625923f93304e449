"""Makes Alice's calls known here."""

from tests.api.usage.conftest import answered, api_id, call, dev_app, key, now, sessions

__all__ = ["answered", "api_id", "call", "dev_app", "key", "now", "sessions"]
