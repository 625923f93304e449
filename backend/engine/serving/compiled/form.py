"""The file of a compiled model: a description and the arrays it names, in the safetensors format. Nothing in it runs.

Written by the isolated child, read by workers after its digest was compared.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import orjson
from pydantic import ValidationError
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from backend.core.errors import ArtefactRefused
from backend.engine.foreign import Array
from backend.engine.serving import streams
from backend.engine.serving.compiled.spec import COMPILER, Spec

MAPPED_BYTES_MIN = 1 << 17
_SPEC = "modelport"
_DTYPES = {"F64": np.float64, "I64": np.int64, "U8": np.uint8}


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
        with safe_open(path, framework="numpy") as opened:  # checks the header's offsets against the file
            spec = Spec.model_validate_json((opened.metadata() or {})[_SPEC])
        arrays = _mapped(Path(path))
    except (SafetensorError, ValidationError, KeyError, ValueError) as error:
        raise ArtefactRefused("The compiled model cannot be read", internal=repr(error)) from error
    if spec.compiler != COMPILER:
        raise ArtefactRefused("The compiled model is of another version", details={"reason": "compiler"})
    return Form(spec, arrays)


def _mapped(path: Path) -> dict[str, Array]:
    """Give the arrays; large ones as they lie in the file: read when they are used, held once for all workers."""
    whole = np.memmap(path, dtype=np.uint8, mode="r")
    start = 8 + int.from_bytes(whole[:8].tobytes(), "little")
    header = orjson.loads(whole[8:start].tobytes())
    header.pop("__metadata__", None)
    arrays = {}
    for name, entry in header.items():
        first, end = entry["data_offsets"]
        part = whole[start + first : start + end].view(_DTYPES[entry["dtype"]])
        # A page for a few numbers would be read from the file again and again by whoever evicts it.
        arrays[name] = (part if part.nbytes >= MAPPED_BYTES_MIN else np.array(part)).reshape(entry["shape"])
    return arrays
