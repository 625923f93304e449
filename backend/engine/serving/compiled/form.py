"""The file of a compiled model: a description and the arrays it names, in the safetensors format. Nothing in it runs.

Written by the isolated child, read by workers after its digest was compared.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from backend.core.errors import ArtefactRefused
from backend.engine.serving import streams
from backend.engine.serving.compiled.spec import COMPILER, Spec
from backend.engine.serving.foreign import Array

_SPEC = "modelport"


@dataclass(frozen=True, slots=True)
class Form:
    """A compiled model as it is kept."""

    spec: Spec
    arrays: Mapping[str, Array]

    def to_bytes(self) -> bytes:
        """Give the file's content."""
        return bytes(save(dict(self.arrays), metadata={_SPEC: self.spec.model_dump_json()}))


def read_form(path: str | Path, sha256: str) -> Form:
    """Read a compiled model whose digest is the one that was proven.

    Raises:
        ArtefactRefused: the digest differs, or the file is none of ours.
        OSError: it cannot be read.
    """
    with Path(path).open("rb") as file:
        # Digest before parsing: what runs is what was compared with scikit-learn.
        if streams.digest(file) != sha256:
            raise ArtefactRefused("The compiled model has changed", details={"reason": "digest"})
    try:
        with safe_open(path, framework="numpy") as opened:
            spec = Spec.model_validate_json((opened.metadata() or {})[_SPEC])
            arrays = {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118 - no mapping
    except (SafetensorError, ValidationError, KeyError) as error:
        raise ArtefactRefused("The compiled model cannot be read", internal=repr(error)) from error
    if spec.compiler != COMPILER:
        raise ArtefactRefused("The compiled model is of another version", details={"reason": "compiler"})
    return Form(spec, arrays)
