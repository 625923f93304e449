"""A file on its way in: written to the artefact store's own disk while it is hashed, gone unless it is kept.

The upload's reader writes into it part by part, so memory stays flat whatever the file's size. It holds an flock for as
long as it lives: after a crash, what nobody holds is swept away. Never uses a name that a client chose.
"""

from __future__ import annotations

import contextlib
import fcntl
import io
from hashlib import file_digest, sha256
from typing import Self

from backend.core.errors import PayloadTooLarge, Unavailable
from backend.services.runtime import ArtefactStore


class IncomingArtefact(io.RawIOBase):
    """A writable, then readable file; closing it deletes what was not kept."""

    def __init__(self, store: ArtefactStore, bytes_max: int | None = None) -> None:
        super().__init__()
        self._bytes_max = bytes_max
        self._store = store
        self.path = store.incoming()
        self._stream = self.path.open("x+b")
        fcntl.flock(self._stream, fcntl.LOCK_EX)
        self._hash = sha256()
        self.size_bytes = 0

    def write(self, part: bytes, /) -> int:  # type: ignore[override]  # narrower than any buffer: parsers give bytes
        """Take the next part.

        Raises:
            PayloadTooLarge: the file is over its bound.
            Unavailable: the disk takes no more.
        """
        self.size_bytes += len(part)
        if self._bytes_max is not None and self.size_bytes > self._bytes_max:
            raise PayloadTooLarge(self._bytes_max)
        self._hash.update(part)
        try:
            return self._stream.write(part)
        except OSError as error:
            raise _disk_refuses(error) from error

    def read(self, size: int = -1, /) -> bytes:
        """Give bytes from the present position."""
        return self._stream.read(size)

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Move within the file; hashing is over once it is read."""
        return self._stream.seek(offset, whence)

    def fileno(self) -> int:
        """Give the descriptor, for a child process that writes the file in this one's place."""
        return self._stream.fileno()

    def take_in(self) -> None:
        """Hash what a child process wrote, as if it had been written here."""
        self._stream.seek(0)
        self._hash = file_digest(self._stream, "sha256")
        self.size_bytes = self._stream.tell()

    def writable(self) -> bool:
        """Tell that parts can be written."""
        return True

    def readable(self) -> bool:
        """Tell that it can be read back."""
        return True

    def seekable(self) -> bool:
        """Tell that it can be read from anywhere."""
        return True

    @property
    def sha256(self) -> str:
        """The digest of all that was written, hex."""
        return self._hash.hexdigest()

    def flush_to_disk(self) -> None:
        """Hand what is buffered to the operating system, so that another process can read the file.

        Raises:
            Unavailable: the disk takes no more.
        """
        try:
            self._stream.flush()
        except OSError as error:
            raise _disk_refuses(error) from error

    def keep(self, suffix: str) -> str:
        """Give the file to the store; give its name there."""
        self.flush_to_disk()
        return self._store.keep(self.path, self.sha256, suffix)

    def close(self) -> None:
        """Delete what was not kept and drop the lock."""
        if not self.closed:
            self.path.unlink(missing_ok=True)
            # Closing flushes once more, which a full disk refuses again; the file is gone either way.
            with contextlib.suppress(OSError):
                self._stream.close()
        super().close()

    def __enter__(self) -> Self:
        return self


def _disk_refuses(error: OSError) -> Unavailable:
    """Give the refusal of an upload that the disk does not take."""
    return Unavailable("The file cannot be stored at the moment: try again later", internal=repr(error))
