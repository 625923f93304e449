"""What is written down beside the code agrees with it: settings, dependencies, decisions, commands."""

import re
from dataclasses import MISSING, Field, fields
from pathlib import Path

import pytest

from backend.config import ROOT, Settings

DECISIONS = sorted((ROOT / "docs" / "adr").glob("[0-9]*.md"))
SECTIONS = ["Context", "Decision", "Consequences", "Enforced by"]
# Their defaults depend on the machine or are filled in at the first start.
WITHOUT_A_FIXED_DEFAULT = {"web_concurrency"}


def read(name: str) -> str:
    """Give a file of the repository."""
    return (ROOT / name).read_text(encoding="utf-8")


def default_text(item: Field[object]) -> str:
    """Write a setting's default as the environment would hold it."""
    default = item.default
    if isinstance(default, bool):
        return str(int(default))
    if isinstance(default, Path):
        return f"./{default.relative_to(ROOT)}"
    return "" if default is MISSING else str(default)


def package_names(requirements: str) -> set[str]:
    """Give the packages that a requirements.in names, without extras and bounds."""
    return {
        re.split(r"[\[<>=!~ ]", line)[0]
        for line in read(requirements).splitlines()
        if line and not line.startswith("#")
    }


def test_every_setting_stands_in_the_example_with_its_default() -> None:
    """An operator finds each setting in .env.example, and nothing there that is not read."""
    written = dict(re.findall(r"^#([A-Z_]+)=(.*)$", read(".env.example"), re.MULTILINE))
    read_settings = {
        item.name.upper(): written.get(item.name.upper(), "absent")
        if item.name in WITHOUT_A_FIXED_DEFAULT
        else default_text(item)
        for item in fields(Settings)
    }
    assert written == read_settings


@pytest.mark.parametrize("requirements", ["requirements.in", "requirements-dev.in"])
def test_every_dependency_has_its_reason(requirements: str) -> None:
    """No package comes in without a line that says what for."""
    reasons = read("docs/adr/0012-dependencies.md")
    names = {
        name for row in re.findall(r"^\| ([^|]+) \|", reasons, re.MULTILINE) for name in re.findall(r"[\w-]+", row)
    }
    assert package_names(requirements) <= names


@pytest.mark.parametrize("pins", ["requirements.txt", "requirements-dev.txt"])
def test_every_pin_has_a_hash_and_none_names_a_host(pins: str) -> None:
    """What is installed is what was compiled, from whatever index the machine at hand uses."""
    text = read(pins)
    blocks = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]
    assert blocks
    assert [block.splitlines()[0] for block in blocks if "--hash=sha256:" not in block] == []
    assert re.findall(r"https?:/|file:/|--(?:index|extra-index|find|trusted)\S*", text) == []


def test_what_is_imported_is_what_is_pinned() -> None:
    """A package added to requirements.in was compiled into requirements.txt."""
    pinned = set(re.findall(r"^([a-z0-9-]+)==", read("requirements.txt"), re.MULTILINE))
    assert package_names("requirements.in") <= pinned


@pytest.mark.parametrize("decision", DECISIONS, ids=lambda path: path.stem)
def test_every_decision_has_its_parts_and_is_listed(decision: Path) -> None:
    """A decision says why, what follows and what keeps it true, and can be found."""
    text = decision.read_text(encoding="utf-8")
    number = int(decision.stem.split("-")[0])
    title = re.match(rf"# {number}\. (.+)\n\nStatus: \w+", text)
    assert title
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == SECTIONS
    assert f"[{number:04d}]({decision.name}) | {title[1]} |" in read("docs/adr/README.md")


def test_every_command_that_is_told_exists() -> None:
    """A `make` target named in a document is one of the Makefile."""
    targets = set(re.findall(r"^([a-z0-9-]+):.*## ", read("Makefile"), re.MULTILINE))
    documents = [path for path in ("README.md", "CONTRIBUTING.md", "deploy/README.md") if (ROOT / path).exists()]
    told = {
        name
        for document in documents
        for name in re.findall(r"(?:^|`)make ([a-z][a-z0-9-]*)", read(document), re.MULTILINE)
    }
    assert told
    assert told <= targets
