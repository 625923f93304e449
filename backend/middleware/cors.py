"""Cross-origin calls: prediction answers for the origins an API's owner lists, the management API for CORS_ORIGINS.

Nothing is allowed by default on the management API: the web application is served from the same origin.
"""

from __future__ import annotations

from collections.abc import Collection

from flask import Flask, Response, request

EXPOSED = (
    "X-Request-ID, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, RateLimit, RateLimit-Policy,"
    " X-Quota-Warning, Retry-After, Link,"
    " X-Total-Count, Idempotent-Replayed, X-Credits-Charged, Server-Timing"
)
PREFLIGHT_HEADERS = {
    "Access-Control-Allow-Methods": "GET, POST, PUT, PATCH, DELETE, OPTIONS",
    "Access-Control-Allow-Headers": "Content-Type, X-API-Key, X-Signature, Authorization, X-Request-ID, X-CSRF-TOKEN,"
    " Idempotency-Key",
    "Access-Control-Max-Age": "600",
}
PREDICTION_PREFIX = "/api/predict/"


def allow_any_or_listed(response: Response, origins: Collection[str]) -> Response:
    """Let a browser read the answer from the listed origins; from any when none is listed.

    Predictions authenticate by a header that pages must send on purpose, never by cookie, so any origin is
    safe.
    """
    origin = request.headers.get("Origin")
    if origin is None:
        return response
    response.headers.add("Vary", "Origin")
    if not origins or origin in origins:
        response.headers["Access-Control-Allow-Origin"] = origin if origins else "*"
        response.headers["Access-Control-Expose-Headers"] = EXPOSED
    return response


def install_cors(app: Flask, origins: str) -> None:
    """Let the listed origins use the management API from a browser, cookies included.

    Args:
        app: the application.
        origins: comma-separated, each as a browser sends it, such as https://app.example.com.
    """
    allowed = {origin.strip().rstrip("/") for origin in origins.split(",") if origin.strip()}
    if not allowed:
        return

    def add_headers(response: Response) -> Response:
        origin = request.headers.get("Origin")
        if origin not in allowed or request.path.startswith(PREDICTION_PREFIX):
            return response
        response.headers.add("Vary", "Origin")
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Allow-Credentials"] = "true"
        response.headers["Access-Control-Expose-Headers"] = EXPOSED
        if request.method == "OPTIONS":
            response.headers.update(PREFLIGHT_HEADERS)
        return response

    app.after_request(add_headers)
