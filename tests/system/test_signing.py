"""Signed calls against a whole server with two workers, as they come over the wire."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from backend.engine.signing import signature_header
from tests.system.conftest import ROW
from tests.system.server import Reply, Server

pytestmark = pytest.mark.slow
BODY = json.dumps(ROW).encode()


@pytest.fixture(scope="module")
def key(server: Server) -> Any:
    """A live key that signs."""
    reply = server.request("POST", "/api/dev/api-keys", {"name": "Signer", "signing": True})
    assert reply.status == 201, reply.body
    return reply.json


def signed(key: Any, target: str) -> dict[str, str]:
    stamp = str(int(time.time()))
    secret = key["api_key"].encode()
    header = signature_header(secret, stamp, method="POST", request_target=target, body=BODY)
    return {"X-API-Key": key["key_id"], "X-Signature": header, "Authorization": ""}


@pytest.fixture(scope="module")
def path(server: Server, model: int) -> str:
    return f"/api/predict/{server.export(model)['api_id']}"


@pytest.mark.parametrize("query", ["", "?", "?n=1", "?note=a%20b&x=%C3%A9", "?a=b?c"])
def test_the_request_line_is_what_is_signed(server: Server, key: Any, path: str, query: str) -> None:
    """Encoded, empty or odd: the server signs the target as it came, without decoding it."""
    target = path + query
    assert server.request("POST", target, BODY, headers=signed(key, target)).status == 200


def test_a_signature_works_once_among_all_workers(server: Server, key: Any, path: str) -> None:
    """Of thirty copies at the same moment one is served, whichever workers take them."""
    target = f"{path}?once"
    headers = signed(key, target)

    def send(_number: int) -> Reply:
        return server.request("POST", target, BODY, headers=headers)

    with ThreadPoolExecutor(10) as pool:
        replies = list(pool.map(send, range(30)))
    assert sorted(reply.status for reply in replies) == [200] + [403] * 29
    refused = [reply for reply in replies if reply.status == 403]
    assert {reply.json["error"]["details"]["reason"] for reply in refused} == {"replay"}
