"""Guarantees of snippets: what is pasted says exactly what the contract's example says."""

from __future__ import annotations

import ast
import json
import shlex
from types import SimpleNamespace
from typing import Any, cast

import pytest

from backend.engine.serving.contract import Column, Contract
from backend.models import ExportedAPI
from backend.services import documentation_service, runtime

NASTY = [
    "it's",
    '"quoted"',
    "$HOME `id`",
    "back\\slash",
    "line\nbreak",
    "ünï€😀",
    "</script>",
    "'; rm -rf /; '",
    "\u2028",
]


@pytest.fixture(autouse=True)
def _runtime() -> None:
    """Snippets need the public address alone."""
    runtime.set_current_runtime(cast("runtime.Runtime", SimpleNamespace(base_url="http://127.0.0.1:8000")))


def api_of(example: dict[str, Any] | list[Any]) -> ExportedAPI:
    """Give an API whose example is this."""
    contract = Contract(
        named=isinstance(example, dict),
        columns=(Column(name="text", type="string"),),
        task="classification",
        classes=("a", "b"),
        outputs=1,
        example=example,
        estimator="Any",
        pipeline=("Any",),
        sklearn_version="1",
        container="frame",
    )
    model = SimpleNamespace(contract=contract.to_json(), version=3, description="", name="Any")
    fake = SimpleNamespace(id=7, name="API", api_endpoint="/api/predict/7", model=model)
    return cast("ExportedAPI", fake)


@pytest.mark.parametrize("value", [*NASTY, None, True, 1.5, -0.0, 10**15])
def test_the_shell_hands_curl_exactly_the_example(value: Any) -> None:
    """No value can break out of its quotes."""
    example = {"text": value, "it's": 1}

    words = shlex.split(documentation_service.snippets(api_of(example), key="k'ey").curl)

    assert words[:2] == ["curl", "-sS"]
    assert words[2] == "http://127.0.0.1:8000/api/predict/7"
    assert words[words.index("-H") + 1] == "X-API-Key: k'ey"
    assert json.loads(words[words.index("--data-raw") + 1]) == example


@pytest.mark.parametrize("value", [*NASTY, None, True, 1.5])
def test_the_python_snippet_is_python_with_the_example(value: Any) -> None:
    """It compiles, and its record is the example."""
    example = {"text": value, "it's": 1}

    tree = ast.parse(documentation_service.snippets(api_of(example)).python)

    record = next(node.value for node in tree.body if isinstance(node, ast.Assign))
    assert ast.literal_eval(record) == example


@pytest.mark.parametrize("example", [[5.1, 3.5], [[5.1, 3.5]], {"text": "x"}])
def test_rows_without_names_are_written_as_rows(example: Any) -> None:
    """Models without column names get arrays."""
    snippet = documentation_service.snippets(api_of(example)).javascript

    written = snippet.partition("const record = ")[2].partition(";\nfetch")[0]
    assert json.loads(written) == example


def test_a_snippet_without_a_key_shows_the_placeholder() -> None:
    """Nobody's key is in a page by accident."""
    snippets = documentation_service.snippets(api_of({"text": "x"}))

    assert all("YOUR_API_KEY" in text for text in (snippets.curl, snippets.python, snippets.javascript))
