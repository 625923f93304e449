"""Bar charts as small SVG files, readable on light and dark pages and without colour.

Called by the page. Pure: numbers in, text out. Ours are filled, peers are outlined, and every bar carries its value.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH = 760
LABEL_WIDTH = 230
VALUE_WIDTH = 90
BAR_HEIGHT = 14
STEP = 20
TITLE = 34
GAP = 18
STYLE = """
text { font: 12px system-ui, sans-serif; fill: #1f2328 }
.ground { fill: #ffffff }
.title { font-weight: 600; font-size: 14px }
.ours { fill: #0a69da; stroke: #0a69da }
.peer { fill: #d0d7de; stroke: #59636e }
@media (prefers-color-scheme: dark) {
  .ground { fill: #0d1117 }
  text { fill: #e6edf3 }
  .ours { fill: #4493f8; stroke: #4493f8 }
  .peer { fill: #30363d; stroke: #9198a1 }
}
"""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar."""

    label: str
    value: float
    is_ours: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Bars on one scale, under a title."""

    title: str
    bars: Sequence[Bar]


def bar_chart(groups: Sequence[Group], *, description: str, digits: int = 0) -> str:
    """Draw groups one below the other, each on its own scale from zero.

    Args:
        groups: those without bars are left out.
        description: what a reader who sees no picture is told.
        digits: after the point of each value.
    """
    parts: list[str] = []
    top = 0
    for group in groups:
        if group.bars:
            parts += _group(group, top, digits)
            top += TITLE + STEP * len(group.bars) + GAP
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {max(top, 1)}" role="img">',
            f"<title>{escape(description)}</title>",
            f"<style>{STYLE}</style>",
            # A ground of its own: the page may be dark where the reader's system is light.
            f'<rect class="ground" width="{WIDTH}" height="{max(top, 1)}"/>',
            *parts,
            "</svg>",
            "",
        ]
    )


def _group(group: Group, top: int, digits: int) -> list[str]:
    longest = max(bar.value for bar in group.bars) or 1.0
    parts = [f'<text class="title" x="0" y="{top + 20}">{escape(group.title)}</text>']
    for index, bar in enumerate(group.bars):
        y = top + TITLE + STEP * index
        width = max(1.0, bar.value / longest * (WIDTH - LABEL_WIDTH - VALUE_WIDTH))
        kind = "ours" if bar.is_ours else "peer"
        parts += [
            f'<text x="{LABEL_WIDTH - 8}" y="{y + 11}" text-anchor="end">{escape(bar.label)}</text>',
            f'<rect class="{kind}" x="{LABEL_WIDTH}" y="{y}" width="{width:.1f}" height="{BAR_HEIGHT}"/>',
            f'<text x="{LABEL_WIDTH + width + 6:.1f}" y="{y + 11}">{bar.value:,.{digits}f}</text>',
        ]
    return parts
