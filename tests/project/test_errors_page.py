"""The page of errors says what the code says."""

from backend.config import ROOT
from scripts.errors_doc import page


def test_the_page_of_errors_is_not_stale() -> None:
    """A caller reads of every code that can come."""
    written = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
    assert written == page(), "run .venv/bin/python -m scripts.errors_doc"
