"""docs/routes.md names every address that the composed application answers, and none besides."""

import re
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.routing import Mount, Route

from server.app import create_app
from server.settings import Settings
from tests.project.checkout import document, rows
from web.assets import DIST

TABLE = {(method, address.strip("`")) for method, address, _ in rows(document("docs/routes.md"))}


def served(folder: Path) -> set[tuple[str, str]]:
    """Every method and address, parameters without their kinds."""
    pages: Any = create_app(Settings(data=folder))._pages
    while not isinstance(pages, Starlette):  # what stands around them
        pages = pages._app
    found = {("websocket", "/live")}
    if not (DIST / "assets").is_dir():
        found.add(("GET", "/static/{path}"))  # nothing was built here, so nothing is served
    for route in pages.routes:
        assert isinstance(route, Mount | Route)
        path = re.sub(r"{(\w+)(:\w+)?}", r"{\1}", route.path)
        if isinstance(route, Mount):
            found.add(("GET", f"{path}/{{path}}"))
        else:
            found |= {(method, path) for method in route.methods or () if method != "HEAD"}
    return found


def test_the_document_and_the_application_name_the_same(tmp_path: Path) -> None:
    assert served(tmp_path) == TABLE


def test_no_row_is_there_twice() -> None:
    assert len(rows(document("docs/routes.md"))) == len(TABLE)
