"""Deep links of the web application survive a reload: every id is answered by the page built for the placeholder."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend.routes.web import find_file

PAGES = ("index", "404", "monitoring/_", "models/_", "keys", "keys/_", "apps/_", "projects/_")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """An export of one page a section, with a payload file of each placeholder."""
    for page in PAGES:
        file = tmp_path / f"{page}.html"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(page)
    (tmp_path / "keys" / "_.txt").write_text("payload")
    (tmp_path / "keys" / "__next._tree.txt").write_text("payload of the list itself")
    return tmp_path


@pytest.mark.parametrize(
    ("path", "file"),
    [
        ("monitoring/7", "monitoring/_.html"),
        ("keys/ak_live_0f3a", "keys/_.html"),
        ("keys/ak_live_0f3a.txt", "keys/_.txt"),
        ("apps/8f14e45f-ceea-467f-a8d7-000000000001", "apps/_.html"),
        ("projects/8f14e45f-ceea-467f-a8d7-000000000001/", "projects/_.html"),
        ("keys", "keys.html"),
        ("keys/__next._tree.txt", "keys/__next._tree.txt"),
        ("models/iris", None),
        ("keys/one/two", None),
        ("keys/..%2F..%2Fetc", None),
        ("../secret", None),
    ],
)
def test_an_id_is_answered_by_the_placeholder(root: Path, path: str, file: str | None) -> None:
    """A reload of /keys/<id> shows the page of that key; what is no id of the section stays a 404."""
    assert find_file(root, path) == file
