"""Two runtimes of one model: the compiled one where it was proven faster, scikit-learn for everything else.

Made by the model library. scikit-learn is loaded when it is first asked for, which may be never.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

from backend.engine.serving.compiled.runtime import CompiledRuntime
from backend.engine.serving.payload import Batch
from backend.engine.serving.runtime import SklearnRuntime


class PairedRuntime:
    """Answers with the compiled model, or with scikit-learn.

    Args:
        compiled: the proven form.
        rows_max: more rows than this are faster in scikit-learn; None where none are.
        load: reads the artefact itself.
    """

    def __init__(self, compiled: CompiledRuntime, rows_max: int | None, load: Callable[[], SklearnRuntime]) -> None:
        self._compiled = compiled
        self._rows_max = rows_max
        self._load = load
        self._lock = threading.Lock()
        self._plain: SklearnRuntime | None = None

    @property
    def size_bytes(self) -> int:
        """Estimated resident size of what is loaded."""
        return self._compiled.size_bytes + (0 if self._plain is None else self._plain.size_bytes)

    def fields(self, batch: Batch) -> Mapping[str, Any]:
        """Give the fields of the answer to validated rows."""
        if self._rows_max is None or batch.rows <= self._rows_max:
            found = self._compiled.fields(batch)
            if found is not None:
                return found
        return self._sklearn().fields(batch)

    def warmup(self) -> None:
        """Answer the contract's example once."""
        self._compiled.warmup()

    def _sklearn(self) -> SklearnRuntime:
        with self._lock:
            if self._plain is None:
                self._plain = self._load()
            return self._plain
