"""How large a request's body may be, and how a refused one is taken off the wire.

A server that answers and closes while the client still sends makes the client see a broken connection instead of the
answer; so what is left of a refused body is read away, up to a bound. Predictions bound their bodies themselves.
"""

from __future__ import annotations

import time
from typing import BinaryIO

from flask import Flask, Response, request

from backend.core.errors import PayloadTooLarge

BODY_BYTES_MAX = 1_048_576
UPLOAD_PATH = "/api/models"
SAMPLE_BYTES_MAX = 5_242_880
UPLOAD_MARGIN_BYTES = SAMPLE_BYTES_MAX + 65_536
"""What an upload may hold beside the artefact: the sample, the fields and multipart's own lines."""
DRAIN_BYTES_MAX = 67_108_864
DRAIN_SECONDS_MAX = 10.0
_CHUNK_BYTES = 262_144


def install_body_limit(app: Flask, *, upload_bytes_max: int) -> None:
    """Refuse bodies over 1 MB, on the upload route over what an artefact may weigh."""

    def bound() -> None:
        if request.blueprint == "prediction":
            return
        is_upload = request.method == "POST" and request.path == UPLOAD_PATH
        named_bound = upload_bytes_max if is_upload else BODY_BYTES_MAX
        bytes_max = named_bound + UPLOAD_MARGIN_BYTES if is_upload else named_bound
        # Bodies of unknown length are held to the same bound while they are read.
        request.max_content_length = bytes_max
        if request.content_length is not None and request.content_length > bytes_max:
            raise PayloadTooLarge(named_bound)

    app.before_request(bound)
    app.after_request(_drain_refused)


def bounded_body() -> bytes:
    """Read the present request's body whole.

    Raises:
        PayloadTooLarge: a body of unknown length went over its bound. werkzeug cuts such a body off without a word.
    """
    body = request.get_data(cache=False)
    bytes_max = request.max_content_length
    if bytes_max is not None and request.content_length is None and len(body) >= bytes_max:
        is_over = request.environ.get("wsgi.input_terminated") and request.environ["wsgi.input"].read(1)
        if is_over:
            raise PayloadTooLarge(bytes_max)
    return body


def _drain_refused(answer: Response) -> Response:
    """Read away what a refused request still has to send.

    Only where the server marks the body's end (granian and gunicorn do): elsewhere reading on could wait for ever.
    """
    has_body = bool(request.content_length) or "Transfer-Encoding" in request.headers
    if answer.status_code >= 400 and has_body and request.environ.get("wsgi.input_terminated"):
        # An upload whose session has ended must see the 401 too, so its own bound counts where it is larger.
        _drain(request.environ["wsgi.input"], max(DRAIN_BYTES_MAX, request.max_content_length or 0))
    return answer


def _drain(stream: BinaryIO, bytes_max: int) -> None:
    """Read until the end, the bound or the deadline, whichever comes first."""
    deadline = time.monotonic() + DRAIN_SECONDS_MAX
    left = bytes_max
    while left > 0 and time.monotonic() < deadline:
        chunk = stream.read(min(_CHUNK_BYTES, left))
        if not chunk:
            return
        left -= len(chunk)
