"""Built files: their names carry a hash, so a browser may keep them for good."""

from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from web.assets import DIST

_IMAGES = Path(__file__).parent / "images"
FAVICON = _IMAGES / "favicon.svg"
PREVIEW = _IMAGES / "preview.png"
"""What stands beside a shared link; drawn from web/frontend/preview.html."""

_DAY = "public, max-age=86400"


class HashedFiles(StaticFiles):
    """Static files that never change under their name."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        response = super().file_response(*args, **kwargs)
        response.headers["cache-control"] = "public, max-age=31536000, immutable"
        return response


async def favicon(_: Request) -> Response:
    return FileResponse(FAVICON, media_type="image/svg+xml", headers={"cache-control": _DAY})


async def preview(_: Request) -> Response:
    return FileResponse(PREVIEW, media_type="image/png", headers={"cache-control": _DAY})


def static_routes(folder: Path = DIST / "assets") -> list[BaseRoute]:
    """Where nothing was built there is nothing to serve, and its addresses are missing pages."""
    built: list[BaseRoute] = []
    if folder.is_dir():
        built.append(Mount("/static", HashedFiles(directory=folder), name="static"))
    return [
        *built,
        Route("/favicon.svg", favicon),
        Route("/favicon.ico", favicon),
        Route("/apercu.png", preview),
    ]
