"""Guarantees of every answer: request ids, the error envelope, headers, bounds."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from backend.core.errors import AppError
from backend.middleware.body_limit import DRAIN_BYTES_MAX
from tests.api.conftest import BuildApp, Person


@pytest.fixture
def broken(app: Flask) -> FlaskClient:
    """An application with a view that crashes."""

    def crash() -> str:
        message = "SELECT secret FROM /srv/private"
        raise RuntimeError(message)

    app.add_url_rule("/api/v1/crash", view_func=crash)
    return app.test_client()


def test_a_crash_tells_nothing_of_itself(broken: FlaskClient) -> None:
    """A 500 has the envelope and a request id, and no word of what broke."""
    answer = broken.get("/api/v1/crash")

    body = answer.get_json()
    assert answer.status_code == 500
    assert body["error"]["code"] == "INTERNAL_ERROR"
    assert body["request_id"] == answer.headers["X-Request-ID"]
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("get", "/api/nowhere", 404, "NOT_FOUND"),
        ("get", "/api/models/x", 404, "NOT_FOUND"),
        ("delete", "/api/v1/users/me", 405, "METHOD_NOT_ALLOWED"),
    ],
)
def test_what_the_router_refuses_has_the_envelope_too(
    client: FlaskClient, method: str, path: str, status: int, code: str
) -> None:
    """A client needs one way to read errors."""
    answer = getattr(client, method)(path)

    assert answer.status_code == status
    assert answer.get_json()["error"]["code"] == code


def test_a_refused_method_names_the_allowed_ones(client: FlaskClient) -> None:
    """RFC 9110 asks for Allow with 405."""
    assert "POST" in client.delete("/api/v1/auth/login").headers["Allow"]


def test_problem_json_comes_where_it_is_asked_for(client: FlaskClient) -> None:
    """RFC 9457's members stand beside our own."""
    answer = client.get("/api/v1/users/me", headers={"Accept": "application/problem+json"})

    body = json.loads(answer.data)
    assert answer.content_type == "application/problem+json"
    assert (body["status"], body["instance"], body["detail"]) == (401, "/api/v1/users/me", body["error"]["message"])
    assert body["error"]["code"] == "UNAUTHENTICATED"
    assert client.get("/api/v1/users/me", headers={"Accept": "*/*"}).content_type == "application/json"


def test_every_answer_has_a_request_id_of_its_own(client: FlaskClient) -> None:
    """Ids are ours and unique, also where the client sends one."""
    ids = [client.get("/healthz", headers={"X-Request-ID": "same"}).headers["X-Request-ID"] for _ in range(2)]

    assert len(set(ids)) == 2
    assert all(one.startswith("req_") for one in ids)


@pytest.mark.parametrize(
    ("given", "returned"),
    [("trace-1:2.3_4", "trace-1:2.3_4"), ("a" * 129, None), ("has space", None), ("<script>", None), ("", None)],
)
def test_a_clients_own_id_comes_back_when_it_is_a_plain_token(
    client: FlaskClient, given: str, returned: str | None
) -> None:
    """Calls can be followed across systems, and nothing else can be put into our headers or logs."""
    answer = client.get("/healthz", headers={"X-Request-ID": given})

    assert answer.headers.get("X-Correlation-ID") == returned


def test_api_answers_are_never_kept_by_a_cache(alice: Person) -> None:
    """The next person at the same browser or proxy sees nothing of this one's."""
    assert alice.get("/api/v1/users/me").headers["Cache-Control"] == "no-store"


