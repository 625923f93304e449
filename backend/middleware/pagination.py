"""The Link header of lists: where the next part is. Called by the routes that list."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import request


def next_link(cursor: str | None) -> dict[str, str]:
    """Give the header that points to the next page, with the query of this one; none on the last page."""
    if cursor is None:
        return {}
    query = [(name, value) for name, value in request.args.items(multi=True) if name != "cursor"]
    return {"Link": f'<{request.path}?{urlencode([*query, ("cursor", cursor)])}>; rel="next"'}
