"""Reads a fitted estimator out of a pickle or joblib file without letting the file choose what runs.

Called by the isolated child that inspects uploads and by the runtime that serves them. The digest is compared before
the first byte is interpreted. `audit` names every global that is not admitted and builds nothing at all.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, ClassVar

from backend.core.errors import ArtefactRefused
from backend.engine.foreign import Foreign
from backend.engine.serving import allowlist, integrity, streams
from backend.engine.serving.machine import ArrayHeader, Machine, Refusal, UnknownGlobal, override
from backend.engine.serving.rebuild import UnsafeRebuild


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a file held, and the scikit-learn versions that wrote its estimators."""

    content: Foreign
    sklearn_versions: tuple[str, ...]


def load_estimator(path: str | Path, expected_sha256: str | None = None) -> Foreign:
    """Read the estimator in a file whose digest is the one that was inspected.

    Raises:
        ArtefactRefused: the digest differs, a global is not admitted, or the stream is not one an honest library
            writes; details name the globals and the reason.
    """
    with Path(path).open("rb") as file:
        # Digest before load: a file that changed since its inspection must not be interpreted at all.
        if expected_sha256 is not None and streams.digest(file) != expected_sha256:
            raise ArtefactRefused("The stored model file has changed", details={"reason": "digest"})
        return load(file).content


def load(file: BinaryIO) -> Loaded:
    """Read what an open artefact holds, with the checks of `load_estimator` but the digest's."""
    try:
        with _refusals(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the versions are reported as such, not as warnings
            machine = Machine(streams.uncompressed(file))
            content = machine.load()
            integrity.verify(machine.watched)
            return Loaded(content, tuple(sorted(machine.versions)))
    except UnknownGlobal:
        file.seek(0)
        raise globals_refused(audit_file(file)) from None


def audit(path: str | Path) -> list[str]:
    """Give every global in the file that is not admitted, sorted, as `module.name`; empty when all are."""
    with Path(path).open("rb") as file:
        return audit_file(file)


def audit_file(file: BinaryIO) -> list[str]:
    """Give the unknown globals of an open artefact: inert stand-ins take the place of everything it names."""
    machine = _Auditor(streams.uncompressed(file))
    try:
        with _refusals():
            machine.load()
    except ArtefactRefused:
        # An inert stand-in may not fit where the real thing belongs; what was found until then still counts.
        if not machine.unknown:
            raise
    return sorted(machine.unknown)


def globals_refused(names: list[str]) -> ArtefactRefused:
    """Give the refusal that names each global a model may not use."""
    message = f"The file uses what a scikit-learn model does not need: {', '.join(names[:20])}"
    if any(name.startswith("sklearn.") for name in names):
        here = importlib.metadata.version("scikit-learn")
        message += f". Those of scikit-learn may belong to another version of it: this server has {here}"
    return ArtefactRefused(message, details={"globals": names, "reason": "globals"})


@contextlib.contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except (ArtefactRefused, UnknownGlobal, MemoryError):
        raise
    except (Refusal, UnsafeRebuild, integrity.BrokenStructure) as error:
        message = f"The file is not a model that scikit-learn wrote: {error}"
        raise ArtefactRefused(message, details={"reason": "forged"}) from error
    except Exception as error:  # hostile bytes make the libraries raise anything; every one of them means the same
        message = "The file is not a readable pickle or joblib file"
        note = f"{type(error).__name__}: {error}"
        raise ArtefactRefused(message, details={"reason": "unreadable"}, internal=note) from error


class _Inert:
    """Takes the place of anything a stream names; accepts every state and does nothing."""

    def __setstate__(self, state: object) -> None:
        """Ignore the state."""


class _Auditor(Machine):
    """Walks a stream as the machine does, with inert stand-ins for all but numpy's dtypes and joblib's headers."""

    dispatch: ClassVar = dict(Machine.dispatch)
    needed: ClassVar = {("numpy", "dtype"), ("joblib.numpy_pickle", "NumpyArrayWrapper")}

    def __init__(self, file: BinaryIO) -> None:
        super().__init__(file)
        self.unknown: set[str] = set()

    def find_class(self, module: str, name: str) -> Foreign:
        """Note the global when it is not admitted; give a stand-in."""
        module = allowlist.canonical(module)
        if (module, name) in self.needed:
            return super().find_class(module, name)
        if allowlist.resolve(module, name) is None:
            self.unknown.add(f"{module}.{name}")
        return _Inert

    def load_reduce(self) -> None:
        """Make a dtype, or a stand-in."""
        args = self.stack.pop()
        build = self.builders.get(id(self.stack[-1]))
        self.stack[-1] = _Inert() if build is None else build(*args)

    def bare_instance(self, cls: Foreign, args: Foreign, keywords: Foreign) -> object:
        """Make an array header, or a stand-in."""
        return super().bare_instance(cls, args, keywords) if cls is ArrayHeader else _Inert()

    def reduce_with(self, klass: Foreign, args: Foreign) -> object:  # noqa: ARG002 - the same signature
        """Make a stand-in."""
        return _Inert()

    def container(self, kind: type) -> Foreign:
        """Give the container, or one that is thrown away."""
        return self.stack[-1] if type(self.stack[-1]) is kind else kind()

    def watch(self, made: object) -> Foreign:
        """Watch nothing: nothing real is made."""
        return made

    def read_array(self, header: ArrayHeader) -> Foreign:
        """Skip the array's bytes; look into arrays of objects."""
        if not header.dtype.hasobject:
            return super().read_array(header)
        inner = type(self)(self.stream)
        inner.unknown = self.unknown
        return inner.load()


override(_Auditor)
