"""Writes docs/errors.md from the tree of errors: `.venv/bin/python -m scripts.errors_doc`. A test compares the two."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

import backend
from backend.config import ROOT
from backend.core.errors import AppError

HEAD = """# Errors

Every refusal and failure answers

```json
{"error": {"code": "INVALID_INPUT", "message": "Missing required field: age", "details": {"missing_fields": ["age"]}},
 "request_id": "req_01m8..."}
```

or the same as `application/problem+json` where `Accept` asks for it. `code` is stable, `message` is for people,
`details` name what was expected, where, and what came. Quote the `request_id` when you report something.

| status | code | meaning |
|---|---|---|
"""


def kinds(parent: type[AppError] = AppError) -> Iterator[type[AppError]]:
    """Give every class that has a code of its own, parents first."""
    for child in parent.__subclasses__():
        if "code" in vars(child):
            yield child
        yield from kinds(child)


def page() -> str:
    """Write the page."""
    for module in pkgutil.walk_packages(backend.__path__, "backend."):
        if ".errors" in module.name or ".gateway" in module.name:
            importlib.import_module(module.name)
    every: list[type[AppError]] = [AppError, *kinds()]
    rows = sorted({(kind.status, kind.code, (kind.__doc__ or "").split("\n")[0]) for kind in every})
    own = {AppError.code: "Something broke on our side; the log has the cause under the request id."}
    lines = [f"| {status} | `{code}` | {own.get(code, meaning)} |" for status, code, meaning in rows]
    return HEAD + "\n".join(lines) + "\n"


if __name__ == "__main__":
    (ROOT / "docs" / "errors.md").write_text(page(), encoding="utf-8")
