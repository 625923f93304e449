"""/docs (Swagger UI), /redoc and the guides: nothing is fetched from elsewhere."""

from __future__ import annotations

from apiflask import APIBlueprint
from flask import Response, request

from backend.services.guide_service import VECTORS, markdown_of, page_of

documentation = APIBlueprint("documentation", __name__, enable_openapi=False)

SWAGGER_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Modelport API</title>
<link rel="icon" href="/favicon.svg">
<link rel="stylesheet" href="/vendor/swagger-ui/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="/vendor/swagger-ui/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
"""
SWAGGER_START = """SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  withCredentials: true,
  validatorUrl: null,
  requestInterceptor: (request) => {
    const token = document.cookie.match(/(?:^|; )csrf_access_token=([^;]+)/);
    if (token) request.headers["X-CSRF-TOKEN"] = decodeURIComponent(token[1]);
    return request;
  },
});
"""
REDOC_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Modelport API reference</title>
<link rel="icon" href="/favicon.svg">
<style>body { margin: 0; }</style>
</head>
<body>
<redoc spec-url="/openapi.json" disable-google-font="true"></redoc>
<script src="/vendor/redoc/redoc.standalone.js"></script>
</body>
</html>
"""


@documentation.get("/docs")
def swagger() -> Response:
    """Show every route with Swagger UI; a signed-in reader can try them."""
    return Response(SWAGGER_PAGE, content_type="text/html; charset=utf-8")


@documentation.get("/docs/start.js")
def swagger_start() -> Response:
    """Start Swagger UI; a file of its own, since inline scripts are forbidden."""
    return Response(SWAGGER_START, content_type="text/javascript; charset=utf-8")


@documentation.get("/redoc")
def redoc() -> Response:
    """Show every route with ReDoc."""
    return Response(REDOC_PAGE, content_type="text/html; charset=utf-8")


@documentation.get("/docs/module-6-api.md")
def public_api_guide() -> Response:
    """Explain keys, signed requests, limits and errors."""
    return _guide("module-6-api")


@documentation.get("/docs/module-8-billing.md")
def billing_guide() -> Response:
    """Explain credits, prices and plans."""
    return _guide("module-8-billing")


@documentation.get("/docs/signing-vectors.json")
def signing_vectors() -> Response:
    """Give the test vectors of signed requests."""
    return Response(VECTORS.read_bytes(), content_type="application/json")


def _guide(name: str) -> Response:
    """Give browsers a page, and everybody else the Markdown."""
    if "text/html" in request.headers.get("Accept", ""):
        answer = Response(page_of(name), content_type="text/html; charset=utf-8")
    else:
        answer = Response(markdown_of(name), content_type="text/markdown; charset=utf-8")
    answer.headers["Vary"] = "Accept"
    return answer
