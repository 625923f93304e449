"""One call, to paste: the same request for a POSIX shell, for Python and for JavaScript.

Called by the documentation of an API and by the playground. Pure: takes an address and a body, writes what key it is
given, which is a placeholder wherever no fresh key is being shown.
"""

from __future__ import annotations

import json
import pprint
from dataclasses import dataclass
from typing import Any

PLACEHOLDER_KEY = "YOUR_API_KEY"


@dataclass(frozen=True, slots=True)
class Snippets:
    """Calls that work as pasted, once the key is put in."""

    curl: str
    python: str
    javascript: str


def snippets_of(url: str, body: Any, *, key: str = PLACEHOLDER_KEY) -> Snippets:  # noqa: ANN401 - any JSON
    """Give one POST of a JSON body in three languages."""
    return Snippets(curl_of(url, body, key), python_of(url, body, key), javascript_of(url, body, key))


def curl_of(url: str, body: Any, key: str) -> str:  # noqa: ANN401 - any JSON
    """Give a call for a POSIX shell."""
    return " \\\n  ".join(
        [
            f"curl -sS {_shell_quoted(url)}",
            f"-H {_shell_quoted(f'X-API-Key: {key}')}",
            "-H 'Content-Type: application/json'",
            f"--data-raw {_shell_quoted(json.dumps(body, ensure_ascii=False))}",
        ]
    )


def python_of(url: str, body: Any, key: str) -> str:  # noqa: ANN401 - any JSON
    """Give a call that needs nothing but Python."""
    return "\n".join(
        [
            "import json",
            "import urllib.request",
            "",
            f"record = {pprint.pformat(body, sort_dicts=False, width=96)}",
            "request = urllib.request.Request(",
            f"    {json.dumps(url)},",
            "    data=json.dumps(record).encode(),",
            f'    headers={{"X-API-Key": {json.dumps(key)}, "Content-Type": "application/json"}},',
            ")",
            "with urllib.request.urlopen(request) as answer:",
            "    print(json.load(answer))",
        ]
    )


def javascript_of(url: str, body: Any, key: str) -> str:  # noqa: ANN401 - any JSON
    """Give a call for browsers and Node 18 or later; promises, so that it runs as a script and as a module."""
    return "\n".join(
        [
            f"const record = {json.dumps(body, indent=2, ensure_ascii=False)};",
            f"fetch({json.dumps(url)}, {{",
            '  method: "POST",',
            f'  headers: {{ "X-API-Key": {json.dumps(key)}, "Content-Type": "application/json" }},',
            "  body: JSON.stringify(record),",
            "})",
            "  .then((answer) => answer.json())",
            "  .then((result) => console.log(result));",
        ]
    )


def _shell_quoted(text: str) -> str:
    """Quote a text for any POSIX shell: within single quotes nothing is special but the quote itself."""
    return "'" + text.replace("'", "'\\''") + "'"
