"""What the headers of a metered call carry: its credential, and the path that a signature covers.

Called by both doors, Flask and bare WSGI, so that a caller is read in one way. Checks nothing: the gateway does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from backend.engine.signing import KeyCredential, PlainKey, read_credential

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment


PATH_SAFE = "/:@!$&'()*+,;=~"
"""What a path may hold as it is (RFC 3986, pchar)."""


def credential_in(environ: WSGIEnvironment) -> KeyCredential | None:
    """Give the key or the signature of a WSGI request; None without either."""
    key: str = environ.get("HTTP_X_API_KEY", "").strip()
    if key and ":" not in key and "HTTP_X_SIGNATURE" not in environ:
        # What `read_credential` makes of it; nearly all calls come this way.
        return PlainKey(key)
    return read_credential(key_in(environ) or "", environ.get("HTTP_X_SIGNATURE", ""))


def key_in(environ: WSGIEnvironment) -> str | None:
    """Give the API key of a WSGI request: X-API-Key, else Authorization: Bearer."""
    key: str = environ.get("HTTP_X_API_KEY", "")
    if key:
        return key.strip()
    scheme, _, token = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


def request_target_in(environ: WSGIEnvironment) -> str:
    """Give path and query exactly as the request line has them.

    WSGI decodes the path, and a signature covers what was sent; gunicorn and werkzeug keep that as RAW_URI. granian
    keeps the query only: the path is encoded again as URLs are usually written, and an empty query is none.
    """
    raw: str = environ.get("RAW_URI", "")
    if raw.startswith("/"):
        return raw
    query: str = environ.get("QUERY_STRING", "")
    path = quote(environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", ""), PATH_SAFE, "latin-1")
    return f"{path}?{query}" if query else path
