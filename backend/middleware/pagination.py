"""The headers of lists: where the other parts are. Called by the routes that list."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import request


def next_link(cursor: str | None) -> dict[str, str]:
    """Give the header that points to the next page, with the query of this one; none on the last page."""
    if cursor is None:
        return {}
    query = [(name, value) for name, value in request.args.items(multi=True) if name != "cursor"]
    return {"Link": f'<{request.path}?{urlencode([*query, ("cursor", cursor)])}>; rel="next"'}


def numbered_links(page: int, limit: int, total: int) -> dict[str, str]:
    """Give the headers of a list in numbered pages: how many rows there are, and where the other pages are."""
    last = max(1, -(-total // limit))
    places = {"first": 1, "prev": min(page - 1, last), "next": page + 1, "last": last}
    kept = [(name, value) for name, value in request.args.items(multi=True) if name not in {"page", "limit"}]
    links = [
        f'<{request.path}?{urlencode([*kept, ("page", place), ("limit", limit)])}>; rel="{relation}"'
        for relation, place in places.items()
        if 1 <= place <= last
    ]
    return {"X-Total-Count": str(total), "Link": ", ".join(links)}
