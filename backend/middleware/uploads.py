"""Reading a multipart upload as it arrives: file parts go straight to the artefact store's disk, hashed on the way.

Called by the model routes instead of `request.files`, which would spool a gigabyte through /tmp first. What is not kept
by the time the block ends is deleted, whatever went wrong.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, cast

from flask import request
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser

from backend.core.errors import InvalidInput, PayloadTooLarge, UnsupportedMediaType
from backend.middleware.body_limit import SAMPLE_BYTES_MAX
from backend.middleware.errors import unfit
from backend.services.incoming_artefact import IncomingArtefact
from backend.services.runtime import current_runtime

MULTIPART = "multipart/form-data"
PARTS_MAX = 10


@dataclass(frozen=True, slots=True)
class Upload:
    """A form as it came in."""

    texts: dict[str, str]
    files: dict[str, tuple[str, IncomingArtefact]]
    """By field: the client's name for the file, and the file."""


@contextmanager
def received_upload(*, allowed_fields: frozenset[str], file_bytes_max: int) -> Iterator[Upload]:
    """Read the present request's form for the length of a block.

    Raises:
        UnsupportedMediaType: no multipart form.
        InvalidInput: a form that does not read.
        PayloadTooLarge: the form, or a file in it, is over its bound.
        AppError: unknown or repeated fields.
    """
    if request.mimetype != MULTIPART:
        raise UnsupportedMediaType(f"Send the file as {MULTIPART}", details={"media_type": request.mimetype})
    store, opened = current_runtime().artefacts, list[IncomingArtefact]()

    def receive(
        total_content_length: int | None,  # noqa: ARG001 - werkzeug's signature
        content_type: str | None,  # noqa: ARG001
        filename: str | None = None,  # noqa: ARG001
        content_length: int | None = None,  # noqa: ARG001
    ) -> IO[bytes]:
        opened.append(IncomingArtefact(store, file_bytes_max))
        return cast("IO[bytes]", opened[-1])

    try:
        yield _read(receive, allowed_fields)
    finally:
        for incoming in opened:
            incoming.close()


def _read(receive: object, allowed_fields: frozenset[str]) -> Upload:
    """Parse the form to its end."""
    parser = FormDataParser(
        stream_factory=receive,  # type: ignore[arg-type]  # a Protocol whose argument names werkzeug never uses
        max_form_memory_size=SAMPLE_BYTES_MAX,
        max_content_length=request.max_content_length,
        max_form_parts=PARTS_MAX,
        silent=False,
    )
    try:
        _stream, texts, files = parser.parse_from_environ(request.environ)
    except RequestEntityTooLarge:
        raise PayloadTooLarge(request.max_content_length or 0) from None
    except ValueError as error:
        raise InvalidInput("The multipart form does not read", internal=repr(error)) from None
    given = [name for name, _value in (*texts.items(multi=True), *files.items(multi=True))]
    problems = [(name, "unknown", "This field is not known here") for name in given if name not in allowed_fields]
    problems += [(name, "repeated", "Send this field once") for name in set(given) if given.count(name) > 1]
    if problems:
        raise unfit(problems)
    return Upload(
        texts=dict(texts.items()),
        files={name: (part.filename or "", cast("IncomingArtefact", part.stream)) for name, part in files.items()},
    )
