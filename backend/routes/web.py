"""The web application: static files of the Next.js export, with deep links mapped to their placeholder pages."""

from __future__ import annotations

from pathlib import Path

from apiflask import APIBlueprint
from flask import Response, current_app, send_from_directory
from flask.sansio.blueprints import BlueprintSetupState
from werkzeug.routing import PathConverter
from werkzeug.security import safe_join

from backend.core.deep_links import built_path

web = APIBlueprint("web", __name__, enable_openapi=False)

IMMUTABLE = "public, max-age=31536000, immutable"
REVALIDATE = "no-cache"


class PagePath(PathConverter):
    """Any path but the API's: an unknown route there is a JSON 404 for every method, never a page."""

    regex = "(?!api/).*?"


@web.record
def know_page_paths(state: BlueprintSetupState) -> None:
    """Teach the application the converter; runs before the rules below are added."""
    state.app.url_map.converters["page"] = PagePath


@web.get("/", defaults={"path": ""})
@web.get("/<page:path>")
def page(path: str) -> Response:
    """Send a file of the web application; unknown paths get its own 404 page."""
    root: Path = current_app.config["WEB_ROOT"]
    if not (root / "index.html").is_file():
        return Response("The web application is not built: run `make web`.", status=404, content_type="text/plain")
    name = find_file(root, path)
    if name is None:
        missing = send_from_directory(root, "404.html")
        missing.status_code = 404
        return missing
    response = send_from_directory(root, name)
    response.headers["Cache-Control"] = IMMUTABLE if name.startswith("_next/static/") else REVALIDATE
    return response


def find_file(root: Path, path: str) -> str | None:
    """Give the file of the export that answers a path, or None.

    `/monitoring/7` and `/keys/ak_live_..` are answered by the placeholder's page, and so are its payload files; the
    view reads the id from the address.
    """
    plain = built_path(path)
    for candidate in (plain, f"{plain}.html", f"{plain}/index.html".lstrip("/")):
        joined = safe_join(str(root), candidate) if candidate else None
        if joined is not None and Path(joined).is_file():
            return candidate
    return None
