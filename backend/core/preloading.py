"""Libraries that every worker needs, imported before the workers fork: their memory is shared, and a start is shorter.

Called by the masters of both web servers. Only libraries: Modelport's own code is imported by each worker, so that a
reload takes a new version of it. scikit-learn and pandas are not here: a worker that serves compiled models never needs
them, and the first model that does brings them in.
"""

from __future__ import annotations

import gc
from importlib import import_module

LIBRARIES = (
    "apiflask",
    "argon2",
    "flask_jwt_extended",
    "flask_limiter",
    "flask_sqlalchemy",
    "numpy",
    "psutil",
)


def preload_libraries() -> None:
    """Import them all, and keep garbage collections away: they write to what they look at, which ends the sharing."""
    for library in LIBRARIES:
        import_module(library)
    gc.collect()
    gc.freeze()
