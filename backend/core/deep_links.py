"""Addresses of the web application that end in an id: the export holds one page for all ids, called `_`.

Read by the route that sends its files and by the headers that name the scripts of the page sent: both must mean the
same page. Pure.
"""

from __future__ import annotations

import re

PLACEHOLDER = "_"
"""What the export calls the page of any id."""
_DEEP_LINK = re.compile(
    r"^(?:(monitoring|models)/[0-9]{1,18}|(keys|apps|projects)/(?!__next)[A-Za-z0-9_-]{1,64})(?=$|[./])"
)
"""`__next` begins the names of a list page's own payload files."""


def built_path(path: str) -> str:
    """Give the path of the export that answers an address, without slashes at its ends.

    `/monitoring/7` becomes `monitoring/_`, and so do its payload files: `keys/ak_live_0f3a.txt` is `keys/_.txt`.
    """
    return _DEEP_LINK.sub(lambda link: f"{link[1] or link[2]}/{PLACEHOLDER}", path.strip("/"))
