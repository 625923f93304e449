"""Guides: the Markdown of docs/guides as pages that look like the product.

Called by the documentation routes. A page has no script and loads nothing; HTML inside Markdown is shown as text.
"""

from __future__ import annotations

import re
from functools import cache
from html import escape
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

DOCS = Path(__file__).resolve().parents[2] / "docs"
GUIDES = {"module-6-api": "The public API", "module-8-billing": "Credits and billing"}
VECTORS = DOCS / "signing-vectors.json"
_LOOK = """
:root { color-scheme: light dark; --ink: #14201f; --soft: #46545a; --line: #dde2e3; --page: #ffffff; --well: #f2f4f4;
  --accent: #0b6570; --mono: "JetBrains Mono", ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8eeef; --soft: #b1bdc1; --line: #344146; --page: #0d1416;
  --well: #172023; --accent: #56b8c2; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink);
  font: 16px/1.65 Inter, system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
header { border-bottom: 1px solid var(--line); }
header nav, main { max-width: 820px; margin: 0 auto; padding: 0 24px; }
header nav { display: flex; flex-wrap: wrap; gap: 4px 22px; padding-block: 14px; }
header b { margin-right: auto; }
main { padding-block: 20px 80px; }
a { color: var(--accent); }
h1 { font-size: 2rem; line-height: 1.2; letter-spacing: -0.02em; }
h2 { margin-top: 2.6em; padding-top: 1em; border-top: 1px solid var(--line); font-size: 1.4rem; line-height: 1.3; }
h3 { margin-top: 2em; font-size: 1.1rem; }
code { font: 0.875em/1.6 var(--mono); background: var(--well); border-radius: 4px; padding: 0.1em 0.35em;
  overflow-wrap: anywhere; }
pre { background: var(--well); border: 1px solid var(--line); border-radius: 8px; padding: 14px 16px;
  overflow-x: auto; }
pre code { background: none; padding: 0; overflow-wrap: normal; }
.table { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 0.94rem; }
th, td { border-bottom: 1px solid var(--line); padding: 8px 14px 8px 0; text-align: left; vertical-align: top; }
th { color: var(--soft); font-weight: 600; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
"""
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} - Modelport</title>
<link rel="icon" href="/favicon.svg">
<style>{look}</style>
</head>
<body>
<header><nav aria-label="Documentation"><b>Modelport</b>{links}</nav></header>
<main>
{text}</main>
</body>
</html>
"""


def markdown_of(name: str) -> str:
    """Give a guide as it is written."""
    return (DOCS / "guides" / f"{name}.md").read_text(encoding="utf-8")


@cache
def page_of(name: str) -> str:
    """Give a guide as a whole HTML page."""
    links = [("/", "Portal"), *((f"/docs/{guide}.md", title) for guide, title in GUIDES.items()), ("/docs", "Swagger")]
    return _PAGE.format(
        title=escape(GUIDES[name]),
        look=_LOOK,
        links="".join(_link(address, title, is_here=address == f"/docs/{name}.md") for address, title in links),
        text=_rendered(markdown_of(name)),
    )


def _link(address: str, title: str, *, is_here: bool) -> str:
    here = ' aria-current="page"' if is_here else ""
    return f'<a href="{address}"{here}>{escape(title)}</a>'


def _rendered(text: str) -> str:
    """Render Markdown; headings can be linked to, and wide blocks scroll by keyboard too."""
    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = reader.parse(text)
    for number, token in enumerate(tokens):
        if token.type == "heading_open":
            token.attrSet("id", _anchor(tokens[number + 1]))
    html: str = reader.renderer.render(tokens, reader.options, {})
    html = html.replace("<pre>", '<pre tabindex="0">')
    return html.replace("<table>", '<div class="table" tabindex="0"><table>').replace("</table>", "</table></div>")


def _anchor(heading: Token) -> str:
    return re.sub(r"[^a-z0-9]+", "-", heading.content.lower()).strip("-")
