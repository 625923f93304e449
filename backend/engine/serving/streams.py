"""Opens an artefact file whatever joblib compressed it with, and digests it.

Called by the unpickler. Reads only; recognises a format by its first bytes, never by the file's name.
"""

from __future__ import annotations

import bz2
import gzip
import hashlib
import importlib.util
import io
import lzma
from typing import BinaryIO, Final

from backend.core.errors import ArtefactRefused

_CHUNK_BYTES: Final = 1 << 20


def digest(file: BinaryIO) -> str:
    """Give the SHA-256 of the whole file in hexadecimal, and rewind it."""
    file.seek(0)
    hasher = hashlib.sha256()
    while chunk := file.read(_CHUNK_BYTES):
        hasher.update(chunk)
    file.seek(0)
    return hasher.hexdigest()


def uncompressed(file: BinaryIO) -> BinaryIO:
    """Give a reader of the pickle inside: zlib, gzip, bz2, lzma, xz and, where installed, lz4; plain files as they are.

    Raises:
        ArtefactRefused: a zip archive, an empty file, the format joblib wrote before 0.10, lz4 without its package.
    """
    head = file.read(16)
    file.seek(0)
    if not head:
        raise ArtefactRefused("The file is empty", details={"reason": "empty"})
    opened = _open(head, file)
    return opened if opened is file else io.BufferedReader(opened, _CHUNK_BYTES)  # type: ignore[type-var]


def _open(head: bytes, file: BinaryIO) -> BinaryIO:
    if head.startswith(b"\x1f\x8b"):
        return gzip.GzipFile(fileobj=file)  # type: ignore[return-value]
    if head.startswith(b"BZ"):
        return bz2.BZ2File(file)  # type: ignore[return-value]
    if head.startswith((b"\xfd7zXZ", b"]\x00")):
        return lzma.LZMAFile(file)  # type: ignore[return-value]
    if head.startswith(b"x"):
        from joblib.compressor import BinaryZlibFile

        return BinaryZlibFile(file)  # type: ignore[no-any-return]
    if head.startswith(b"\x04\x22\x4d\x18"):
        return _open_lz4(file)
    _refuse_other_formats(head)
    return file


def _open_lz4(file: BinaryIO) -> BinaryIO:
    if importlib.util.find_spec("lz4") is None:
        message = "The file is compressed with lz4, which this server does not have: save it with compress=3"
        raise ArtefactRefused(message, details={"reason": "lz4 is not installed"})
    return importlib.import_module("lz4.frame").LZ4FrameFile(file)  # type: ignore[no-any-return]


def _refuse_other_formats(head: bytes) -> None:
    named = {
        b"PK\x03\x04": "a zip archive",
        b"ZF0x": "a file of joblib before 0.10",
        b"\x89HDF": "an HDF5 file",
        b"\x93NUMPY": "a numpy array",
        b"\x7fELF": "a program",
    }
    for magic, kind in named.items():
        if head.startswith(magic):
            message = f"The file is {kind}, not a model saved with joblib or pickle"
            raise ArtefactRefused(message, details={"reason": "not a pickle"})