class TestBrowserHeaders:
    """What browsers are told."""

    @pytest.fixture
    def pages(self, build_app: BuildApp, tmp_path: Path) -> FlaskClient:
        """A built web application of a few pages."""
        root = tmp_path / "web"
        for name in ("index.html", "404.html", "monitoring.html", "monitoring/_.html", "keys/_.html"):
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(f"<title>{name}</title>")
        hashes = {
            "index.html": ["sha256-i="],
            "monitoring/_.html": ["sha256-d="],
            "keys/_.html": ["sha256-k="],
            "404.html": ["sha256-4="],
            "monitoring.html": [],
        }
        (root / "csp-hashes.json").write_text(json.dumps({"pages": hashes}))
        return build_app().test_client()

    @pytest.mark.parametrize(
        ("path", "digest"),
        [
            ("/", "sha256-i="),
            ("/monitoring/7", "sha256-d="),
            ("/keys/ak_live_0f3a", "sha256-k="),
            ("/monitoring/iris", "sha256-4="),
            ("/no/such/page", "sha256-4="),
            ("/monitoring", None),
        ],
    )
    def test_a_page_may_run_its_own_scripts_alone(self, pages: FlaskClient, path: str, digest: str | None) -> None:
        """Each page's policy lists the hashes of its own inline scripts and never 'unsafe-inline' for scripts."""
        answer = pages.get(path)
        policy = answer.headers["Content-Security-Policy"]
        answer.close()

        script = next(part for part in policy.split("; ") if part.startswith("script-src"))
        assert script == "script-src 'self'" + (f" '{digest}'" if digest else "")
        assert "frame-ancestors 'none'" in policy
        assert "object-src 'none'" in policy

    def test_json_may_do_nothing(self, client: FlaskClient) -> None:
        """An answer that a browser is tricked into showing as a page runs nothing."""
        answer = client.get("/healthz")

        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "Strict-Transport-Security" not in answer.headers


class TestBodyBound:
    """How a body that is too large is refused."""

    def test_a_body_of_unknown_length_is_bounded_too(self, client: FlaskClient) -> None:
        """Chunked transfer is no way around the bound."""
        answer = client.post(
            "/api/v1/auth/login",
            content_type="application/json",
            environ_overrides={
                "wsgi.input": io.BytesIO(b"x" * 1_100_000),
                "wsgi.input_terminated": True,
                "HTTP_TRANSFER_ENCODING": "chunked",
                "CONTENT_LENGTH": "",
            },
        )

        assert answer.status_code == 413
        assert answer.get_json()["error"]["details"] == {"bytes_max": 1_048_576}

    @pytest.mark.parametrize("size", [2_000_000, DRAIN_BYTES_MAX + 1_000_000])
    def test_a_refused_body_is_read_away_up_to_a_bound(self, client: FlaskClient, size: int) -> None:
        """A client that sends everything before it reads sees the answer; one that never ends is not waited for."""
        body = CountingStream(size)

        answer = client.post(
            "/api/v1/auth/login",
            content_type="application/json",
            environ_overrides={
                "wsgi.input": body,
                "wsgi.input_terminated": True,
                "CONTENT_LENGTH": str(size),
            },
        )

        assert answer.status_code == 413
        assert body.given == min(size, DRAIN_BYTES_MAX)


class CountingStream(io.RawIOBase):
    """Zeros, counted."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.left, self.given = size, 0

    def read(self, size: int = -1, /) -> bytes:
        """Give what is asked for while there is some."""
        amount = min(self.left, size if size >= 0 else self.left)
        self.left -= amount
        self.given += amount
        return bytes(amount)


def test_an_apps_own_error_needs_no_handler(app: Flask) -> None:
    """Every AppError, whichever floor raised it, leaves as its status and code."""

    class Teapot(AppError):
        """A refusal of the test's own."""

        status = 418
        code = "TEAPOT"

    def refuse() -> Any:
        raise Teapot("short and stout", details={"spout": 1}, internal="never shown")

    app.add_url_rule("/api/v1/teapot", view_func=refuse)

    answer = app.test_client().get("/api/v1/teapot")

    assert answer.status_code == 418
    assert answer.get_json()["error"] == {"code": "TEAPOT", "message": "short and stout", "details": {"spout": 1}}
