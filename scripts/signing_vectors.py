"""Writes docs/signing-vectors.json: `.venv/bin/python -m scripts.signing_vectors`. A test compares the two.

Whoever writes a client in another language holds it against this file. The key is made up: its checksum is wrong, so no
installation takes it.
"""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

from backend.config import ROOT
from backend.engine.signing import TOLERANCE_SECONDS, sign, string_to_sign

PATH = ROOT / "docs" / "signing-vectors.json"
KEY_ID = "ak_test_EXAMPLEEXAMPLEEXAMPLEEX"
SECRET = "mp_test_EXAMPLEEXAMPLEEXAMPLEEXAMPLEEXAMPLEEXAMPLEEXAMPLEEXAMPLE000000"  # noqa: S105 - made up, see above
TIMESTAMP = "1764000000"
REQUESTS: tuple[tuple[str, str, str, str], ...] = (
    ("a record", "POST", "/api/predict/7", '{"sepal_length":5.1,"sepal_width":3.5}'),
    ("with a query", "POST", "/api/predict/7?attempt=2&note=a%20b", '{"sepal_length":5.1,"sepal_width":3.5}'),
    ("with characters beyond ASCII", "POST", "/api/predict/7", '{"ville":"Béjaïa","note":"\u20ac"}'),
    ("white space is part of the body", "POST", "/api/predict/7", '{ "sepal_length": 5.1 }\n'),
    ("without a body", "GET", "/api/predict/7", ""),
)


def vectors() -> dict[str, Any]:
    """Give the file's content."""
    return {
        "about": "Test vectors of signed requests. secret is the whole text of the key; bodies are UTF-8.",
        "tolerance_seconds": TOLERANCE_SECONDS,
        "v1": [_v1(*request) for request in REQUESTS],
        "v0": [_v0(*request) for request in REQUESTS if request[1] == "POST"],
    }


def _v1(name: str, method: str, request_target: str, body: str) -> dict[str, Any]:
    message = string_to_sign(TIMESTAMP, method, request_target, body.encode())
    signature = sign(SECRET.encode(), message)
    return {
        "name": name,
        "key_id": KEY_ID,
        "secret": SECRET,
        "timestamp": TIMESTAMP,
        "method": method,
        "request_target": request_target,
        "body": body,
        "body_sha256": sha256(body.encode()).hexdigest(),
        "string_to_sign": message.decode(),
        "signature": signature,
        "headers": {"X-API-Key": KEY_ID, "X-Signature": f"t={TIMESTAMP},v1={signature}"},
    }


def _v0(name: str, _method: str, _request_target: str, body: str) -> dict[str, Any]:
    signature = sign(SECRET.encode(), body.encode())
    return {
        "name": name,
        "key_id": KEY_ID,
        "secret": SECRET,
        "body": body,
        "signature": signature,
        "headers": {"X-API-Key": f"{KEY_ID}:{signature}"},
    }


def text() -> str:
    """Give the file as it is written."""
    return json.dumps(vectors(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    PATH.write_text(text(), encoding="utf-8")
