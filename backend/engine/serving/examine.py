"""Examines an artefact inside the isolated child: audit, load, contract, size.

Imported by `sandbox_main` once the child is locked down, so that numpy and scikit-learn are loaded under lock; never by
a serving process.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any, BinaryIO

from backend.core.errors import AppError
from backend.engine.serving import allowlist, integrity, unpickling
from backend.engine.serving.anatomy import size_bytes
from backend.engine.serving.derive import derive_contract
from backend.engine.serving.sample import read_sample


def examine(file: BinaryIO, sample: bytes | None) -> dict[str, Any]:
    """Give what the parent needs to know, or why the file is refused, as a JSON-ready object."""
    return answered(lambda: _examined(file, sample))


def answered(work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Give what some work found, or how it ended, as a JSON-ready object."""
    try:
        return work()
    except AppError as error:
        return {"refused": {"message": error.message, "details": error.details, "internal": error.internal}}
    except MemoryError:
        return {"memory": True}
    except Exception as error:  # noqa: BLE001 - the edge of the child: whatever else goes wrong is the file's doing
        return {"failed": f"{type(error).__name__}: {error}"[:2000]}


def load_everything() -> None:
    """Import all that an admitted artefact can need, for a child that will not be able to open files."""
    for name in ("pandas", "scipy.special", "scipy.interpolate", "joblib.compressor"):
        importlib.import_module(name)
    importlib.import_module("sklearn.utils").all_estimators()
    importlib.import_module("sklearn.utils.parallel")._get_threadpool_controller()  # noqa: SLF001 - reads /proc once
    for module, attribute in sorted(allowlist.HELD | allowlist.BUILT):
        allowlist.resolve(module, attribute)
    integrity.needs_check(None)


def _examined(file: BinaryIO, sample: bytes | None) -> dict[str, Any]:
    unknown = unpickling.audit_file(file)
    if unknown:
        raise unpickling.globals_refused(unknown)
    file.seek(0)
    loaded = unpickling.load(file)
    size = size_bytes(loaded.content)
    parsed = None if sample is None else read_sample(sample)
    version, remarks = _versions(loaded.sklearn_versions)
    derived = derive_contract(loaded.content, parsed, sklearn_version=version)
    warnings = [*remarks, *derived.warnings]
    return {"contract": derived.contract.to_json(), "warnings": warnings, "size_bytes": size}


def _versions(written_by: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    here = str(importlib.import_module("sklearn").__version__)
    others = [version for version in written_by if version != here]
    if not others:
        return here, ()
    remark = f"Saved with scikit-learn {', '.join(others)} and served with {here}: compare its answers before use"
    return others[0], (remark,)
