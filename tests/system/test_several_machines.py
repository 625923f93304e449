"""Two process trees, as on two machines: one database, one Redis, one folder of models, a home for each."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.databases import postgres_server, postgres_uri
from tests.redis_server import redis_server, redis_url
from tests.system.conftest import ROW
from tests.system.server import running_server, wait_for

__all__ = ["postgres_server", "postgres_uri", "redis_server", "redis_url"]
pytestmark = [pytest.mark.slow, pytest.mark.alone, pytest.mark.timeout(300)]


def test_limits_and_revocations_are_one_over_two_machines(
    tmp_path: Path, iris_file: Path, postgres_uri: str, redis_url: str
) -> None:
    """A hundred calls a minute are a hundred over both; a key revoked here is refused there within a second."""
    shared = {
        "DATABASE_URL": postgres_uri,
        "REDIS_URL": redis_url,
        "MODELS_STORE": str(tmp_path / "store"),
        "SECRET_KEY": "one secret for both machines, long enough",
        "ENCRYPTION_KEY": "ab" * 32,
    }
    homes = [tmp_path / name for name in ("one", "two")]
    for home in homes:
        home.mkdir()
    with running_server(homes[0], **shared) as here, running_server(homes[1], **shared) as there:
        api = here.export(int(here.upload(iris_file, "Iris")["id"]))

        def call(number: int) -> int:
            return (here, there)[number % 2].predict(api["api_id"], api["api_key"], ROW).status

        with ThreadPoolExecutor(16) as pool:
            assert Counter(pool.map(call, range(240))) == {200: 100, 429: 140}
        assert here.request("POST", f"/api/dev/keys/{api['key_id']}/revoke", {"reason": "over"}).status == 200
        wait_for(lambda: call(1) == 403, "the other machine to refuse the key", 1.5)
        assert call(0) == 403
