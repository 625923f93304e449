"""Headers that tell browsers what our pages may do: no framing, no sniffing, no script that we did not build.

The web build lists the hashes of each page's inline scripts in csp-hashes.json, so no page needs 'unsafe-inline' for
scripts. /docs and /redoc have policies of their own; JSON answers may do nothing at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Flask, Response, request

from backend.core import jsontools
from backend.core.deep_links import built_path

HSTS = "max-age=31536000; includeSubDomains"
NOTHING = "default-src 'none'; frame-ancestors 'none'"
COMMON_HEADERS: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}


class PageHashes:
    """The script hashes of each page, read again when the web application is built anew."""

    def __init__(self, web_root: Path) -> None:
        self._path = web_root / "csp-hashes.json"
        self._read_at: float | None = None
        self._pages: dict[str, list[str]] = {}

    def of(self, path: str) -> list[str]:
        """Give the hashes of the page that answers a path."""
        self._refresh()
        plain = built_path(path)
        names = [f"{plain}{ending}" for ending in ("", ".html", "/index.html")]
        found = next((name.lstrip("/") for name in names if name.lstrip("/") in self._pages), "404.html")
        return self._pages.get(found, [])

    def _refresh(self) -> None:
        """Read the list when it is new or changed; an absent list allows no inline script."""
        try:
            changed_at = self._path.stat().st_mtime
        except OSError:
            self._read_at, self._pages = None, {}
            return
        if changed_at != self._read_at:
            listed: Any = jsontools.loads(self._path.read_bytes())
            self._read_at, self._pages = changed_at, dict(listed["pages"])


def install_security_headers(app: Flask, *, web_root: Path, secure: bool) -> None:
    """Put the headers on every answer.

    Args:
        web_root: the built web application.
        secure: served over HTTPS; browsers are told to keep to it.
    """
    hashes = PageHashes(web_root)

    def label(answer: Response) -> Response:
        for name, value in COMMON_HEADERS.items():
            answer.headers.setdefault(name, value)
        answer.headers.setdefault("Content-Security-Policy", _policy(answer, hashes))
        if secure:
            answer.headers.setdefault("Strict-Transport-Security", HSTS)
        if request.path.startswith("/api/"):
            # Answers hold what one account may see; no proxy or back button may show them to the next.
            answer.headers.setdefault("Cache-Control", "no-store")
        return answer

    app.after_request(label)


def api_headers(*, secure: bool) -> list[tuple[str, str]]:
    """Give the headers of every JSON answer under /api, for a door without Flask."""
    fixed = {**COMMON_HEADERS, "Content-Security-Policy": NOTHING, "Cache-Control": "no-store"}
    return [*fixed.items(), *([("Strict-Transport-Security", HSTS)] if secure else [])]


def _policy(answer: Response, hashes: PageHashes) -> str:
    """Give the Content-Security-Policy of an answer."""
    if answer.mimetype != "text/html":
        return NOTHING
    if request.path in {"/docs", "/redoc"}:
        return _joined(script=["'self'"], extra={"worker-src": "'self' blob:"})
    return _joined(script=["'self'", *(f"'{digest}'" for digest in hashes.of(request.path))], extra={})


def _joined(*, script: list[str], extra: Mapping[str, str]) -> str:
    """Write a policy. Inline styles stay allowed: component libraries set them from scripts that we did allow."""
    directives = {
        "default-src": "'self'",
        "script-src": " ".join(script),
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: https:",
        "font-src": "'self' data:",
        "connect-src": "'self'",
        "object-src": "'none'",
        "base-uri": "'self'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
        **extra,
    }
    return "; ".join(f"{name} {value}" for name, value in directives.items())
